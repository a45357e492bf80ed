// SPDX-License-Identifier: LGPL-2.1-or-later
// The host seams of a launch that need no root: spawning, telling processes apart, opening logs.
#include "agent/host/files.h"
#include "agent/host/process.h"

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <system_error>

namespace vmwarden::host {
namespace {

int error_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const std::system_error& error) {
        return error.code().value();
    }
    return 0;
}

class Files : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "filesXXXXXX";
        ASSERT_NE(nullptr, mkdtemp(pattern.data()));
        path = std::filesystem::canonical(pattern);
    }
    void TearDown() override { std::filesystem::remove_all(path); }
    void put(const std::string& name) { std::ofstream(path + "/" + name) << "text"; }
    int log_error(const std::string& name) {
        return error_of([&] { open_log(path + "/" + name, false, Uid{12345}); });
    }
    std::string path;
};

TEST(Spawn, ends_a_child_and_reaps_it) {
    const UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
    int ends[2];
    ASSERT_EQ(0, pipe2(ends, O_CLOEXEC));
    const UniqueFd reader(ends[0]), writer(ends[1]);
    // cat waits on the pipe until it is killed.
    const Spawned cat = spawn("/bin/cat", {{reader.get(), 0}, {null.get(), 1}, {null.get(), 2}});
    EXPECT_FALSE(has_ended(cat.pidfd.get()));
    EXPECT_TRUE(start_time(cat.pid));
    end_child(cat);
    EXPECT_TRUE(has_ended(cat.pidfd.get()));
    EXPECT_FALSE(start_time(cat.pid));
    end_child(cat);
}

TEST(Spawn, a_program_that_is_not_there_is_an_error_here) {
    EXPECT_EQ(ENOENT, error_of([] { spawn("/nonexistent", {}); }));
}

TEST(Spawn, a_sealed_file_cannot_change) {
    const UniqueFd fd = sealed_memfd("x", "text");
    EXPECT_EQ(-1, ftruncate(fd.get(), 0));
    EXPECT_EQ(-1, pwrite(fd.get(), "T", 1, 0));
    EXPECT_EQ(4, status_of(fd.get()).st_size);
}

TEST_F(Files, a_link_anywhere_in_the_way_is_refused) {
    put("file");
    std::filesystem::create_symlink(path, path + "/here");
    std::filesystem::create_symlink("file", path + "/link");
    EXPECT_EQ(0, error_of([&] { open_in_place(path + "/file"); }));
    EXPECT_EQ(ELOOP, error_of([&] { open_in_place(path + "/link"); }));
    EXPECT_EQ(ELOOP, error_of([&] { open_in_place(path + "/here/file"); }));
}

TEST_F(Files, a_log_is_appended_to_or_made_for_root_alone) {
    put("old.log");
    const UniqueFd old = open_log(path + "/old.log", false, Uid{12345});
    ASSERT_EQ(4, write(old.get(), "more", 4));
    EXPECT_EQ(8U, std::filesystem::file_size(path + "/old.log"));
    const UniqueFd emptied = open_log(path + "/old.log", true, Uid{12345});
    EXPECT_EQ(0U, std::filesystem::file_size(path + "/old.log"));
    const UniqueFd fresh = open_log(path + "/new.log", false, Uid{12345});
    EXPECT_EQ(0600U, status_of(fresh.get()).st_mode & 0777U);
}

TEST_F(Files, a_log_that_is_something_else_is_refused) {
    put("file");
    std::filesystem::create_symlink("file", path + "/link");
    std::filesystem::create_hard_link(path + "/file", path + "/second");
    ASSERT_EQ(0, mkfifo((path + "/fifo").c_str(), 0600));
    EXPECT_EQ(ELOOP, log_error("link"));
    EXPECT_EQ(EMLINK, log_error("second"));
    EXPECT_NE(0, log_error("fifo"));
    EXPECT_EQ(ENOENT, log_error("missing/x.log"));
    EXPECT_NE(0, error_of([&] { open_log("/dev/null", false, Uid{12345}); }));
}

} // namespace
} // namespace vmwarden::host
