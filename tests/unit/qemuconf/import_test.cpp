// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/keys.h"
#include "src/hostpolicy/read_policy.h"
#include "src/qemuconf/codes.h"
#include "src/qemuconf/qemu_conf.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace vmwarden {
namespace {

namespace code = qemuconf::code;

ImportedQemuConf import(std::string_view text) {
    return import_qemu_conf("q.conf", text);
}

std::vector<std::string> codes(const ImportedQemuConf& imported) {
    std::vector<std::string> out;
    for (const auto& found : imported.report.list())
        out.push_back(found.code);
    return out;
}
using Codes = std::vector<std::string>;

// The policy as its reader takes it; a failure if there is none.
HostPolicy policy_of(const ImportedQemuConf& imported) {
    EXPECT_TRUE(imported.policy) << render(imported.report, "");
    const PolicyFile file{"out.yaml", imported.policy.value_or("")};
    auto read = read_policy({&file, 1});
    EXPECT_TRUE(read.diagnostics.empty()) << render(read.diagnostics, {&file, 1});
    return read.policy.value_or(HostPolicy{});
}

template <class Value>
std::vector<Value> values(const Setting<std::vector<Setting<Value>>>& list) {
    std::vector<Value> out;
    for (const auto& one : list.value)
        out.push_back(one.value);
    return out;
}

bool is_from_policy(const Origin& origin) {
    return origin.kind == Origin::Kind::policy;
}

bool has_line(const ImportedQemuConf& imported, const std::string& line) {
    return ("\n" + imported.policy.value_or("")).find("\n" + line + "\n") != std::string::npos;
}

std::string read_sample(const std::string& name) {
    std::ifstream file(std::string(std::getenv("QEMU_CONF")) + "/" + name);
    std::ostringstream text;
    text << file.rdbuf();
    EXPECT_FALSE(text.str().empty()) << name;
    return text.str();
}

TEST(Import, OfTheWholeFileSetsWhatItSets) {
    const auto text = read_sample("full.conf");
    const auto imported = import_qemu_conf("/etc/libvirt/qemu.conf", text);
    const auto policy = policy_of(imported);
    EXPECT_TRUE(imported.policy->starts_with("version: 1\n"));
    EXPECT_EQ(account_text(policy.user.value), "libvirt-qemu");
    EXPECT_EQ(account_text(policy.group.value), "+64055");
    EXPECT_TRUE(is_from_policy(policy.dynamic_ownership.origin));
    EXPECT_EQ(policy.security_driver.value, SecurityDriver::selinux);
    EXPECT_EQ(
        values(policy.cgroup_controllers),
        (std::vector{CgroupController::cpu, CgroupController::devices, CgroupController::memory,
                     CgroupController::io, CgroupController::cpuset, CgroupController::pids}));
    EXPECT_EQ(values(policy.cgroup_device_acl),
              (std::vector<std::string>{"/dev/null", "/dev/full", "/dev/zero", "/dev/random",
                                        "/dev/urandom", "/dev/ptmx", "/dev/kvm", "/dev/it's"}));
    EXPECT_TRUE(is_from_policy(policy.seccomp_sandbox.origin));
    EXPECT_TRUE(has_line(imported, "# /etc/libvirt/qemu.conf:11: user"));
    EXPECT_TRUE(has_line(imported, "user: 'libvirt-qemu'"));
}

TEST(Import, OfTheWholeFileReportsEveryOptionWithoutAPlace) {
    const auto text = read_sample("full.conf");
    const auto imported = import_qemu_conf("qemu.conf", text);
    const auto report = render(imported.report, text);
    for (const std::string_view line :
         {"qemu.conf:4:1: warning: 'vnc_listen' has no key here; the definition's <graphics>",
          "qemu.conf:5: warning: 'vnc_password' has no key here; ",
          "qemu.conf:7:32: warning: AppArmor is not used in this version",
          "qemu.conf:14:1: warning: 'remember_owner' has no key here; ",
          "qemu.conf:26:1: warning: 'relaxed_acs_check' has no key here; ",
          "qemu.conf:27:1: warning: libvirt ignored this: 'secuirty_require_confined' is no option "
          "of qemu.conf; did you mean 'security_require_confined'?"})
        EXPECT_NE(report.find(line), report.npos) << line << "\n---\n" << report;
    EXPECT_FALSE(imported.report.has_errors());
}

// Reports end up in logs.
TEST(Import, ShowsNoPassword) {
    for (const std::string_view text :
         {"vnc_password = \"hunter2\"", "spice_pasword = 'hunter2'", "vnc_passwd = 'hunter2",
          "VNC_PASSWORD = \"hunter2\" x", "a = 1; rdp_password = 'hunter2'",
          "vnc_password \"hunter2\""}) {
        const auto imported = import(text);
        EXPECT_FALSE(imported.report.empty());
        EXPECT_EQ(render(imported.report, text).find("hunter2"), std::string::npos) << text;
        EXPECT_EQ(imported.policy.value_or("").find("hunter2"), std::string::npos) << text;
    }
}

// Whatever the option, its sample gives a policy that passes.
struct Sample {
    std::string_view text;
    std::string_view line; // of the policy, when the key is known
};
class EachOption : public testing::TestWithParam<Sample> {};

TEST_P(EachOption, IsImportedAlone) {
    const auto& sample = GetParam();
    const auto imported = import(sample.text);
    policy_of(imported);
    const std::string name(sample.text.substr(0, sample.text.find(' ')));
    EXPECT_NE(imported.policy->find("# q.conf:1: " + name), std::string::npos);
    EXPECT_NE(imported.policy->find(std::string(sample.line) + "\n"), std::string::npos)
        << *imported.policy;
    for (const auto& option : qemu_conf_options()) {
        if (option.name != name) continue;
        const bool is_known = hostpolicy::find_key(option.key) != nullptr;
        EXPECT_EQ(codes(imported), is_known ? Codes{} : Codes{std::string(code::key_to_come)});
        EXPECT_EQ(imported.policy->find("This version has no such key") == std::string::npos,
                  is_known);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Import, EachOption,
    testing::Values(Sample{"user = \"qemu\"", "user: 'qemu'"},
                    Sample{"user = 'null'", "user: 'null'"}, Sample{"user = \"+0\"", "user: '+0'"},
                    Sample{"group = \"kvm\"", "group: 'kvm'"},
                    Sample{"dynamic_ownership = 0", "dynamic_ownership: false"},
                    Sample{"dynamic_ownership = 1", "dynamic_ownership: true"},
                    Sample{"security_driver = \"selinux\"", "security_driver: selinux"},
                    Sample{"security_driver = \"none\"", "security_driver: none"},
                    Sample{"security_driver = [\"selinux\"]", "security_driver: selinux"},
                    Sample{"security_driver = []", "security_driver: auto"},
                    Sample{"security_default_confined = 0", "security_default_confined: false"},
                    Sample{"security_require_confined = 1", "security_require_confined: true"},
                    Sample{"cgroup_controllers = [\"devices\", \"cpu\", \"cpuacct\"]",
                           "  - devices\n  - cpu\n  - pids"},
                    Sample{"cgroup_device_acl = [\"/dev/kvm\"]", "  - '/dev/kvm'"},
                    Sample{"cgroup_device_acl = []", "cgroup_device_acl: []"},
                    Sample{"seccomp_sandbox = 0", "seccomp_sandbox: false"},
                    Sample{"seccomp_sandbox = 1", "seccomp_sandbox: true"},
                    Sample{"seccomp_sandbox = -1", "seccomp_sandbox: true"},
                    Sample{"namespaces = []", "mount: false"},
                    Sample{"namespaces = [\"mount\"]", "mount: true"},
                    Sample{"max_processes = 4096", "processes: 4096"},
                    Sample{"max_threads_per_process = 16384", "processes: 16384"},
                    Sample{"max_files = 32768", "open_files: 32768"}));

// Every row without a key is one warning, and nothing of it is written.
TEST(Import, SaysWhyForEveryOptionWithoutAKey) {
    for (const auto& option : qemu_conf_options()) {
        if (!option.key.empty()) continue;
        const auto imported = import(std::string(option.name) + " = 1\n");
        EXPECT_EQ(codes(imported), Codes{std::string(code::no_key)}) << option.name;
        EXPECT_EQ(imported.report.list()[0].hint, option.note);
        const auto policy = policy_of(imported);
        EXPECT_FALSE(is_from_policy(policy.user.origin));
        EXPECT_EQ(imported.policy->find(option.name), std::string::npos) << option.name;
    }
}

// A whole file with every option there is: no report is cut off.
TEST(Import, KeepsTheReportOfAllOptionsTogether) {
    std::string text;
    std::size_t without = 0;
    for (const auto& option : qemu_conf_options()) {
        if (!option.key.empty()) continue;
        text += std::string(option.name) + " = \"x\"\n";
        ++without;
    }
    EXPECT_EQ(import(text).report.list().size(), without);
}

struct Refused {
    std::string_view text;
    std::string_view place;
    std::string_view code;
};
class RefusedValue : public testing::TestWithParam<Refused> {};

TEST_P(RefusedValue, IsAnErrorAtItsPlaceAndNoPolicyIsWritten) {
    const auto imported = import(GetParam().text);
    EXPECT_FALSE(imported.policy);
    ASSERT_EQ(codes(imported), Codes{std::string(GetParam().code)});
    EXPECT_EQ(imported.report.list()[0].place.text(), "q.conf:" + std::string(GetParam().place));
    EXPECT_EQ(imported.report.list()[0].severity, Severity::error);
    EXPECT_FALSE(imported.report.list()[0].hint.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Import, RefusedValue,
    testing::Values(Refused{"user = 107", "1:8", code::wrong_type},
                    Refused{"user = \"\"", "1:8", code::wrong_value},
                    Refused{"user = \"a b\"", "1:8", code::wrong_value},
                    Refused{"user = \"root\n", "1:8", code::unclosed_text},
                    Refused{"user = \"99999999999\"", "1:8", code::wrong_value},
                    Refused{"group = [\"kvm\"]", "1:9", code::wrong_type},
                    Refused{"dynamic_ownership = \"1\"", "1:21", code::wrong_type},
                    Refused{"dynamic_ownership = 2", "1:21", code::wrong_value},
                    Refused{"dynamic_ownership = yes", "1:21", code::syntax},
                    Refused{"security_driver = \"dac\"", "1:19", code::wrong_value},
                    Refused{"security_driver = [\"none\", \"selinux\"]", "1:20", code::wrong_value},
                    Refused{"security_driver = 1", "1:19", code::wrong_type},
                    Refused{"security_driver = [1]", "1:20", code::wrong_type},
                    Refused{"cgroup_controllers = \"cpu\"", "1:22", code::wrong_type},
                    Refused{"cgroup_controllers = [\"devices\", \"memry\"]", "1:34",
                            code::wrong_value},
                    Refused{"cgroup_device_acl = [\"/etc/passwd\"]", "1:22", code::wrong_value},
                    Refused{"cgroup_device_acl = [\"/dev/../etc\"]", "1:22", code::wrong_value},
                    Refused{"cgroup_device_acl = [\"/dev/\x01\"]", "1:22", code::wrong_value},
                    Refused{"cgroup_device_acl = [\"/dev/*\"]", "1:22", code::wrong_value},
                    Refused{"seccomp_sandbox = \"on\"", "1:19", code::wrong_type},
                    Refused{"user = \"per-guest\"", "1:8", code::wrong_value},
                    Refused{"max_files = -1", "1:13", code::wrong_value},
                    Refused{"max_files = 4294967296", "1:13", code::wrong_value},
                    Refused{"max_files = \"unlimited\"", "1:13", code::wrong_type}));

TEST(Import, OfAnIdWithoutItsPlusSaysWhatLibvirtTries) {
    const auto imported = import("user = \"0107\"");
    EXPECT_EQ(codes(imported), Codes{std::string(code::means_more)});
    EXPECT_EQ(account_text(policy_of(imported).user.value), "+107");
}

TEST(Import, OfAppArmorAloneWritesNothingAndSaysSo) {
    const auto imported = import("security_driver = \"apparmor\"");
    EXPECT_EQ(codes(imported), Codes{std::string(code::value_without_place)});
    EXPECT_FALSE(is_from_policy(policy_of(imported).security_driver.origin));
}

TEST(Import, WarnsWhereNoDeviceFilterIsLeft) {
    const auto imported = import("cgroup_controllers = [ \"cpu\", \"freezer\" ]");
    EXPECT_EQ(codes(imported),
              (Codes{std::string(code::means_more), std::string(code::value_without_place)}));
    EXPECT_EQ(values(policy_of(imported).cgroup_controllers),
              (std::vector{CgroupController::cpu, CgroupController::pids}));
}

TEST(Import, OfZeroAsALimitWritesNothingAndSaysSo) {
    const auto imported = import("max_processes = 0");
    EXPECT_EQ(codes(imported), Codes{std::string(code::value_without_place)});
    EXPECT_EQ(imported.policy->find("processes:"), std::string::npos);
}

TEST(Import, TakesTheFirstAsLibvirtDoes) {
    const auto imported = import("user = 'one'\nuser = 'two'\n");
    EXPECT_EQ(codes(imported), Codes{std::string(code::given_again)});
    EXPECT_EQ(imported.report.list()[0].place.line, 2U);
    EXPECT_EQ(account_text(policy_of(imported).user.value), "one");
}

TEST(Import, TakesADeviceListedTwiceOnce) {
    const auto imported = import("cgroup_device_acl = [ '/dev/kvm', '/dev/kvm' ]");
    EXPECT_EQ(codes(imported), Codes{std::string(code::given_again)});
    EXPECT_EQ(values(policy_of(imported).cgroup_device_acl), std::vector<std::string>{"/dev/kvm"});
}

TEST(Import, OfTwoOptionsThatAreOneKeyTakesTheFirst) {
    const auto imported = import("max_threads_per_process = 7\nmax_processes = 9\n");
    EXPECT_NE(imported.policy->find("processes: 7"), std::string::npos);
    EXPECT_EQ(imported.policy->find("processes: 9"), std::string::npos);
    const auto all = codes(imported);
    EXPECT_NE(std::find(all.begin(), all.end(), code::value_without_place), all.end());
}

TEST(Import, ReportsErrorsAndWarningsOfOneRunInOrder) {
    const auto imported = import("vnc_listen = '::'\nuser = 1\ngroup\nbogus_thing = 1\n");
    EXPECT_EQ(codes(imported), (Codes{std::string(code::no_key), std::string(code::wrong_type),
                                      std::string(code::syntax), std::string(code::ignored)}));
}

TEST(Import, OfNothingIsAPolicyThatSetsNothing) {
    for (const std::string_view text : {"", "# user = \"root\"\n"}) {
        const auto imported = import(text);
        EXPECT_TRUE(imported.report.empty());
        EXPECT_FALSE(is_from_policy(policy_of(imported).user.origin));
    }
}

TEST(Import, KeepsAHostileFileNameInItsComment) {
    const auto imported = import_qemu_conf("a\nuser: root\n\x1b[31m", "group = 'kvm'");
    const auto policy = policy_of(imported);
    EXPECT_FALSE(is_from_policy(policy.user.origin));
    EXPECT_EQ(imported.policy->find('\x1b'), std::string::npos);
}

TEST(Import, RefusesWhatIsTooLarge) {
    const auto imported = import(std::string(max_qemu_conf_bytes + 1, '\n'));
    EXPECT_FALSE(imported.policy);
    EXPECT_EQ(codes(imported), Codes{std::string(code::too_large)});
}

// A policy file has limits of its own; what would exceed them is refused at the option's line.
TEST(Import, RefusesAListThatNoPolicyFileHolds) {
    std::string text = "cgroup_device_acl = [";
    for (int i = 0; i < 30000; ++i)
        text += "'/dev/a" + std::to_string(i) + "',";
    const auto imported = import(text + "]\n");
    EXPECT_FALSE(imported.policy);
    ASSERT_FALSE(imported.report.empty());
    EXPECT_EQ(imported.report.list()[0].code, code::refused);
    EXPECT_EQ(imported.report.list()[0].place.line, 1U);
}

} // namespace
} // namespace vmwarden
