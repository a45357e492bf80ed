// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/executor/guest_directory.h"

#include "agent/executor/executor.h"
#include "tests/unit/host/temp_tree.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace vmwarden::executor {
namespace {

class GuestDirectories : public testing::Test {
  protected:
    LaunchPlan plan() const {
        LaunchPlan plan;
        plan.directories = {{path, "tpm state", {Uid{geteuid()}, Gid{getegid()}}, ""}};
        return plan;
    }
    static mode_t mode_of(const std::string& file) {
        struct stat status {};
        return stat(file.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
    }
    std::string refusal() const {
        try {
            make_guest_directories(plan());
        } catch (const LaunchError& error) {
            return error.what();
        }
        return {};
    }

    host::test::TempTree tree;
    std::string path = tree.path("tpm/hello");
};

TEST_F(GuestDirectories, are_made_the_guests_alone_and_kept) {
    make_guest_directories(plan());
    EXPECT_EQ(0700U, mode_of(path));
    EXPECT_EQ(0711U, mode_of(tree.path("tpm")));
    tree.file("tpm/hello/tpm2-00.permall", "state");
    chmod(path.c_str(), 0755);
    make_guest_directories(plan());
    EXPECT_EQ(0700U, mode_of(path));
    EXPECT_EQ(0, access((path + "/tpm2-00.permall").c_str(), R_OK));
}

TEST_F(GuestDirectories, a_link_in_its_place_is_not_followed) {
    mkdir(tree.path("tpm").c_str(), 0711);
    mkdir(tree.path("elsewhere").c_str(), 0755);
    ASSERT_EQ(0, symlink("../elsewhere", path.c_str()));
    EXPECT_NE("", refusal());
    EXPECT_EQ(0755U, mode_of(tree.path("elsewhere")));
}

TEST_F(GuestDirectories, what_is_no_plain_file_of_one_name_ends_the_launch) {
    make_guest_directories(plan());
    ASSERT_EQ(0, symlink("/etc/passwd", (path + "/link").c_str()));
    EXPECT_NE("", refusal());
    unlink((path + "/link").c_str());
    EXPECT_EQ("", refusal());
    tree.file("other", "of somebody else's");
    ASSERT_EQ(0, link(tree.path("other").c_str(), (path + "/twice").c_str()));
    EXPECT_NE(std::string::npos, refusal().find("no plain file with one name"));
}

TEST_F(GuestDirectories, are_removed_with_what_is_in_them) {
    remove_guest_directory(path); // nothing is there
    make_guest_directories(plan());
    tree.file("tpm/hello/tpm2-00.permall", "state");
    remove_guest_directory(path);
    EXPECT_NE(0, access(path.c_str(), F_OK));
    EXPECT_EQ(0, access(tree.path("tpm").c_str(), F_OK));
}

} // namespace
} // namespace vmwarden::executor
