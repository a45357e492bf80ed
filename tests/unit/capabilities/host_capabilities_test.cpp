// SPDX-License-Identifier: LGPL-2.1-or-later
// Which emulators, under which conditions, as the seed page has it: rules over facts, and the XML.
#include "src/capabilities/host_capabilities.h"
#include "tests/doubles/emulator_replies.h"

#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

namespace vmwarden::tests {
namespace {

constexpr auto system_x86 = "/usr/bin/qemu-system-x86_64";
constexpr auto system_i386 = "/usr/bin/qemu-system-i386";
constexpr auto qemu_kvm = "/usr/bin/qemu-kvm";
constexpr auto xenner = "/usr/bin/xenner";

class Host : public testing::Test {
  protected:
    HostPolicy policy = built_in_policy();
    HostFacts facts;
    FoundEmulators found;

    Host() {
        facts.machine_arch = "x86_64";
        facts.identity = Identity{{64055}, {108}, {}};
    }
    void with_kvm() { facts.kvm_present = facts.kvm_usable = true; }
    EmulatorAbilities& add(const std::string& path, const std::string& target = "x86_64") {
        found.answered.push_back({path, sample_abilities()});
        found.answered.back().abilities.target = target;
        return found.answered.back().abilities;
    }
    HostCapabilities capabilities() { return host_capabilities(policy, facts, found); }
    // "hvm x86_64 /usr/bin/qemu-system-x86_64: qemu kvm=/usr/bin/qemu-kvm"
    std::vector<std::string> offers() {
        std::vector<std::string> lines;
        for (const auto& guest : capabilities().guests) {
            auto line = guest.os_type + " " + guest.arch + " " + guest.emulator + ":";
            for (const auto& domain : guest.domains)
                line += " " + domain.type + (domain.emulator.empty() ? "" : "=" + domain.emulator);
            lines.push_back(line);
        }
        return lines;
    }
    using Lines = std::vector<std::string>;
};

TEST_F(Host, OffersWhatItsEmulatorsRun) {
    add("/usr/bin/qemu", "i386");
    add("/usr/bin/qemu-system-mips", "mips");
    add("/usr/bin/qemu-system-mipsel", "mipsel");
    add("/usr/bin/qemu-system-ppc", "ppc");
    add("/usr/bin/qemu-system-sparc", "sparc");
    add(system_x86);
    EXPECT_EQ(offers(),
              (Lines{"hvm x86_64 /usr/bin/qemu-system-x86_64: qemu",
                     "hvm i686 /usr/bin/qemu-system-x86_64: qemu", "hvm i686 /usr/bin/qemu: qemu",
                     "hvm mips /usr/bin/qemu-system-mips: qemu",
                     "hvm mipsel /usr/bin/qemu-system-mipsel: qemu",
                     "hvm ppc /usr/bin/qemu-system-ppc: qemu",
                     "hvm sparc /usr/bin/qemu-system-sparc: qemu"}));
}

TEST_F(Host, OffersTheOneThatADefinitionGetsFirst) {
    add(system_x86);
    add(system_i386, "i386");
    EXPECT_EQ(offers(), (Lines{"hvm x86_64 /usr/bin/qemu-system-x86_64: qemu",
                               "hvm i686 /usr/bin/qemu-system-i386: qemu"}));
    add("/opt/qemu/bin/qemu-system-x86_64");
    EXPECT_EQ(offers()[1], "hvm x86_64 /opt/qemu/bin/qemu-system-x86_64: qemu");
}

TEST_F(Host, HasKvmOnlyWithItsNode) {
    add(qemu_kvm);
    EXPECT_EQ(offers(), (Lines{"hvm x86_64 /usr/bin/qemu-kvm: qemu"}));
    with_kvm();
    EXPECT_EQ(offers(),
              (Lines{"hvm x86_64 /usr/bin/qemu-kvm: kvm", "hvm i686 /usr/bin/qemu-kvm: kvm"}));
    facts.kvm_present = facts.kvm_usable = false;
    found.answered.clear();
    EXPECT_TRUE(offers().empty());
    with_kvm();
    EXPECT_TRUE(offers().empty()) << "the node without qemu-kvm";
}

TEST_F(Host, PrefersQemuKvmForKvm) {
    with_kvm();
    add(system_x86);
    EXPECT_EQ(offers()[0], "hvm x86_64 /usr/bin/qemu-system-x86_64: qemu kvm");
    add(qemu_kvm).machines.pop_back();
    EXPECT_EQ(offers()[0], "hvm x86_64 /usr/bin/qemu-system-x86_64: qemu kvm=/usr/bin/qemu-kvm");
    EXPECT_EQ(capabilities().guests[0].domains[1].machines.size(), 3U);
    EXPECT_EQ(offers().size(), 2U);
}

TEST_F(Host, HasNoKvmThatItsGuestsMayNotOpenOrTheEmulatorLacks) {
    with_kvm();
    auto& emulator = add(system_x86);
    facts.kvm_usable = false;
    EXPECT_EQ(offers()[0], "hvm x86_64 /usr/bin/qemu-system-x86_64: qemu");
    facts.kvm_usable = true;
    emulator.kvm = false;
    EXPECT_EQ(offers()[0], "hvm x86_64 /usr/bin/qemu-system-x86_64: qemu");
}

TEST_F(Host, RunsOnlyItsOwnArchitecturesThroughKvm) {
    with_kvm();
    add("/usr/bin/qemu-system-aarch64", "aarch64");
    EXPECT_EQ(offers(), (Lines{"hvm aarch64 /usr/bin/qemu-system-aarch64: qemu"}));
    facts.machine_arch = "aarch64";
    EXPECT_EQ(offers(), (Lines{"hvm aarch64 /usr/bin/qemu-system-aarch64: qemu kvm"}));
}

TEST_F(Host, OffersXenGuestsWithXennerAndKvmTogether) {
    found.xenners = {xenner};
    EXPECT_TRUE(offers().empty());
    with_kvm();
    EXPECT_EQ(offers(), (Lines{"xen x86_64 /usr/bin/xenner: kvm"}));
    facts.kvm_usable = false;
    EXPECT_TRUE(offers().empty());
    facts.kvm_usable = true;
    facts.machine_arch = "aarch64";
    EXPECT_TRUE(offers().empty());
    facts.machine_arch = "i686";
    EXPECT_EQ(offers(), (Lines{"xen i686 /usr/bin/xenner: kvm"}));
}

TEST_F(Host, LeavesOutWhatRunsNothing) {
    auto& emulator = add(system_x86);
    emulator.tcg = false;
    EXPECT_TRUE(offers().empty());
    with_kvm();
    EXPECT_EQ(offers()[0], "hvm x86_64 /usr/bin/qemu-system-x86_64: kvm");
    emulator.target = "pdp11";
    EXPECT_TRUE(offers().empty());
}

TEST_F(Host, NamesEachMachineAndTheDefaultFirst) {
    add(system_x86);
    const std::vector<OfferedMachine> wanted{{"pc-i440fx-7.2", "", 255, false},
                                             {"pc", "pc-i440fx-7.2", 255, false},
                                             {"pc-i440fx-1.4", "", 255, true},
                                             {"pc-q35-7.2", "", 288, false},
                                             {"q35", "pc-q35-7.2", 288, false}};
    EXPECT_EQ(capabilities().guests[0].machines, wanted);
}

TEST_F(Host, NamesTheSecurityModelsThatAreInForce) {
    const OfferedSecurity dac{"dac", "+64055:+108", "+64055:+108"};
    EXPECT_EQ(capabilities().security_models, (std::vector{dac}));
    facts.selinux = {true, true, "system_u:system_r:svirt_t:s0", "", ""};
    const std::string svirt = "system_u:system_r:svirt_t:s0";
    const OfferedSecurity selinux{"selinux", svirt, svirt};
    EXPECT_EQ(capabilities().security_models, (std::vector{selinux, dac}));
    facts.selinux.emulated_context = "system_u:system_r:vmwarden_tcg_t:s0";
    const OfferedSecurity with_own{"selinux", svirt, facts.selinux.emulated_context};
    EXPECT_EQ(capabilities().security_models, (std::vector{with_own, dac}));
    policy.security_model.value = SecurityModel::basic;
    EXPECT_EQ(capabilities().security_models, (std::vector{with_own, dac}));
    facts.selinux.basic_context = "system_u:system_r:vmwarden_basic_t:s0";
    const OfferedSecurity basic{"selinux", facts.selinux.basic_context,
                                facts.selinux.basic_context};
    EXPECT_EQ(capabilities().security_models, (std::vector{basic, dac}));
    policy.security_driver.value = SecurityDriver::none;
    EXPECT_EQ(capabilities().security_models, (std::vector{dac}));
    facts.identity.reset();
    EXPECT_TRUE(capabilities().security_models.empty());
}

// tests/golden/capabilities; another test holds these files against libvirt's schema.
class Xml : public Host {
  protected:
    static std::string golden(const std::string& name) {
        std::ifstream file(std::string(CAPABILITIES_GOLDEN) + "/" + name);
        std::stringstream text;
        text << file.rdbuf();
        return text.str();
    }
    void is(const std::string& name) { EXPECT_EQ(to_xml(capabilities()), golden(name)); }
};

TEST_F(Xml, OfABareHost) {
    facts.identity.reset();
    is("bare.xml");
}

TEST_F(Xml, OfAUsualHost) {
    with_kvm();
    facts.selinux = {true, true, "system_u:system_r:svirt_t:s0", "", ""};
    add(system_x86);
    add(system_i386, "i386").machines.resize(1);
    add("/usr/bin/qemu-system-s390x", "s390x").machines.resize(1);
    is("usual.xml");
}

TEST_F(Xml, OfAHostWithQemuKvmAndXenner) {
    with_kvm();
    add(system_x86).machines.resize(1);
    auto& own = add(qemu_kvm);
    own.machines = {{"pc-<&'\">", "", 16, true, false}};
    found.xenners = {xenner};
    is("kvm-and-xenner.xml");
}

} // namespace
} // namespace vmwarden::tests
