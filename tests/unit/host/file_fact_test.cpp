// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/file_fact.h"

#include "agent/host/image_header.h"
#include "src/base/unique_fd.h"
#include "tests/unit/host/temp_tree.h"

#include <algorithm>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace vmwarden::host {
namespace {

using State = FileFact::State;

const Identity stranger{Uid{4000000001}, Gid{4000000002}, {}};

std::optional<bool> searchable(const FileFact& fact, const std::string& path) {
    for (const auto& parent : fact.parents)
        if (parent.path == path) return parent.searchable;
    return std::nullopt;
}

TEST(FileFact, DescribesAFile) {
    const test::TempTree tree;
    const auto path = tree.file("disk", "contents", 0640);
    struct stat status {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    const FileFact fact = file_fact(path, stranger);
    EXPECT_EQ(fact.state, State::present);
    EXPECT_EQ(fact.error, "");
    EXPECT_EQ(fact.type, FileType::regular);
    EXPECT_EQ(fact.id, (FileId{status.st_dev, status.st_ino}));
    EXPECT_EQ(fact.owner, (Owner{Uid{::geteuid()}, Gid{status.st_gid}}));
    EXPECT_EQ(fact.mode, 0640U);
    EXPECT_EQ(fact.device, DeviceNumber{});
    EXPECT_EQ(fact.image, ImageFact{});
}

TEST(FileFact, NamesTheDirectoryThatBlocksTheGuest) {
    const test::TempTree tree;
    tree.set_mode("", 0755);
    tree.directory("home");
    tree.directory("home/images");
    const auto path = tree.file("home/images/disk", "", 0644);
    tree.set_mode("home", 0700);
    const FileFact fact = file_fact(path, stranger);
    EXPECT_EQ(fact.state, State::present);
    EXPECT_EQ(searchable(fact, "/"), true);
    EXPECT_EQ(searchable(fact, tree.path()), true);
    EXPECT_EQ(searchable(fact, tree.path("home")), false);
    EXPECT_EQ(searchable(fact, tree.path("home/images")), true);
    EXPECT_EQ(searchable(fact, path), std::nullopt);
    EXPECT_TRUE(fact.guest_can_read);
    EXPECT_FALSE(fact.guest_can_write);
    EXPECT_FALSE(fact.guest_can_execute);
}

TEST(FileFact, WithoutAnIdentityTheGuestCanDoNothing) {
    const test::TempTree tree;
    const FileFact fact = file_fact(tree.file("disk", "", 0777), std::nullopt);
    EXPECT_EQ(fact.state, State::present);
    EXPECT_FALSE(fact.guest_can_read || fact.guest_can_write || fact.guest_can_execute);
    EXPECT_TRUE(std::none_of(fact.parents.begin(), fact.parents.end(),
                             [](const PathComponent& parent) { return parent.searchable; }));
}

TEST(FileFact, KnowsWhatIsNotThere) {
    const test::TempTree tree;
    EXPECT_EQ(file_fact(tree.path("gone"), stranger).state, State::absent);
    const FileFact dangling = file_fact(tree.link("link", "gone"), stranger);
    EXPECT_EQ(dangling.state, State::absent);
    EXPECT_EQ(dangling.resolved, tree.path("gone"));
}

TEST(FileFact, KnowsWhatCannotBeLookedAt) {
    const test::TempTree tree;
    tree.link("loop", "loop");
    for (const auto& path : {tree.path("loop"), std::string("relative"), std::string(),
                             tree.file("file") + "/below"}) {
        const FileFact fact = file_fact(path, stranger);
        EXPECT_EQ(fact.state, State::unreadable) << path;
        EXPECT_NE(fact.error, "") << path;
    }
}

TEST(FileFact, KnowsDevices) {
    const FileFact fact = file_fact("/dev/null", stranger);
    EXPECT_EQ(fact.type, FileType::character);
    EXPECT_EQ(fact.device, (DeviceNumber{1, 3}));
    EXPECT_TRUE(fact.guest_can_read && fact.guest_can_write);
}

TEST(FileFact, OpensNeitherFifosNorSockets) {
    const test::TempTree tree;
    ASSERT_EQ(::mkfifo(tree.path("fifo").c_str(), 0666), 0);
    EXPECT_EQ(file_fact(tree.path("fifo"), stranger).type, FileType::other); // and does not hang
    const UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    tree.path("socket").copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    const FileFact fact = file_fact(tree.path("socket"), stranger);
    EXPECT_EQ(fact.type, FileType::other);
    EXPECT_EQ(fact.state, State::present);
}

TEST(FileFact, ReadsImageHeaders) {
    const test::TempTree tree;
    std::string header(512, '\0');
    header.replace(0, 8, std::string("QFI\xfb\0\0\0\2", 8));
    header[23] = 9; // clusters of 512 bytes
    EXPECT_EQ(file_fact(tree.file("alone", header), stranger).image, ImageFact{});
    header[15] = 80; // where the name is, and its length
    header[19] = 4;
    header.replace(80, 4, "base");
    const auto overlay = file_fact(tree.file("overlay", header), stranger).image;
    EXPECT_EQ(overlay.backing, (NamedFile{"base", tree.path("base")}));
    tree.directory("links");
    const auto link = file_fact(tree.link("links/link", "../overlay"), stranger).image;
    EXPECT_EQ(link.backing.path, tree.path("links/base")) << "by the name it is opened by";
    header.resize(82);
    EXPECT_NE(file_fact(tree.file("short", header), stranger).image.error, "");
}

TEST(FileFact, ReadsHeadersThatAreLong) {
    const test::TempTree tree;
    std::string header(image_header_bytes, '\0');
    header.replace(0, 8, std::string("QFI\xfb\0\0\0\2", 8));
    header[23] = 16;
    header[14] = '\x20'; // at 8192
    header[19] = 4;
    header.replace(8192, 4, "base");
    EXPECT_EQ(file_fact(tree.file("overlay", header), stranger).image.backing.name, "base");
}

TEST(FileFact, OfADirectoryIsItsOwn) {
    const test::TempTree tree;
    const FileFact fact = file_fact(tree.path(), stranger);
    EXPECT_EQ(fact.type, FileType::directory);
    EXPECT_EQ(fact.resolved, tree.path());
}

} // namespace
} // namespace vmwarden::host
