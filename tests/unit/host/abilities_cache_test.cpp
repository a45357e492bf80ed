// SPDX-License-Identifier: LGPL-2.1-or-later
// What is kept of emulators, in a directory that others may have put there.
#include "agent/host/abilities_cache.h"
#include "agent/host/emulator_files.h"
#include "tests/doubles/emulator_replies.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <system_error>

namespace vmwarden::host {
namespace {

namespace fs = std::filesystem;
using tests::sample_abilities;

constexpr ProgramIdentity program{1, 2, 3, 4};

class Cache : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "cacheXXXXXX";
        ASSERT_NE(nullptr, mkdtemp(pattern.data()));
        parent = fs::canonical(pattern);
    }
    void TearDown() override { fs::remove_all(parent); }
    AbilitiesCache cache() { return {parent, "capabilities"}; }
    fs::path directory() const { return fs::path(parent) / "capabilities"; }
    fs::path only_file() const { return *fs::directory_iterator(directory()); }
    std::error_code error() {
        try {
            cache();
        } catch (const std::system_error& error) {
            return error.code();
        }
        return {};
    }
    void touch(const std::string& name, mode_t mode = 0755) {
        std::ofstream(parent + "/" + name) << name;
        ASSERT_EQ(0, chmod((parent + "/" + name).c_str(), mode));
    }
    std::string parent;
};

TEST_F(Cache, KeepsForTheNextAgent) {
    EXPECT_FALSE(cache().read(program));
    cache().keep(program, sample_abilities());
    EXPECT_EQ(cache().read(program), sample_abilities());
    EXPECT_EQ(fs::status(directory()).permissions(), fs::perms::owner_all);
    EXPECT_FALSE(cache().read({1, 2, 3, 5})) << "the file has changed";
    EXPECT_FALSE(cache().read({1, 3, 3, 4})) << "another file";
}

TEST_F(Cache, BelievesNoDamagedEntryAndReplacesIt) {
    cache().keep(program, sample_abilities());
    fs::resize_file(only_file(), fs::file_size(only_file()) / 2);
    EXPECT_FALSE(cache().read(program));
    cache().keep(program, sample_abilities());
    std::ofstream(only_file(), std::ios::app) << "x";
    EXPECT_FALSE(cache().read(program));
    std::ofstream(only_file()) << "";
    EXPECT_FALSE(cache().read(program));
    cache().keep(program, sample_abilities());
    EXPECT_TRUE(cache().read(program));
}

TEST_F(Cache, ForgetsPrograms) {
    cache().keep(program, sample_abilities());
    cache().keep({1, 7, 3, 4}, sample_abilities());
    cache().keep_only({program});
    EXPECT_TRUE(cache().read(program));
    EXPECT_FALSE(cache().read({1, 7, 3, 4}));
}

TEST_F(Cache, UsesNoDirectoryThatMayBeSomebodyElses) {
    fs::create_directory(directory());
    fs::permissions(directory(), fs::perms(0750));
    EXPECT_EQ(error(), std::errc::operation_not_permitted);
    fs::permissions(directory(), fs::perms(0700));
    EXPECT_FALSE(error());
    fs::rename(directory(), parent + "/elsewhere");
    fs::create_directory_symlink("elsewhere", directory());
    EXPECT_TRUE(error());
    fs::remove(directory());
    touch("capabilities");
    EXPECT_EQ(error(), std::errc::not_a_directory);
}

TEST_F(Cache, OfProgramsThatGlobsMatch) {
    touch("qemu-system-b");
    touch("qemu-system-a");
    touch("qemu-system-text", 0644);
    touch("qemu-system-\033[2J");
    fs::create_directory(parent + "/qemu-system-directory");
    fs::create_symlink("qemu-system-a", parent + "/qemu-kvm");
    const auto found = programs_matching({parent + "/qemu-kvm", parent + "/qemu-system-*",
                                          parent + "/qemu-*", "/nonexistent/qemu-*"});
    EXPECT_EQ(found, (std::vector{parent + "/qemu-kvm", parent + "/qemu-system-a",
                                  parent + "/qemu-system-b"}));
}

TEST_F(Cache, TellsProgramsApart) {
    touch("a");
    fs::create_symlink("a", parent + "/link");
    const auto before = identity_of_program(parent + "/a");
    ASSERT_TRUE(before);
    EXPECT_EQ(before, identity_of_program(parent + "/link"));
    touch("b");
    EXPECT_NE(before, identity_of_program(parent + "/b"));
    std::ofstream(parent + "/a", std::ios::app) << "more";
    EXPECT_NE(before, identity_of_program(parent + "/a"));
    EXPECT_FALSE(identity_of_program(parent));
    EXPECT_FALSE(identity_of_program(parent + "/none"));
}

} // namespace
} // namespace vmwarden::host
