// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/policy_file.h"

#include "tests/unit/host/temp_tree.h"

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <thread>

namespace vmwarden::host {
namespace {

const std::string admin = "etc/vmwarden/policy.d";

class PolicyFileTest : public testing::Test {
  protected:
    void SetUp() override { std::filesystem::create_directories(root_.path(admin)); }

    [[nodiscard]] std::string path(const std::string& name) const {
        return root_.path(admin + "/" + name);
    }
    void write(const std::string& name, const std::string& text) const {
        root_.file(admin + "/" + name, text);
    }
    [[nodiscard]] std::string text(const std::string& name) const {
        std::ifstream file(path(name), std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    // Every name there, hidden ones too.
    [[nodiscard]] std::string names() const {
        std::vector<std::string> all;
        for (const auto& entry : std::filesystem::directory_iterator(path("")))
            all.push_back(entry.path().filename());
        std::sort(all.begin(), all.end());
        std::string out;
        for (const auto& name : all)
            out += (out.empty() ? "" : " ") + name;
        return out;
    }
    // What went wrong, or nothing.
    std::string replace(const std::string& name, const EditablePolicyFile::Edit& edit) {
        Diagnostics problems;
        const auto file = EditablePolicyFile::find(root_.path(), name, problems);
        if (file) file->replace(edit, problems);
        return problems.empty() ? "" : problems.list().front().message;
    }
    std::string replace(const std::string& name, const std::string& text) {
        return replace(name, [&](const std::string&) { return text; });
    }
    std::string refusal(const std::string& name) {
        Diagnostics problems;
        EXPECT_FALSE(EditablePolicyFile::find(root_.path(), name, problems).has_value());
        return problems.empty() ? "" : problems.list().front().message;
    }

    test::TempTree root_;
};

// Writes beyond `bytes` fail while this lives, as they do on a full disk.
class SmallFiles {
  public:
    explicit SmallFiles(rlim_t bytes) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const struct rlimit small = {bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &small);
        handler_ = std::signal(SIGXFSZ, SIG_IGN);
    }
    ~SmallFiles() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }
    SmallFiles(const SmallFiles&) = delete;
    SmallFiles& operator=(const SmallFiles&) = delete;

  private:
    struct rlimit before_ {};
    void (*handler_)(int) = SIG_DFL;
};

TEST_F(PolicyFileTest, MakesAFileThatEverybodyMayRead) {
    EXPECT_EQ(replace("60-site.yaml", "version: 1\n"), "");
    EXPECT_EQ(text("60-site.yaml"), "version: 1\n");
    struct stat status {};
    ASSERT_EQ(::stat(path("60-site.yaml").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0644U);
    EXPECT_EQ(names(), "60-site.yaml");
}

TEST_F(PolicyFileTest, KeepsTheMode) {
    write("60-site.yaml", "old");
    root_.set_mode(admin + "/60-site.yaml", 0640);
    EXPECT_EQ(replace("60-site.yaml", "new"), "");
    struct stat status {};
    ASSERT_EQ(::stat(path("60-site.yaml").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0640U);
    EXPECT_EQ(text("60-site.yaml"), "new");
}

TEST_F(PolicyFileTest, TheEditSeesTheTextAndMayLeaveIt) {
    write("60-site.yaml", "old");
    struct stat before {};
    ASSERT_EQ(::stat(path("60-site.yaml").c_str(), &before), 0);
    std::string seen;
    EXPECT_EQ(replace("60-site.yaml",
                      [&](const std::string& now) -> std::optional<std::string> {
                          seen = now;
                          return std::nullopt;
                      }),
              "");
    EXPECT_EQ(seen, "old");
    struct stat after {};
    ASSERT_EQ(::stat(path("60-site.yaml").c_str(), &after), 0);
    EXPECT_EQ(before.st_ino, after.st_ino);
    EXPECT_EQ(names(), "60-site.yaml");
}

TEST_F(PolicyFileTest, AWriteThatFailsLeavesTheOldFileAndNothingElse) {
    write("60-site.yaml", "old");
    {
        const SmallFiles small(4096);
        EXPECT_EQ(replace("60-site.yaml", std::string(100'000, '#')),
                  "cannot be written: File too large");
    }
    EXPECT_EQ(text("60-site.yaml"), "old");
    EXPECT_EQ(names(), "60-site.yaml");
}

TEST_F(PolicyFileTest, AnEditThatThrowsLeavesTheOldFileAndNothingElse) {
    write("60-site.yaml", "old");
    EXPECT_THROW(replace("60-site.yaml",
                         [](const std::string&) -> std::optional<std::string> {
                             throw std::runtime_error("refused");
                         }),
                 std::runtime_error);
    EXPECT_EQ(text("60-site.yaml"), "old");
    EXPECT_EQ(names(), "60-site.yaml");
}

TEST_F(PolicyFileTest, WhatACrashLeftBehindIsUsedUp) {
    write("60-site.yaml", "old");
    write(".60-site.yaml.new", "a longer text than the new one");
    EXPECT_EQ(replace("60-site.yaml", "new"), "");
    EXPECT_EQ(text("60-site.yaml"), "new");
    EXPECT_EQ(names(), "60-site.yaml");
}

TEST_F(PolicyFileTest, WhatIsInTheWayIsNotFollowed) {
    write("60-site.yaml", "old");
    root_.file("elsewhere", "theirs");
    root_.link(admin + "/.60-site.yaml.new", root_.path("elsewhere"));
    EXPECT_NE(replace("60-site.yaml", "new"), "");
    std::filesystem::remove(path(".60-site.yaml.new"));
    std::filesystem::create_directory(path(".60-site.yaml.new"));
    EXPECT_NE(replace("60-site.yaml", "new"), "");
    EXPECT_EQ(text("60-site.yaml"), "old");
    EXPECT_EQ(std::filesystem::file_size(root_.path("elsewhere")), 6U);
}

TEST_F(PolicyFileTest, EditorsAtTheSameTimeWaitForEachOther) {
    constexpr int editors = 4;
    constexpr int edits = 20;
    std::vector<std::thread> threads;
    for (int i = 0; i < editors; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < edits; ++n)
                EXPECT_EQ(replace("60-site.yaml", [](const std::string& now) { return now + "x"; }),
                          "");
        });
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(text("60-site.yaml").size(), std::size_t{editors * edits});
    EXPECT_EQ(names(), "60-site.yaml");
}

TEST_F(PolicyFileTest, ALinkInThePolicyTreeIsFollowedAndStays) {
    std::filesystem::create_directories(root_.path("run/vmwarden/policy.d"));
    root_.file("run/vmwarden/policy.d/real.yaml", "old");
    root_.link(admin + "/a.yaml", "/run/vmwarden/policy.d/real.yaml");
    root_.link(admin + "/b.yaml", "a.yaml");
    EXPECT_EQ(replace("b.yaml", "new"), "");
    EXPECT_EQ(text("a.yaml").empty(), true) << "its absolute target is outside of this process's /";
    std::ifstream real(root_.path("run/vmwarden/policy.d/real.yaml"));
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(real), {}), "new");
    EXPECT_TRUE(std::filesystem::is_symlink(path("a.yaml")));
    EXPECT_TRUE(std::filesystem::is_symlink(path("b.yaml")));
}

TEST_F(PolicyFileTest, LinksElsewhereAreRefused) {
    root_.file("elsewhere", "theirs");
    std::filesystem::create_directories(root_.path("dev"));
    root_.file("dev/null");
    root_.link(admin + "/out.yaml", "../../../elsewhere");
    root_.link(admin + "/nowhere.yaml", "gone.yaml");
    root_.link(admin + "/circle.yaml", "circle.yaml");
    root_.link(admin + "/masked.yaml", "/dev/null");
    EXPECT_NE(refusal("out.yaml").find("is not in the policy tree"), std::string::npos);
    EXPECT_EQ(refusal("nowhere.yaml"), "is a link that leads nowhere");
    EXPECT_EQ(refusal("circle.yaml"), "is a link that leads nowhere");
    EXPECT_NE(refusal("masked.yaml").find("is not in the policy tree"), std::string::npos);
}

TEST_F(PolicyFileTest, WhatIsNoFileIsRefused) {
    std::filesystem::create_directory(path("dir.yaml"));
    ASSERT_EQ(::mkfifo(path("pipe.yaml").c_str(), 0600), 0);
    EXPECT_EQ(refusal("dir.yaml"), "is not a file");
    EXPECT_EQ(refusal("pipe.yaml"), "is not a file");
}

TEST_F(PolicyFileTest, WithoutADirectoryNothingIsMade) {
    std::filesystem::remove(path(""));
    EXPECT_NE(refusal("60-site.yaml").find("because of its directory"), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(path("")));
    root_.file(admin, "version: 1\n");
    EXPECT_EQ(refusal("60-site.yaml"),
              "cannot be edited, because of its directory: Not a directory");
}

} // namespace
} // namespace vmwarden::host
