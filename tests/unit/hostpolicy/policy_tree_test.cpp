// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/policy_bytes.h"
#include "agent/host/policy_tree.h"

#include "tests/unit/host/temp_tree.h"

#include <cap-ng.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

namespace vmwarden::host {
namespace {

const std::string vendor = "usr/lib/vmwarden/policy.d";
const std::string runtime = "run/vmwarden/policy.d";
const std::string admin = "etc/vmwarden/policy.d";

class PolicyTreeTest : public testing::Test {
  protected:
    void SetUp() override {
        for (const auto& directory : {vendor, runtime, admin})
            std::filesystem::create_directories(root_.path(directory));
    }
    void write(const std::string& name, const std::string& text) {
        std::ofstream(root_.path(name), std::ios::binary) << text;
    }
    void link(const std::string& target, const std::string& name) {
        std::filesystem::create_symlink(target, root_.path(name));
    }
    // "directory/name=text" of each file, in order.
    std::vector<std::string> files() {
        std::vector<std::string> out;
        const auto tree = read_policy_tree(root_.path());
        for (const auto& file : tree.files)
            out.push_back(file.name.substr(root_.path().size() + 1) + "=" + file.text);
        return out;
    }
    std::string problems() {
        std::string out;
        const auto tree = read_policy_tree(root_.path());
        for (const auto& found : tree.diagnostics.list()) {
            auto text = render(found, "");
            EXPECT_EQ(text.rfind(root_.path() + "/", 0), 0U) << text;
            out += found.code + " " + text.substr(root_.path().size() + 1) + "\n";
        }
        return out;
    }

    test::TempTree root_;
};

// What permission bits say holds for root as well while this lives.
class WithoutOverride {
  public:
    WithoutOverride() { apply(CAPNG_DROP); }
    WithoutOverride(const WithoutOverride&) = delete;
    WithoutOverride& operator=(const WithoutOverride&) = delete;
    ~WithoutOverride() {
        if (::geteuid() == 0) apply(CAPNG_ADD);
    }

  private:
    static void apply(capng_act_t action) {
        EXPECT_EQ(capng_get_caps_process(), 0);
        capng_updatev(action, CAPNG_EFFECTIVE, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, -1);
        EXPECT_EQ(capng_apply(CAPNG_SELECT_CAPS), 0);
    }
};

using Texts = std::vector<std::string>;

TEST_F(PolicyTreeTest, NothingThereIsAnEmptyTree) {
    std::filesystem::remove_all(root_.path("etc"));
    std::filesystem::remove_all(root_.path("usr"));
    EXPECT_EQ(files(), Texts{});
    EXPECT_EQ(problems(), "");
}

TEST_F(PolicyTreeTest, FilesAreSortedByNameAcrossDirectories) {
    write(admin + "/20-b.yaml", "b");
    write(vendor + "/10-a.yaml", "a");
    write(vendor + "/30-c.yaml", "c");
    write(runtime + "/25-d.yaml", "d");
    EXPECT_EQ(files(), (Texts{vendor + "/10-a.yaml=a", admin + "/20-b.yaml=b",
                              runtime + "/25-d.yaml=d", vendor + "/30-c.yaml=c"}));
    EXPECT_EQ(problems(), "");
}

TEST_F(PolicyTreeTest, SameNameInAHigherDirectoryReplaces) {
    write(vendor + "/a.yaml", "vendor");
    write(vendor + "/b.yaml", "vendor");
    write(runtime + "/a.yaml", "runtime");
    write(runtime + "/b.yaml", "runtime");
    write(admin + "/b.yaml", "admin");
    EXPECT_EQ(files(), (Texts{runtime + "/a.yaml=runtime", admin + "/b.yaml=admin"}));
}

TEST_F(PolicyTreeTest, ALinkToDevNullMasks) {
    write(vendor + "/a.yaml", "vendor");
    link("/dev/null", admin + "/a.yaml");
    EXPECT_EQ(files(), Texts{});
    EXPECT_EQ(problems(), "");
}

TEST_F(PolicyTreeTest, AnEmptyFileIsReadAsOne) {
    write(admin + "/a.yaml", "");
    EXPECT_EQ(files(), Texts{admin + "/a.yaml="});
}

TEST_F(PolicyTreeTest, LinksToFilesAreFollowedBelowTheRootOnly) {
    write("etc/shared", "inside");
    link("../../shared", admin + "/a.yaml");
    link("/etc/shared", admin + "/b.yaml");
    EXPECT_EQ(files(), (Texts{admin + "/a.yaml=inside", admin + "/b.yaml=inside"}));
    EXPECT_EQ(problems(), "");
    link(root_.path("etc/shared"), admin + "/c.yaml"); // exists for us, not below the root
    EXPECT_EQ(files().size(), 2U);
}

TEST_F(PolicyTreeTest, OtherNamesAreSkipped) {
    for (const auto* name : {"README", "a.yaml.bak", "a.yaml~", "a.yaml.dpkg-new", ".a.yaml.swp",
                             ".ansible_tmp1a.yaml", "yaml"})
        write(admin + "/" + name, "x");
    EXPECT_EQ(files(), Texts{});
    EXPECT_EQ(problems(), "");
}

TEST_F(PolicyTreeTest, YmlIsWarnedOf) {
    write(admin + "/a.yml", "x");
    EXPECT_EQ(files(), Texts{});
    EXPECT_EQ(problems(), "P0073 " + admin +
                              "/a.yml: warning: is not read; policy files end in "
                              ".yaml\n");
}

TEST_F(PolicyTreeTest, DanglingLinksAndCirclesAreErrors) {
    link("nowhere", admin + "/a.yaml");
    link("b.yaml", admin + "/b.yaml");
    EXPECT_EQ(problems(), "P0071 " + admin +
                              "/a.yaml: error: a link that leads nowhere; mend or "
                              "remove it; to mask a file of the same name, link it "
                              "to /dev/null\n"
                              "P0071 " +
                              admin +
                              "/b.yaml: error: a link that leads "
                              "in a circle; mend or remove it; to mask a file of "
                              "the same name, link it to /dev/null\n");
}

TEST_F(PolicyTreeTest, WhatIsNoFileIsAnError) {
    std::filesystem::create_directory(root_.path(admin + "/a.yaml"));
    ASSERT_EQ(::mkfifo(root_.path(admin + "/b.yaml").c_str(), 0600), 0);
    EXPECT_EQ(problems(), "P0072 " + admin +
                              "/a.yaml: error: is a directory, not a file; move it "
                              "elsewhere, or give it another ending\n"
                              "P0072 " +
                              admin +
                              "/b.yaml: error: is a pipe, not a "
                              "file; move it elsewhere, or give it another ending\n");
}

TEST_F(PolicyTreeTest, ASocketIsAnError) {
    const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto path = root_.path(admin + "/a.yaml");
    ASSERT_LT(path.size(), sizeof address.sun_path);
    path.copy(address.sun_path, path.size());
    ASSERT_EQ(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(problems(), "P0072 " + admin +
                              "/a.yaml: error: is a socket, not a file; move it elsewhere, or give "
                              "it another ending\n");
}

TEST_F(PolicyTreeTest, ALinkOutOfTheRootLeadsNowhere) {
    const test::TempTree elsewhere;
    link(elsewhere.file("a.yaml", "outside"), admin + "/a.yaml");
    link("../../../../../../../../.." + elsewhere.path("a.yaml"), admin + "/b.yaml");
    EXPECT_EQ(files(), Texts{});
    const auto nowhere = ": error: a link that leads nowhere; mend or remove it; to mask a file of "
                         "the same name, link it to /dev/null\n";
    EXPECT_EQ(problems(),
              "P0071 " + admin + "/a.yaml" + nowhere + "P0071 " + admin + "/b.yaml" + nowhere);
}

TEST_F(PolicyTreeTest, ABadFileDoesNotUncoverTheOneBelow) {
    write(vendor + "/a.yaml", "vendor");
    link("nowhere", admin + "/a.yaml");
    EXPECT_EQ(files(), Texts{});
    EXPECT_NE(problems(), "");
}

TEST_F(PolicyTreeTest, AFileTooLargeIsAnErrorAndTheOthersAreRead) {
    write(admin + "/a.yaml", std::string(max_policy_bytes + 1, '#'));
    write(admin + "/b.yaml", std::string(max_policy_bytes, '#'));
    EXPECT_EQ(files(), Texts{admin + "/b.yaml=" + std::string(max_policy_bytes, '#')});
    EXPECT_EQ(problems(), "P0001 " + admin +
                              "/a.yaml: error: larger than 1M; split it into several "
                              "files\n");
}

TEST_F(PolicyTreeTest, AFileWhereADirectoryShouldBeIsAnError) {
    std::filesystem::remove(root_.path(admin));
    write(admin, "x");
    EXPECT_EQ(problems(),
              "P0070 " + admin + ": error: is not a directory; make it one, or remove it\n");
}

TEST_F(PolicyTreeTest, UnreadableFilesAndDirectoriesAreErrors) {
    write(vendor + "/a.yaml", "x");
    ::chmod(root_.path(vendor + "/a.yaml").c_str(), 0);
    ::chmod(root_.path(admin).c_str(), 0);
    const WithoutOverride bound; // root would read them all the same
    EXPECT_EQ(files(), Texts{});
    EXPECT_EQ(problems(), "P0070 " + admin +
                              ": error: cannot be read: Permission denied; make it "
                              "readable, or run as root\n"
                              "P0070 " +
                              vendor +
                              "/a.yaml: error: cannot be read: "
                              "Permission denied; make it readable, or run as "
                              "root\n");
}

TEST(PolicyTreeRoot, ThatDoesNotExistIsAnError) {
    const auto tree = read_policy_tree("/nonexistent");
    ASSERT_EQ(tree.diagnostics.list().size(), 1U);
    EXPECT_EQ(render(tree.diagnostics.list()[0], ""),
              "/nonexistent/: error: cannot be read: No such file or directory; mend the path");
}

// What read_policy_tree() knows of a file is its status when it was found.
class ReadUnchanged : public testing::Test {
  protected:
    void SetUp() override {
        path_ = tree_.file("a.yaml", "version: 1\n");
        fd_ = UniqueFd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
        ASSERT_EQ(::fstat(fd_.get(), &before_), 0);
    }
    std::string outcome() {
        auto bytes = read_unchanged(fd_, before_);
        if (const auto* text = std::get_if<std::string>(&bytes)) return *text;
        return render(diagnosed("a.yaml", std::get<PolicyFault>(std::move(bytes))), "");
    }

    const test::TempTree tree_;
    std::string path_;
    UniqueFd fd_;
    struct stat before_ {};
    const std::string changed_ =
        "a.yaml: error: was changed while it was read; try again when it is "
        "written; write policy to a new file and rename it";
};

TEST_F(ReadUnchanged, GivesTheText) {
    EXPECT_EQ(outcome(), "version: 1\n");
}

TEST_F(ReadUnchanged, RefusesWhatGrewOrShrank) {
    std::ofstream(path_, std::ios::app) << "user: a\n";
    EXPECT_EQ(outcome(), changed_);
    ASSERT_EQ(::truncate(path_.c_str(), 3), 0);
    EXPECT_EQ(outcome(), changed_);
}

TEST_F(ReadUnchanged, RefusesWhatWasWrittenOver) {
    const timespec later[2] = {{0, UTIME_OMIT}, {before_.st_mtim.tv_sec, 7}};
    ASSERT_EQ(::utimensat(AT_FDCWD, path_.c_str(), later, 0), 0);
    EXPECT_EQ(outcome(), changed_);
}

TEST_F(ReadUnchanged, GivesTheWholeFileThatLostItsName) {
    const auto fresh = tree_.file("b", "version: 2\n");
    ASSERT_EQ(::rename(fresh.c_str(), path_.c_str()), 0);
    EXPECT_EQ(outcome(), "version: 1\n");
}

TEST(ReadPolicyFile, ReadsAFileUnderAnyName) {
    const test::TempTree tree;
    std::ofstream(tree.path("tmpabc")) << "version: 1\n";
    Diagnostics diagnostics;
    EXPECT_EQ(read_policy_file(tree.path("tmpabc"), diagnostics), "version: 1\n");
    EXPECT_TRUE(diagnostics.empty());
}

TEST(ReadPolicyFile, ReadsAPipe) {
    const test::TempTree tree;
    const auto path = tree.path("pipe");
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    std::thread writer([&] { std::ofstream(path) << "version: 1\n"; });
    Diagnostics diagnostics;
    EXPECT_EQ(read_policy_file(path, diagnostics), "version: 1\n");
    writer.join();
}

TEST(ReadPolicyFile, WhatCannotBeReadIsAnError) {
    const test::TempTree tree;
    Diagnostics diagnostics;
    EXPECT_FALSE(read_policy_file(tree.path("nothing"), diagnostics));
    EXPECT_FALSE(read_policy_file(tree.path(), diagnostics));
    ASSERT_EQ(diagnostics.list().size(), 2U);
    EXPECT_EQ(diagnostics.list()[0].message, "cannot be read: No such file or directory");
    EXPECT_EQ(diagnostics.list()[1].message, "cannot be read: Is a directory");
}

TEST(ReadPolicyFile, EndlessInputIsCutOff) {
    Diagnostics diagnostics;
    EXPECT_FALSE(read_policy_file("/dev/zero", diagnostics));
    ASSERT_EQ(diagnostics.list().size(), 1U);
    EXPECT_EQ(diagnostics.list()[0].message, "larger than 1M");
}

} // namespace
} // namespace vmwarden::host
