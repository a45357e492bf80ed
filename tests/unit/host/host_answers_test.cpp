// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/host_answers.h"

#include "tests/unit/host/temp_tree.h"

#include <gtest/gtest.h>

namespace vmwarden::host {
namespace {

using Kind = PathAnswer::Kind;
using Names = std::set<std::string>;

TEST(HostAnswersTest, AccountsAreThoseOfTheHost) {
    const auto answers =
        ask_host({{"root", "no-such-user-7"}, {"root", "no-such-group-7"}, {}, {}});
    EXPECT_EQ(answers.missing_users,
              (std::map<std::string, std::string>{{"no-such-user-7", "no user 'no-such-user-7'"}}));
    EXPECT_EQ(answers.missing_groups, (std::map<std::string, std::string>{
                                          {"no-such-group-7", "no group 'no-such-group-7'"}}));
}

TEST(HostAnswersTest, EmulatorsAreProgramsThatAPatternMatches) {
    const test::TempTree tree;
    tree.file("qemu-a", "", 0010); // not for whoever asks
    tree.file(".hidden", "", 0755);
    tree.file("text");
    tree.directory("directory");
    tree.link("link", "qemu-a");
    const Names there{tree.path("qemu-*"), tree.path("q[a-f]mu-a"), tree.path("?hidden"),
                      tree.path("link")};
    const Names missing{tree.path("text"), tree.path("direc*"), tree.path("nothing"),
                        tree.path("*/qemu-a"), tree.path("qemu-[!a]")};
    auto all = there;
    all.insert(missing.begin(), missing.end());
    EXPECT_EQ(ask_host({{}, {}, all, {}}).missing_emulators, missing);
}

TEST(HostAnswersTest, PathsAreFollowed) {
    const test::TempTree tree;
    tree.file("file");
    const auto real = tree.directory("directory");
    tree.link("link", "directory");
    tree.link("dangling", "nowhere");
    tree.link("circle", "circle");
    auto paths = ask_host({{},
                           {},
                           {},
                           {"/dev/null", tree.path("directory"), tree.path("link"),
                            tree.path("dangling"), tree.path("circle"), tree.path("file/below")}})
                     .paths;
    EXPECT_EQ(paths["/dev/null"], (PathAnswer{Kind::device, "/dev/null", {}}));
    EXPECT_EQ(paths[tree.path("directory")], (PathAnswer{Kind::other, real, {}}));
    EXPECT_EQ(paths[tree.path("link")], (PathAnswer{Kind::other, real, {}}));
    EXPECT_EQ(paths[tree.path("dangling")], PathAnswer());
    EXPECT_EQ(paths[tree.path("file/below")], PathAnswer());
    EXPECT_EQ(paths[tree.path("circle")], PathAnswer());
}

} // namespace
} // namespace vmwarden::host
