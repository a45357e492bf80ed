// SPDX-License-Identifier: LGPL-2.1-or-later
// The policy files that last read without errors, kept over restarts of agent and host: one file in
// a directory of root's alone.
#pragma once

#include "src/hostpolicy/read_policy.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vmwarden::host {

constexpr std::string_view last_good_directory = "/var/lib/vmwarden/policy";
constexpr std::string_view last_good_name = "last-good";
// Of all files together; no policy that people wrote is near it.
constexpr std::size_t max_last_good_bytes = std::size_t{16} * 1024 * 1024;

struct LastGoodPolicy {
    std::optional<std::vector<PolicyFile>> files; // none: nothing was ever kept, or it has a fault
    std::string fault;                            // why what stands there cannot be used
};

// Does not throw: whatever is wrong is a fault.
LastGoodPolicy read_last_good(const std::string& directory);
// On the disk when it returns, whole or not at all. Throws std::system_error.
void keep_last_good(const std::string& directory, std::span<const PolicyFile> files);

// The file's bytes: a line with format and checksum, then each file with its sizes.
std::string encode_last_good(std::span<const PolicyFile> files);
// That line before a body.
std::string seal_last_good(const std::string& body);
// None when the checksum does not match or the bytes are none of encode_last_good().
std::optional<std::vector<PolicyFile>> decode_last_good(std::string_view bytes);

} // namespace vmwarden::host
