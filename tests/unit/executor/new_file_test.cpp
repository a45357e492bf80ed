// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/executor/new_file.h"

#include "agent/executor/executor.h"
#include "agent/executor/remove_nvram.h"
#include "agent/host/files.h"
#include "tests/unit/host/temp_tree.h"

#include <unistd.h>

#include <sstream>

namespace vmwarden::executor {
namespace {

class NewFile : public testing::Test {
  protected:
    [[nodiscard]] plan::NewFile wanted(const std::string& path) const {
        const auto from = tree_.file("template", "variables");
        return {.path = path,
                .from = from,
                .from_id = host::id_of(host::status_of(host::open_in_place(from).get())),
                .purpose = "nvram",
                .owner = Owner{Uid{::getuid()}, Gid{::getgid()}}};
    }
    static std::string text_of(const std::string& path) {
        std::ostringstream text;
        text << std::ifstream(path).rdbuf();
        return text.str();
    }
    host::test::TempTree tree_;
};

TEST_F(NewFile, IsAWholeCopyForItsOwnerAlone) {
    const auto path = tree_.path("guest_VARS.fd");
    make_new_file(wanted(path));
    EXPECT_EQ(text_of(path), "variables");
    EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms{0600});
}

TEST_F(NewFile, LeavesWhatIsThere) {
    const auto path = tree_.file("guest_VARS.fd", "older");
    make_new_file(wanted(path));
    EXPECT_EQ(text_of(path), "older");
}

TEST_F(NewFile, FollowsNoLinks) {
    const auto elsewhere = tree_.file("elsewhere", "");
    const auto link = tree_.link("link", elsewhere);
    make_new_file(wanted(link));
    EXPECT_EQ(text_of(elsewhere), "") << "a link in its place is something that is there";
    tree_.directory("real");
    tree_.link("directory", tree_.path("real"));
    EXPECT_THROW(make_new_file(wanted(tree_.path("directory/new"))), LaunchError);
    EXPECT_FALSE(std::filesystem::exists(tree_.path("real/new")));
}

TEST_F(NewFile, IsMadeOfTheFileThatWasLookedAt) {
    auto file = wanted(tree_.path("new"));
    ++file.from_id.inode;
    EXPECT_THROW(make_new_file(file), LaunchError);
    file = wanted(tree_.path("new"));
    file.from = tree_.path("template-that-went-away");
    EXPECT_THROW(make_new_file(file), LaunchError);
    EXPECT_FALSE(std::filesystem::exists(tree_.path("new")));
}

TEST_F(NewFile, OfNothingIsZerosAndAsOpenAsItIsToBe) {
    plan::NewFile file = wanted(tree_.path("memory"));
    file.from.clear();
    file.bytes = 8192;
    file.mode = 0660;
    make_new_file(file);
    EXPECT_EQ(text_of(file.path), std::string(8192, '\0'));
    EXPECT_EQ(std::filesystem::status(file.path).permissions(), std::filesystem::perms{0660});
}

TEST_F(NewFile, OfAGuestThatIsForgottenIsRemoved) {
    const auto path = tree_.file("guest_VARS.fd", "older");
    EXPECT_TRUE(remove_nvram(path));
    EXPECT_FALSE(std::filesystem::exists(path));
    EXPECT_FALSE(remove_nvram(path));
}

TEST_F(NewFile, BehindALinkIsNotRemoved) {
    tree_.directory("real");
    tree_.file("real/guest_VARS.fd", "older");
    tree_.link("linked", tree_.path("real"));
    EXPECT_THROW(remove_nvram(tree_.path("linked/guest_VARS.fd")), std::system_error);
    EXPECT_TRUE(std::filesystem::exists(tree_.path("real/guest_VARS.fd")));
}

} // namespace
} // namespace vmwarden::executor
