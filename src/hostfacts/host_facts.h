// SPDX-License-Identifier: LGPL-2.1-or-later
// What probing found on this host, as a value: resolve() sees the host through this alone.
#pragma once

#include "src/base/number_set.h"
#include "src/base/units.h"
#include "src/hostfacts/firmware.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vmwarden {

// One step of an absolute path, from "/" down to the file's directory.
struct PathComponent {
    std::string path;
    bool searchable = false; // by the guest's identity; asked of the kernel, ACLs included
    bool operator==(const PathComponent&) const = default;
};

enum class FileType { regular, block, character, directory, other };

// A file that an image's header names.
struct NamedFile {
    std::string name; // as written there; empty: none
    // Absolute, for a relative name from the image's own directory; empty when the name is none of
    // a file ("nbd://host", "json:{...}").
    std::string path;
    bool operator==(const NamedFile&) const = default;
};

// The other files that a qcow2 image's header names, all of them empty for any other contents.
struct ImageFact {
    std::string error; // why they are not known: the header is damaged or of an unknown version
    NamedFile backing;
    std::string backing_format;   // "raw", "qcow2", ...; empty: not declared
    bool external_data = false;   // the guest's data lies in another file: this one
    NamedFile data;               // (no name: the header forgot it)
    std::uint64_t disk_bytes = 0; // of the disk that it is an image of
    bool operator==(const ImageFact&) const = default;
};

// Symbolic links are followed by probing: `resolved` is what the name leads to now, and what the
// executor opens without following any.
struct FileFact {
    enum class State { present, absent, unreadable };
    State state = State::absent;
    std::string error;    // errno text when unreadable; when present, why it may be a trap
    std::string resolved; // absolute, no links
    FileType type = FileType::other;
    FileId id;
    DeviceNumber device; // of block and character nodes
    Owner owner;
    unsigned mode = 0; // permission bits
    std::string label; // SELinux context, empty without
    bool can_label = false;
    // Whether SELinux' policy lets guests (domain_context) use what is labelled so.
    bool label_can_read = false;
    bool label_can_write = false;
    bool guest_can_read = false; // by the guest's identity as things are, asked of the kernel
    bool guest_can_write = false;
    bool guest_can_execute = false;
    std::uint64_t bytes = 0; // of a regular file, or a block device whose beginning was read
    ImageFact image;         // of regular files and block devices
    std::vector<PathComponent> parents;
    bool operator==(const FileFact&) const = default;
};

struct SelinuxFact {
    bool enabled = false;
    bool enforcing = false;
    std::string domain_context;  // contexts/virtual_domain_context, first line
    std::string image_context;   // contexts/virtual_image_context, first line
    std::string content_context; // its second line
    // Where the host's policy has them, those for guests that QEMU itself emulates, which make code
    // as they run (execmem): virtual_domain_context's second line, or our module's.
    std::string emulated_context = {};
    // Likewise the basic model's, and what images must carry for it.
    std::string basic_context = {};
    std::string basic_image_context = {};
    bool io_uring = true; // the policy lets guests (domain_context) have it
    // It lets the shim set no_new_privs and become a guest nevertheless.
    bool nnp_transition = false;
    std::set<std::string> unknown_contexts = {}; // of those asked about
    bool operator==(const SelinuxFact&) const = default;
};

// A network device of the host's, as /sys/class/net shows it.
struct NetworkFact {
    enum class Kind { bridge, tap, other };
    Kind kind = Kind::other;
    unsigned mtu = 0;
    bool up = false;
    bool loopback = false;
    bool persistent = false;  // of a tap device: it stays when nobody has it open
    bool multi_queue = false; // of a tap device
    bool operator==(const NetworkFact&) const = default;
};

// A USB device of the host's, as /sys/bus/usb/devices shows it.
struct UsbFact {
    unsigned bus = 0;
    unsigned device = 0;
    std::uint16_t vendor = 0;
    std::uint16_t product = 0;
    bool hub = false;
    bool operator==(const UsbFact&) const = default;
};
// "/dev/bus/usb/001/004"
inline std::string usb_node(const UsbFact& device) {
    const auto padded = [](unsigned number) {
        const auto digits = std::to_string(number);
        return std::string(digits.size() < 3 ? 3 - digits.size() : 0, '0') + digits;
    };
    return "/dev/bus/usb/" + padded(device.bus) + "/" + padded(device.device);
}

// A PCI device of the host's, as /sys/bus/pci/devices shows it.
struct PciFact {
    std::uint16_t vendor = 0;
    std::uint16_t device = 0;
    std::uint32_t class_code = 0; // 0x020000: base class, subclass, interface
    unsigned header_type = 0;     // of its configuration; 0: neither a bridge to PCI nor to CardBus
    std::string driver;           // empty: none
    std::optional<unsigned> group; // that the IOMMU keeps apart from others; none: no IOMMU
    bool operator==(const PciFact&) const = default;
};
// The kernel's VFIO has it: vfio-pci, or a driver like mlx5_vfio_pci.
inline bool is_vfio_driver(std::string_view driver) {
    return driver.ends_with("vfio-pci") || driver.ends_with("vfio_pci");
}
inline std::string vfio_node(unsigned group) {
    return "/dev/vfio/" + std::to_string(group);
}
constexpr const char* vfio_container = "/dev/vfio/vfio"; // which all groups are opened with

constexpr const char* vsock_node = "/dev/vhost-vsock"; // whose users have addresses on it
constexpr std::uint32_t first_vsock_address = 3;       // 0 to 2 mean something else (vsock(7))

// What VFIO could hand to a guest.
struct VfioFact {
    std::map<std::string, PciFact> pci;           // by address, "0000:06:02.0"
    std::map<Uuid, std::optional<unsigned>> mdev; // mediated devices and their IOMMU groups
    bool driver = false;                          // vfio-pci is loaded
    bool operator==(const VfioFact&) const = default;
};

// Two different MCS categories, the smaller first.
using CategoryPair = std::pair<unsigned, unsigned>;

struct HostFacts {
    std::string machine_arch; // uname's machine
    // Of this host, the same at every boot and not guessable from outside it
    // (sd_id128_get_machine_app_specific): guests without a UUID get theirs out of it.
    Uuid host_uuid;
    std::optional<Identity> identity; // of the policy's user and group; absent: not known here
    std::string identity_error;       // which account is missing, when absent
    std::vector<std::string> missing_groups = {}; // of those that guests are to be in besides
    std::optional<Owner> shim_account;            // of user "vmwarden", which the shim drops to
    bool kvm_present = false;                     // /dev/kvm is a character device
    bool kvm_usable = false;                      // and the guest's identity may open it
    NumberSet processors; // that are on; empty, as the next: could not be asked
    NumberSet memory_nodes;
    SelinuxFact selinux;
    unsigned landlock_version = 0; // of the kernel's interface; 0: it has none
    // By the path asked for: emulators, disks, kernel, nodes; and what the headers of images name.
    std::map<std::string, FileFact> files;
    // Of this host and, once reserved, of other guests; where the request wants networks.
    std::map<std::string, NetworkFact> networks = {};
    std::vector<UsbFact> usb = {}; // where the request wants them
    VfioFact vfio = {};
    std::vector<FirmwareDescriptor> firmware; // if asked for; the first that fits is the one
    unsigned other_guests = 0;                // that run or start now
    std::set<CategoryPair> categories_in_use;
    std::uint64_t category_seed = 0;      // random; where the search for a free pair starts
    std::set<std::uint16_t> ports_in_use; // TCP, if asked for: something listens, or will at once
    // Of guests that run, ours and, as far as the kernel was asked, others.
    std::set<std::uint32_t> vsock_addresses_in_use = {};
    std::map<FileId, std::string> exclusive_images; // image -> guest that writes to it now
    std::map<FileId, std::string> shared_images;    // image -> a guest that shares or reads it now
    bool operator==(const HostFacts&) const = default;
};

} // namespace vmwarden
