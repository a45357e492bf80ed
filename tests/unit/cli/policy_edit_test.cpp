// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/cli/verbs.h"
#include "tests/unit/host/temp_tree.h"

#include <gtest/gtest.h>

namespace vmwarden::cli {
namespace {

class PolicyEditTest : public testing::Test {
  protected:
    void SetUp() override {
        for (const auto* directory : {"etc/vmwarden/policy.d", "usr/lib/vmwarden/policy.d"})
            std::filesystem::create_directories(root_.path(directory));
        root_.file("usr/lib/vmwarden/policy.d/10-vendor.yaml",
                   "version: 1\nuser: qemu\ncgroup_controllers: [cpu, io]\n");
    }

    using Run = ExitCode (*)(Context&);
    // What it prints.
    std::string run(Run verb, std::vector<std::string> operands,
                    std::map<std::string, std::string, std::less<>> options = {}) {
        options.emplace("root", root_.path());
        Context context({}, {std::move(options)}, std::move(operands));
        testing::internal::CaptureStdout();
        try {
            EXPECT_EQ(verb(context), ExitCode::done);
        } catch (...) {
            testing::internal::GetCapturedStdout();
            throw;
        }
        return testing::internal::GetCapturedStdout();
    }
    std::string refusal(Run verb, std::vector<std::string> operands,
                        std::map<std::string, std::string, std::less<>> options = {},
                        ExitCode code = ExitCode::failed) {
        try {
            ADD_FAILURE() << run(verb, std::move(operands), std::move(options));
        } catch (const Failure& failure) {
            EXPECT_EQ(failure.code(), code);
            return failure.what();
        }
        return {};
    }
    [[nodiscard]] std::string site() const { return path("60-site.yaml"); }
    [[nodiscard]] std::string path(const std::string& name) const {
        return root_.path("etc/vmwarden/policy.d/" + name);
    }
    static std::string text(const std::string& path) {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    host::test::TempTree root_;
};

TEST_F(PolicyEditTest, SaysWhetherBytesChanged) {
    EXPECT_EQ(run(set_policy, {"user", "web"}), site() + ": changed\n");
    EXPECT_EQ(text(site()), "version: 1\nuser: web\n");
    EXPECT_EQ(run(set_policy, {"user", "web"}), site() + ": no difference\n");
    EXPECT_EQ(run(unset_policy, {"user"}), site() + ": changed\n");
    EXPECT_EQ(run(unset_policy, {"user"}), site() + ": no difference\n");
    EXPECT_EQ(text(site()), "version: 1\n");
}

TEST_F(PolicyEditTest, NoDifferenceTouchesNeitherFileNorDirectory) {
    root_.file("etc/vmwarden/policy.d/60-site.yaml", "version: 1\nuser: web\n");
    const auto before = std::filesystem::last_write_time(path(""));
    root_.set_mode("etc/vmwarden/policy.d", 0555);
    EXPECT_EQ(run(set_policy, {"user", "web"}), site() + ": no difference\n");
    EXPECT_EQ(run(unset_policy, {"group"}), site() + ": no difference\n");
    EXPECT_EQ(std::filesystem::last_write_time(path("")), before);
}

// Good by itself, and refused among the others.
TEST_F(PolicyEditTest, WhatAnEarlierFileLocksIsRefusedAndNothingIsWritten) {
    root_.file("etc/vmwarden/policy.d/20-lock.yaml", "version: 1\nlock: [slice]\n");
    const auto why = refusal(set_policy, {"slice", "own.slice"});
    EXPECT_NE(why.find("'slice' is locked"), std::string::npos) << why;
    EXPECT_FALSE(std::filesystem::exists(site()));
    EXPECT_EQ(run(set_policy, {"slice", "own.slice"}, {{"file", "15-early.yaml"}}),
              path("15-early.yaml") + ": changed\n");
}

TEST_F(PolicyEditTest, RemovingFromAFileThatIsNotThereMakesNone) {
    EXPECT_EQ(run(unset_policy, {"user"}), site() + ": no difference\n");
    EXPECT_FALSE(std::filesystem::exists(site()));
}

TEST_F(PolicyEditTest, ARefusedEditLeavesTheFile) {
    root_.file("etc/vmwarden/policy.d/60-site.yaml", "version: 1 # ours\n");
    const auto said = refusal(set_policy, {"seccomp_sandbox", "yes"});
    EXPECT_EQ(said.find(site() + ":2:18: error: "), 0U) << said;
    EXPECT_NE(said.find("seccomp_sandbox: \"yes\"\n"), std::string::npos) << said;
    EXPECT_EQ(text(site()), "version: 1 # ours\n");
}

TEST_F(PolicyEditTest, ErrorsOfOtherFilesThatWereThereBeforeDoNotMatter) {
    root_.file("etc/vmwarden/policy.d/50-broken.yaml", "version: 1\nusr: web\n");
    EXPECT_EQ(run(set_policy, {"user", "web"}), site() + ": changed\n");
    EXPECT_NE(refusal(get_policy, {"user"}).find("unknown key 'usr'"), std::string::npos);
    EXPECT_EQ(run(get_policy, {"user"}, {{"file", "60-site.yaml"}}), "web\n");
}

TEST_F(PolicyEditTest, DoesNotHideAnotherFileByItsName) {
    const auto said = refusal(set_policy, {"user", "web"}, {{"file", "10-vendor.yaml"}});
    EXPECT_NE(said.find("would hide all of"), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(path("10-vendor.yaml")));
}

TEST_F(PolicyEditTest, GetsTheValueThatHolds) {
    EXPECT_EQ(run(get_policy, {"user"}), "qemu\n");
    run(set_policy, {"user", "+1"});
    EXPECT_EQ(run(get_policy, {"user"}), "+1\n");
    EXPECT_EQ(run(get_policy, {"cgroup_controllers"}), "cpu\nio\n");
    EXPECT_EQ(run(get_policy, {"user"}, {{"file", "60-site.yaml"}}), "+1\n");
    EXPECT_EQ(refusal(get_policy, {"slice"}), "'slice' is not set in any policy file");
    EXPECT_EQ(refusal(get_policy, {"slice"}, {{"file", "60-site.yaml"}}),
              "'slice' is not set in 60-site.yaml");
}

TEST_F(PolicyEditTest, FilesHaveNamesOfPolicyFiles) {
    for (const auto* name :
         {"../x.yaml", "/etc/x.yaml", "x", "x.yml", ".yaml", ".x.yaml", "", "x\n.yaml", "x.yaml/"})
        refusal(set_policy, {"user", "web"}, {{"file", name}}, ExitCode::usage);
}

} // namespace
} // namespace vmwarden::cli
