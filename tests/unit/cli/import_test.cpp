// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/cli/run_verb.h"

#include <cstdlib>
#include <nlohmann/json.hpp>

namespace vmwarden::cli {
namespace {

// `policy import-qemu-conf` over a file of this text.
Ran import(const std::string& text, bool json = false) {
    return run_verb(import_policy, text, ".conf", {}, {}, json);
}

TEST(ImportPolicy, PutsThePolicyOnStdoutAndTheReportOnStderr) {
    const auto ran = import("user = \"web\"\nvnc_listen = \"::\"\n");
    EXPECT_EQ(ran.code, ExitCode::done);
    EXPECT_TRUE(ran.out.starts_with("version: 1\n")) << ran.out;
    EXPECT_NE(ran.out.find("user: 'web'\n"), ran.out.npos);
    EXPECT_EQ(ran.out.find("warning"), ran.out.npos);
    EXPECT_NE(ran.err.find(".conf:2:1: warning: 'vnc_listen' has no key here; "), ran.err.npos);
    EXPECT_NE(ran.err.find("\n  vnc_listen = \"::\"\n  ^~~~~~~~~~\n"), ran.err.npos) << ran.err;
}

TEST(ImportPolicy, WritesNoPartOfAPolicy) {
    const auto ran = import("user = \"web\"\ngroup = 1\n");
    EXPECT_EQ(ran.code, ExitCode::failed);
    EXPECT_EQ(ran.out, "");
    EXPECT_NE(ran.err.find(".conf:2:9: error: "), ran.err.npos) << ran.err;
}

TEST(ImportPolicy, IsOneObjectAsJson) {
    const auto good = nlohmann::json::parse(import("user = \"web\"\nbogus = 1\n", true).out);
    EXPECT_TRUE(good["policy"].get<std::string>().starts_with("version: 1\n"));
    ASSERT_EQ(good["report"].size(), 1U);
    EXPECT_EQ(good["report"][0]["severity"], "warning");
    EXPECT_EQ(good["report"][0]["line"], 2);

    const auto ran = import("group = 1 \xff\n", true);
    EXPECT_EQ(ran.code, ExitCode::failed);
    const auto bad = nlohmann::json::parse(ran.out);
    EXPECT_TRUE(bad["policy"].is_null());
    EXPECT_EQ(bad["report"][0]["severity"], "error");
}

TEST(ImportPolicy, FailsForAFileThatIsNotThere) {
    Context context({}, {}, {"/nowhere/qemu.conf"});
    EXPECT_THROW(import_policy(context), Failure);
}

} // namespace
} // namespace vmwarden::cli
