// SPDX-License-Identifier: LGPL-2.1-or-later
// A network card, and what of the host's network stands behind it.
#pragma once

#include "src/domain/device_info.h"
#include "src/domain/device_rom.h"
#include "src/domain/platform.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vmwarden {

// user: QEMU's own network. network: the policy's, by name. bridge: a tap device on a bridge of the
// host. ethernet: a tap device, and no more. direct: a macvtap device over a device of the host.
// vhostuser: another program carries the packets, and sees the guest's memory.
enum class InterfaceType { user, network, bridge, ethernet, direct, vhostuser };

// What macvtap devices over the same device let through to each other.
enum class MacvtapMode { unsaid, vepa, bridge, private_ }; // unsaid: vepa

// How packets are carried between guest and host; but for `name` of virtio models alone.
struct InterfaceDriver {
    std::string name;    // "qemu" or "vhost": who carries them; empty: the kernel where it may
    std::string txmode;  // "iothread", "timer"; empty: QEMU's own
    unsigned queues = 0; // pairs of them; 0: one
    unsigned rx_queue_size = 0; // 0: QEMU's own
    unsigned tx_queue_size = 0;
    std::vector<NamedSwitch> switches; // of interface_switches, in their order
    std::vector<NamedSwitch> host;     // of host_offloads
    std::vector<NamedSwitch> guest;    // of guest_offloads
    bool operator==(const InterfaceDriver&) const = default;
};

struct Interface {
    InterfaceType type = InterfaceType::user;
    std::string network; // of type='network'
    std::string mac;     // "52:54:00:…", empty: derived from the guest's UUID
    std::string model;   // empty: virtio where the machine has PCI and the guest asked for nothing
    SourcePlace place;
    unsigned boot_order = 0; // as DiskTuning has it
    std::string bridge = {}; // of type='bridge'
    // Of type='user': the network that the guest is in, 0 bits for none.
    std::string ipv4 = {};
    unsigned ipv4_bits = 0;
    std::string ipv6 = {};
    unsigned ipv6_bits = 0;
    std::string device = {}; // of type='direct'
    MacvtapMode mode = MacvtapMode::unsaid;
    std::string socket = {};          // of type='vhostuser': where the other program listens
    std::string target = {};          // the device on the host; empty: named at start
    std::optional<bool> managed = {}; // of type='ethernet': false: `target` is there already
    InterfaceDriver driver = {};
    unsigned mtu = 0; // 0: the host's own
    std::optional<bool> link_up = {};
    DeviceRom rom = {};
    DeviceInfo info = {};
    bool operator==(const Interface&) const = default;
};

// By their names in the format, and as QEMU's virtio cards have them.
inline constexpr KnownSwitch interface_switches[] = {
    {"ioeventfd", "ioeventfd"},  {"event_idx", "event_idx"},    {"rss", "rss"},
    {"rss_hash_report", "hash"}, {"iommu", "iommu_platform"},   {"ats", "ats"},
    {"packed", "packed"},        {"page_per_vq", "page-per-vq"}};
inline constexpr KnownSwitch host_offloads[] = {
    {"csum", "csum"},    {"gso", "gso"},      {"tso4", "host_tso4"},     {"tso6", "host_tso6"},
    {"ecn", "host_ecn"}, {"ufo", "host_ufo"}, {"mrg_rxbuf", "mrg_rxbuf"}};
inline constexpr KnownSwitch guest_offloads[] = {{"csum", "guest_csum"},
                                                 {"tso4", "guest_tso4"},
                                                 {"tso6", "guest_tso6"},
                                                 {"ecn", "guest_ecn"},
                                                 {"ufo", "guest_ufo"}};

} // namespace vmwarden
