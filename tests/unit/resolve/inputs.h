// SPDX-License-Identifier: LGPL-2.1-or-later
// A guest, a policy and a host that go together, for tests to change one thing in.
#pragma once

#include "src/resolve/resolve.h"

namespace vmwarden::tests {

struct Inputs {
    HostPolicy policy = built_in_policy();
    GuestDefinition definition;
    HostFacts facts;

    [[nodiscard]] Resolution resolve() const {
        return vmwarden::resolve(policy, definition, facts);
    }
    // Throws std::bad_variant_access when it was refused.
    [[nodiscard]] LaunchPlan plan() const { return std::get<LaunchPlan>(resolve()); }
    [[nodiscard]] std::vector<Refusal> refusals() const {
        return std::get<std::vector<Refusal>>(resolve());
    }
};

inline FileFact regular_file(const std::string& path, std::uint64_t inode, Owner owner,
                             unsigned mode) {
    FileFact fact;
    fact.state = FileFact::State::present;
    fact.resolved = path;
    fact.type = FileType::regular;
    fact.id = {1, inode};
    fact.owner = owner;
    fact.mode = mode;
    fact.can_label = true;
    return fact;
}

inline FileFact device_node(const std::string& path, DeviceNumber number) {
    auto fact = regular_file(path, number.minor + 1000, {}, 0666);
    fact.type = FileType::character;
    fact.device = number;
    return fact;
}

constexpr const char* disk_path = "/images/a.raw";

inline Inputs good_inputs() {
    Inputs in;
    in.definition.name = "hello";
    in.definition.memory = Bytes{std::uint64_t{128} << 20};
    in.definition.emulator = "/usr/bin/qemu-system-x86_64";
    in.definition.os.arch = "x86_64";
    in.definition.place = {"hello.xml", 1, 1};
    Disk disk;
    disk.source = disk_path;
    disk.target = "vda";
    disk.bus = DiskBus::virtio;
    disk.source_place = {"hello.xml", 9, 5};
    in.definition.disks = {disk};

    in.facts.machine_arch = "x86_64";
    in.facts.identity = Identity{Uid{500}, Gid{501}, {Gid{501}}};
    in.facts.shim_account = Owner{Uid{900}, Gid{900}};
    auto emulator = regular_file(in.definition.emulator, 2, {}, 0755);
    emulator.guest_can_read = emulator.guest_can_execute = true;
    in.facts.files = {{in.definition.emulator, emulator},
                      {disk_path, regular_file(disk_path, 3, {Uid{1000}, Gid{1000}}, 0600)},
                      {"/dev/null", device_node("/dev/null", {1, 3})},
                      {"/dev/ptmx", device_node("/dev/ptmx", {5, 2})}};
    return in;
}

} // namespace vmwarden::tests
