// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/path_walk.h"

#include "tests/unit/host/temp_tree.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace vmwarden::host {
namespace {

class PathWalk : public ::testing::Test {
  protected:
    test::TempTree tree_;

    static std::vector<std::string> directories(const Walk& walk) {
        std::vector<std::string> paths;
        for (const auto& directory : walk.directories)
            paths.push_back(directory.path);
        return paths;
    }

    // "/", …, the tree's root, then the names given within it.
    [[nodiscard]] std::vector<std::string> passed(const std::vector<std::string>& names) const {
        std::vector<std::string> paths{"/"};
        const std::string root = tree_.path();
        for (std::size_t slash = 1; slash != std::string::npos;) {
            slash = root.find('/', slash);
            paths.push_back(root.substr(0, slash));
            if (slash != std::string::npos) ++slash;
        }
        for (const auto& name : names)
            paths.push_back(tree_.path(name));
        return paths;
    }

    static bool same_file(int fd, const std::string& path) {
        struct stat opened {
        }, named{};
        return ::fstat(fd, &opened) == 0 && ::stat(path.c_str(), &named) == 0 &&
               opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
    }
};

TEST_F(PathWalk, ListsEveryDirectoryFromTheRootToTheFile) {
    tree_.directory("a");
    const auto file = tree_.file("a/disk");
    const Walk walk = walk_path(file);
    EXPECT_EQ(walk.error, 0);
    EXPECT_EQ(walk.resolved, file);
    EXPECT_EQ(directories(walk), passed({"a"}));
    EXPECT_TRUE(same_file(walk.file.get(), file));
}

TEST_F(PathWalk, HoldsTheFileWithoutOpeningIt) {
    const Walk walk = walk_path(tree_.file("disk", "x", 0));
    EXPECT_EQ(::fcntl(walk.file.get(), F_GETFL) & O_PATH, O_PATH);
    EXPECT_EQ(::fcntl(walk.file.get(), F_GETFD), FD_CLOEXEC);
}

TEST_F(PathWalk, FollowsLinksAndKeepsTheDirectoriesOnTheWay) {
    tree_.directory("a");
    tree_.directory("b");
    const auto file = tree_.file("b/disk");
    tree_.link("a/to-b", "../b");
    tree_.link("b/other-name", "disk");
    const Walk walk = walk_path(tree_.path("a/to-b/other-name"));
    EXPECT_EQ(walk.resolved, file);
    EXPECT_EQ(directories(walk), passed({"a", "b"}));
    ASSERT_EQ(walk.links.size(), 2U);
    EXPECT_EQ(walk.links[0].path, tree_.path("a/to-b"));
    EXPECT_EQ(walk.links[1].path, tree_.path("b/other-name"));
    EXPECT_EQ(walk.links[1].owner, Uid{::geteuid()});
    EXPECT_TRUE(same_file(walk.file.get(), file));
}

TEST_F(PathWalk, AbsoluteLinksStartAgainAtTheRoot) {
    tree_.directory("a");
    const auto file = tree_.file("disk");
    const Walk walk = walk_path(tree_.link("a/link", file));
    EXPECT_EQ(walk.resolved, file);
    EXPECT_EQ(directories(walk), passed({"a"}));
}

TEST_F(PathWalk, DotDotAfterALinkLeavesTheLinksTarget) {
    tree_.directory("a");
    tree_.directory("b");
    tree_.directory("b/deep");
    const auto file = tree_.file("b/disk");
    tree_.file("a/disk");
    tree_.link("a/in", tree_.path("b/deep"));
    EXPECT_EQ(walk_path(tree_.path("a/in/../disk")).resolved, file);
}

TEST_F(PathWalk, DotsAndSlashesChangeNothing) {
    const auto file = tree_.file("disk");
    EXPECT_EQ(walk_path("/..//../" + file.substr(1)).resolved, file);
    EXPECT_EQ(walk_path(tree_.path(".") + "//./disk").resolved, file);
}

TEST_F(PathWalk, AFinalSlashAsksForADirectory) {
    const auto file = tree_.file("disk");
    EXPECT_EQ(walk_path(file + "/").error, ENOTDIR);
    const Walk walk = walk_path(tree_.path() + "/");
    EXPECT_EQ(walk.error, 0);
    EXPECT_EQ(walk.resolved, tree_.path());
    EXPECT_TRUE(same_file(walk.file.get(), tree_.path()));
}

TEST_F(PathWalk, TheRootIsADirectoryLikeAnyOther) {
    const Walk walk = walk_path("/");
    EXPECT_EQ(walk.resolved, "/");
    EXPECT_TRUE(same_file(walk.file.get(), "/"));
}

TEST_F(PathWalk, EndsLoopsOfLinks) {
    tree_.link("x", "y");
    tree_.link("y", "x");
    const Walk walk = walk_path(tree_.path("x"));
    EXPECT_EQ(walk.error, ELOOP);
    EXPECT_FALSE(walk.file);
}

TEST_F(PathWalk, FollowsFortyLinksAsTheKernelDoesAndNoMore) {
    tree_.file("l0");
    for (int i = 1; i <= 41; ++i)
        tree_.link("l" + std::to_string(i), "l" + std::to_string(i - 1));
    struct stat status {};
    ASSERT_EQ(::stat(tree_.path("l40").c_str(), &status), 0);
    ASSERT_NE(::stat(tree_.path("l41").c_str(), &status), 0);
    EXPECT_EQ(walk_path(tree_.path("l40")).resolved, tree_.path("l0"));
    EXPECT_EQ(walk_path(tree_.path("l41")).error, ELOOP);
}

TEST_F(PathWalk, NamesWhereADanglingLinkLeads) {
    const Walk walk = walk_path(tree_.link("link", "gone/disk"));
    EXPECT_EQ(walk.error, ENOENT);
    EXPECT_EQ(walk.resolved, tree_.path("gone"));
    EXPECT_NE(walk.error_text.find(tree_.path("gone")), std::string::npos) << walk.error_text;
}

TEST_F(PathWalk, AFileIsNoDirectoryOnTheWay) {
    const auto file = tree_.file("disk");
    const Walk walk = walk_path(file + "/more");
    EXPECT_EQ(walk.error, ENOTDIR);
    EXPECT_EQ(walk.resolved, file);
}

TEST_F(PathWalk, RefusesWhatIsNoAbsolutePath) {
    EXPECT_EQ(walk_path("").error, EINVAL);
    EXPECT_EQ(walk_path("disk").error, EINVAL);
    EXPECT_EQ(walk_path(tree_.path("disk") + std::string("\0x", 2)).error, EINVAL);
    EXPECT_EQ(walk_path("/" + std::string(5000, 'x')).error, ENAMETOOLONG);
    EXPECT_EQ(walk_path(tree_.path(std::string(300, 'x'))).error, ENAMETOOLONG);
}

TEST_F(PathWalk, RefusesLinksWhoseTextIsNotWhereTheyLead) {
    const Walk walk = walk_path("/proc/self/exe");
    EXPECT_EQ(walk.error, ELOOP);
    EXPECT_FALSE(walk.file);
}

TEST_F(PathWalk, HoldsNoMoreThan256DirectoriesOpen) {
    std::string name = "d";
    for (int i = 0; i < 300; ++i) {
        tree_.directory(name);
        name += "/d";
    }
    const Walk walk = walk_path(tree_.path(name));
    EXPECT_EQ(walk.error, ENAMETOOLONG);
    EXPECT_EQ(walk.directories.size(), 256U);
}

TEST_F(PathWalk, TakesAnyBytesForANameAndSaysThemSafely) {
    const auto file = tree_.file("a\n\x1b[31m'\"$(x)\xff");
    EXPECT_EQ(walk_path(file).resolved, file);
    const Walk missing = walk_path(tree_.path("\x1b[31m"));
    EXPECT_EQ(missing.error, ENOENT);
    EXPECT_EQ(missing.error_text.find('\x1b'), std::string::npos);
}

} // namespace
} // namespace vmwarden::host
