// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/last_good_policy.h"

#include "tests/unit/host/temp_tree.h"

#include <sys/stat.h>
#include <system_error>

namespace vmwarden::host {

namespace {

const std::vector<PolicyFile> two_files = {
    {"/usr/lib/vmwarden/policy.d/10-vendor.yaml", "version: 1\nuser: qemu\n"},
    {"/etc/vmwarden/policy.d/60 site\n.yaml", std::string("version: 1\n\0# no newline", 24)}};

bool same(const std::vector<PolicyFile>& left, const std::vector<PolicyFile>& right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](const PolicyFile& a, const PolicyFile& b) {
                          return a.name == b.name && a.text == b.text;
                      });
}

class LastGood : public testing::Test {
  protected:
    test::TempTree tree_;
    std::string directory_ = tree_.path("policy");
    std::string file_ = "policy/last-good";

    [[nodiscard]] std::string fault() const {
        const auto found = read_last_good(directory_);
        EXPECT_FALSE(found.files);
        return found.fault;
    }
};

TEST_F(LastGood, IsReadAsItWasKept) {
    keep_last_good(directory_, two_files);
    const auto found = read_last_good(directory_);
    ASSERT_TRUE(found.files) << found.fault;
    EXPECT_TRUE(same(*found.files, two_files));
}

TEST_F(LastGood, OfAHostWithoutPolicyFilesIsNoFile) {
    keep_last_good(directory_, {});
    const auto found = read_last_good(directory_);
    ASSERT_TRUE(found.files);
    EXPECT_TRUE(found.files->empty());
}

TEST_F(LastGood, IsForRootAlone) {
    keep_last_good(directory_, two_files);
    struct stat status {};
    ASSERT_EQ(::stat(directory_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0700U);
    ASSERT_EQ(::stat(tree_.path(file_).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0600U);
}

TEST_F(LastGood, IsNoneWithoutAFaultBeforeAnyIsKept) {
    EXPECT_EQ(fault(), "");
    tree_.directory("policy");
    tree_.set_mode("policy", 0700);
    EXPECT_EQ(fault(), "");
}

TEST_F(LastGood, IsNotUsedWithOneByteChanged) {
    const auto whole = encode_last_good(two_files);
    for (std::size_t at = 0; at < whole.size(); ++at) {
        auto changed = whole;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        EXPECT_FALSE(decode_last_good(changed)) << "byte " << at;
    }
}

TEST_F(LastGood, IsNotUsedWhenCutOff) {
    const auto whole = encode_last_good(two_files);
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_FALSE(decode_last_good(whole.substr(0, size))) << size << " bytes";
}

// Sizes that lie, behind a checksum that does not.
TEST_F(LastGood, IsNotUsedWithSizesThatDoNotFit) {
    for (const std::string body : {"1 1\nab", "1 1\nabc", "9 9\nab\n", "1\nab\n", "-1 1\nab\n",
                                   "18446744073709551615 1\nab\n", "1 18446744073709551615\nab\n",
                                   "0 0\n", "a b\nab\n", "\n"})
        EXPECT_FALSE(decode_last_good(seal_last_good(body))) << body;
    EXPECT_TRUE(decode_last_good(seal_last_good("1 1\nab\n")));
}

TEST_F(LastGood, NamesTheDamagedFile) {
    keep_last_good(directory_, two_files);
    tree_.file(file_, encode_last_good(two_files) + " ", 0600);
    EXPECT_NE(fault().find(tree_.path(file_) + " is damaged"), std::string::npos) << fault();
}

TEST_F(LastGood, IsNotUsedWhenOthersMayWriteIt) {
    keep_last_good(directory_, two_files);
    tree_.set_mode(file_, 0620);
    EXPECT_NE(fault().find("written by others"), std::string::npos) << fault();
    tree_.set_mode(file_, 0600);
    tree_.set_mode("policy", 0702);
    EXPECT_NE(fault().find("written by others"), std::string::npos) << fault();
    EXPECT_THROW(keep_last_good(directory_, two_files), std::system_error);
}

TEST_F(LastGood, IsNotReadThroughALinkOrAPipe) {
    tree_.directory("policy");
    tree_.set_mode("policy", 0700);
    tree_.file("elsewhere", encode_last_good(two_files), 0600);
    tree_.link(file_, tree_.path("elsewhere"));
    EXPECT_NE(fault(), "");
    std::filesystem::remove(tree_.path(file_));
    ASSERT_EQ(::mkfifo(tree_.path(file_).c_str(), 0600), 0);
    EXPECT_NE(fault(), "");
}

TEST_F(LastGood, StaysWhenTheNextOneIsTooLarge) {
    keep_last_good(directory_, two_files);
    const std::vector<PolicyFile> huge = {{"huge.yaml", std::string(max_last_good_bytes, '#')}};
    EXPECT_THROW(keep_last_good(directory_, huge), std::system_error);
    const auto found = read_last_good(directory_);
    ASSERT_TRUE(found.files);
    EXPECT_TRUE(same(*found.files, two_files));
}

} // namespace

} // namespace vmwarden::host
