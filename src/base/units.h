// SPDX-License-Identifier: LGPL-2.1-or-later
// Quantities and identifiers that must not be mixed up.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vmwarden {

struct Bytes {
    std::uint64_t count = 0;
    auto operator<=>(const Bytes&) const = default;
};

struct Uid {
    std::uint32_t value = 0;
    auto operator<=>(const Uid&) const = default;
};

struct Gid {
    std::uint32_t value = 0;
    auto operator<=>(const Gid&) const = default;
};

// RFC 4122 UUID, in the byte order of its text.
struct Uuid {
    std::array<std::uint8_t, 16> bytes{};

    auto operator<=>(const Uuid&) const = default;
    // Accepts 32 hexadecimal digits with the usual hyphens or none, as libvirt does.
    static std::optional<Uuid> parse(std::string_view text);
    // Lower case, 8-4-4-4-12.
    [[nodiscard]] std::string text() const;
};

// An unsigned decimal number, digits only, that fits; nothing else around it.
std::optional<std::uint64_t> parse_number(std::string_view text);

// "512", "4K", "2G": 1024-based K M G T; what policy files write. None on overflow.
std::optional<Bytes> parse_size(std::string_view text);
// The shortest exact form parse_size() reads back.
std::string size_text(Bytes size);

// Who owns a file, or is to.
struct Owner {
    Uid uid;
    Gid gid;
    auto operator<=>(const Owner&) const = default;
};

// Which process identity a guest runs under.
struct Identity {
    Uid uid;
    Gid gid;
    std::vector<Gid> groups; // supplementary, sorted
    bool operator==(const Identity&) const = default;
};

// The numbers of users and of groups that are given out, both ends among them.
struct IdRange {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    bool operator==(const IdRange&) const = default;
};

// Device and inode: what a file is, whatever its name.
struct FileId {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    auto operator<=>(const FileId&) const = default;
};

// Major and minor number of a device node.
struct DeviceNumber {
    std::uint32_t major = 0;
    std::uint32_t minor = 0;
    auto operator<=>(const DeviceNumber&) const = default;
};

} // namespace vmwarden
