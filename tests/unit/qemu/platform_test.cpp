// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/qemu/sample.h"

#include <gtest/gtest.h>

namespace vmwarden::qemu {
namespace {

using namespace sample;
using Words = std::vector<std::string>;

TEST(Cpu, features_are_switched_on_or_off) {
    auto definition = guest();
    definition.cpu_mode = "custom";
    definition.cpu_model = "qemu64";
    definition.cpu.check = CpuCheck::full;
    definition.cpu.features = {{"vmx", CpuFeaturePolicy::require, {}},
                               {"nx", CpuFeaturePolicy::forbid, {}}};
    EXPECT_EQ(arguments(definition, "-cpu"), Words{"qemu64,vmx=on,nx=off,enforce=on"});
}

TEST(Cpu, a_partial_check_needs_kvm) {
    auto definition = guest();
    definition.cpu_mode = "maximum";
    definition.cpu.check = CpuCheck::partial;
    EXPECT_EQ(arguments(definition, "-cpu"), Words{"max"});
    definition.type = DomainType::kvm;
    EXPECT_EQ(arguments(definition, "-cpu"), Words{"max,enforce=on"});
}

TEST(Cpu, what_is_switched_off_in_hyperv_is_not_said) {
    auto definition = guest();
    definition.type = DomainType::kvm;
    auto& details = definition.feature_details;
    details.hyperv = {{"relaxed", true}, {"vapic", false}, {"spinlocks", true}};
    details.spinlock_retries = 8191;
    details.kvm = {{"hidden", true}};
    EXPECT_EQ(arguments(definition, "-cpu"),
              Words{"qemu64,hv-relaxed=on,hv-spinlocks=8191,kvm=off"});
}

TEST(Processors, topology_and_those_that_come_later) {
    auto definition = guest();
    definition.vcpus = 4;
    definition.current_vcpus = 2;
    EXPECT_EQ(arguments(definition, "-smp"), Words{"cpus=2,maxcpus=4,sockets=4,cores=1,threads=1"});
    definition.current_vcpus.reset();
    definition.cpu.topology = CpuTopology{1, 1, 2, 2};
    EXPECT_EQ(arguments(definition, "-smp"), Words{"cpus=4,sockets=1,cores=2,threads=2"});
}

TEST(Clock, starts_when_it_is_told) {
    auto definition = guest();
    definition.clock = ClockOffset::absolute;
    definition.clock_start = 1234567890;
    definition.timers = {{.name = TimerName::rtc, .tick = TickPolicy::catchup}};
    EXPECT_EQ(arguments(definition, "-rtc"), Words{"base=2009-02-13T23:31:30,driftfix=slew"});
}

TEST(Firmware, flash_is_two_nodes_of_which_one_is_written) {
    auto definition = guest();
    definition.os.firmware.loader = Loader{.path = "/code.fd", .type = LoaderType::pflash};
    definition.os.firmware.nvram = "/vars.fd";
    EXPECT_EQ(object(definition, "-blockdev", "loader-file")["read-only"], true);
    EXPECT_EQ(object(definition, "-blockdev", "nvram-file")["read-only"], false);
    EXPECT_NE(arguments(definition, "-machine")[0].find("pflash0=loader,pflash1=nvram"),
              std::string::npos);
}

TEST(Firmware, a_secure_loader_needs_its_machine) {
    auto definition = guest();
    definition.os.firmware.loader =
        Loader{.path = "/code.fd", .type = LoaderType::pflash, .secure = true};
    EXPECT_TRUE(unsupported(definition).has_errors());
    definition.os.machine = "q35";
    definition.feature_details.smm = true;
    EXPECT_FALSE(unsupported(definition).has_errors());
}

TEST(Memory, shared_memory_is_a_memfd) {
    auto definition = guest();
    EXPECT_TRUE(object(definition, "-object", "ram0").is_null());
    definition.memory_backing.access = MemoryAccess::shared;
    const auto ram = object(definition, "-object", "ram0");
    EXPECT_EQ(ram["qom-type"], "memory-backend-memfd");
    EXPECT_EQ(ram["share"], true);
    EXPECT_EQ(ram["size"], definition.memory.count);
}

TEST(Limits, stand_between_image_and_device) {
    auto definition = guest();
    definition.disks = {disk("vda", DiskBus::virtio)};
    auto& tuning = definition.disks[0].tuning;
    tuning.limits.emplace();
    tuning.limits->limits.read_iops = 100;
    tuning.limits->bursts.read_iops = 200;
    EXPECT_EQ(object(definition, "-object", "limits-vda")["limits"],
              (json{{"iops-read", 100}, {"iops-read-max", 200}}));
    EXPECT_EQ(object(definition, "-blockdev", "vda-limits")["file"], "vda");
    EXPECT_EQ(object(definition, "-device", "disk-vda")["drive"], "vda-limits");
}

TEST(Boot, an_order_of_devices_is_the_order) {
    auto definition = guest();
    definition.disks = {disk("vda", DiskBus::virtio), disk("vdb", DiskBus::virtio)};
    definition.disks[1].tuning.boot_order = 1;
    EXPECT_EQ(object(definition, "-device", "disk-vdb")["bootindex"], 1);
    EXPECT_FALSE(object(definition, "-device", "disk-vda").contains("bootindex"));
}

TEST(Channels, without_a_path_come_as_a_descriptor) {
    auto definition = guest();
    CharacterDevice channel{.target = CharacterDevice::Target::virtio_channel,
                            .source = CharacterSource::unix_listener};
    channel.name = "org.qemu.guest_agent.0";
    definition.characters = {channel};
    EXPECT_THROW(modern_argv(definition, context()), std::invalid_argument);
    auto inherits = context();
    inherits.character_fds[0] = 12;
    EXPECT_EQ(arguments(modern_argv(definition, inherits), "-chardev"),
              Words{"socket,id=char0,fd=12,server=on,wait=off"});
}

TEST(Cpu, width_of_addresses_and_maker) {
    auto definition = guest();
    definition.cpu_mode = "custom";
    definition.cpu_model = "qemu64";
    definition.cpu.vendor_id = "AuthenticAMD";
    definition.cpu.address_bits = 0;
    definition.cpu.most_address_bits = 42;
    EXPECT_EQ(arguments(definition, "-cpu"),
              Words{"qemu64,vendor=AuthenticAMD,host-phys-bits=on,host-phys-bits-limit=42"});
    definition.cpu = {.address_bits = 40};
    EXPECT_EQ(arguments(definition, "-cpu"), Words{"qemu64,phys-bits=40"});
    definition.cpu = {};
    definition.feature_details.pvspinlock = false;
    EXPECT_EQ(arguments(definition, "-cpu"), Words{"qemu64,kvm-pv-unhalt=off"});
    definition.feature_details.pvspinlock.reset();
    definition.type = DomainType::kvm;
    definition.panics = {{PanicModel::hyperv, {}}};
    EXPECT_EQ(arguments(definition, "-cpu"), Words{"qemu64,hv-crash=on"});
    EXPECT_TRUE(arguments(definition, "-device").size() == 1) << "the balloon alone";
}

TEST(Crashes, are_not_started_again_where_a_guest_tells_of_them) {
    auto definition = guest();
    definition.on_crash = LifecycleAction::restart;
    EXPECT_FALSE(unsupported(definition).has_errors()) << "nobody would tell";
    definition.panics.resize(1);
    EXPECT_TRUE(unsupported(definition).has_errors());
    definition.on_crash = LifecycleAction::preserve;
    EXPECT_FALSE(unsupported(definition).has_errors());
    EXPECT_NE(arguments(definition, "-action").at(0).find("panic=pause"), std::string::npos);
}

} // namespace
} // namespace vmwarden::qemu
