// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/cli/run_verb.h"

#include <cstdlib>
#include <nlohmann/json.hpp>

namespace vmwarden::cli {
namespace {

Ran run(ExitCode (*verb)(Context&), const std::string& text, const VerbOptions& options = {},
        bool json = false) {
    return run_verb(verb, text, "", {"qemu-argv"}, options, json);
}

constexpr auto xml = "<domain type='qemu'><name>web</name><memory>65536</memory>"
                     "<os><type arch='x86_64'>hvm</type></os></domain>";

TEST(NativeVerbs, PutTheXmlOnStdoutAndWarningsOnStderr) {
    const auto ran = run(domain_from_native, "qemu-system-x86_64 -name web \\\n -nodefaults "
                                             "-display none -device edu\n");
    EXPECT_EQ(ran.code, ExitCode::done);
    EXPECT_TRUE(ran.out.starts_with("<domain type='qemu' xmlns:qemu=")) << ran.out;
    EXPECT_NE(ran.err.find(":2:28: warning: '-device edu' has no place in the XML"), ran.err.npos)
        << ran.err;
    EXPECT_EQ(ran.out.find("warning"), ran.out.npos);
}

TEST(NativeVerbs, GiveNothingAfterAnError) {
    const auto ran = run(domain_from_native, "qemu-system-x86_64 -hda disk.img\n");
    EXPECT_EQ(ran.code, ExitCode::failed);
    EXPECT_EQ(ran.out, "");
    EXPECT_NE(ran.err.find(":1:20: error: path 'disk.img' is not absolute"), ran.err.npos);
    EXPECT_EQ(run(domain_to_native, "<domain/>").code, ExitCode::failed);
}

TEST(NativeVerbs, TakeTheirVariablesForALineOf2009) {
    ::setenv("LD_LIBRARY_PATH", "/opt/a b", 1);
    const auto old = run(domain_to_native, xml, {{{"dialect", "0.10"}}});
    ::unsetenv("LD_LIBRARY_PATH");
    EXPECT_TRUE(old.out.starts_with("LC_ALL=C LD_LIBRARY_PATH='/opt/a b' ")) << old.out;
    EXPECT_NE(old.out.find(" /usr/bin/qemu-system-x86_64 -S -M pc -no-kqemu -m 64 "), old.out.npos);
    const auto modern = run(domain_to_native, xml);
    EXPECT_TRUE(modern.out.starts_with("qemu-system-x86_64 -name guest=web,")) << modern.out;
}

TEST(NativeVerbs, AreOneObjectAsJson) {
    const auto good = nlohmann::json::parse(run(domain_to_native, xml, {}, true).out);
    EXPECT_TRUE(good["text"].get<std::string>().starts_with("qemu-system-x86_64 "));
    EXPECT_EQ(good["report"][0]["severity"], "warning");
    const auto bad = nlohmann::json::parse(run(domain_from_native, "", {}, true).out);
    EXPECT_TRUE(bad["text"].is_null());
    EXPECT_EQ(bad["report"][0]["severity"], "error");
}

TEST(NativeVerbs, RefuseAnotherFormatOrDialect) {
    Context vmx({}, {}, {"vmware-vmx", "/nowhere"});
    EXPECT_THROW(domain_from_native(vmx), UsageError);
    Context context({}, {{{"dialect", "0.11"}}}, {"qemu-argv", "/nowhere"});
    EXPECT_THROW(domain_to_native(context), UsageError);
}

} // namespace
} // namespace vmwarden::cli
