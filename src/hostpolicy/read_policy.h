// SPDX-License-Identifier: LGPL-2.1-or-later
// Policy files to HostPolicy. The only door: yaml-cpp ends behind it.
#pragma once

#include "src/hostpolicy/host_policy.h"

#include <optional>
#include <span>
#include <string>

namespace vmwarden {

struct PolicyFile {
    std::string name; // as diagnostics and origins shall call it
    std::string text;
};

struct ReadPolicy {
    std::optional<HostPolicy> policy; // absent exactly when the diagnostics have errors
    Diagnostics diagnostics;          // of all files, all of them
    std::vector<Change> history;      // what the files' lines did, in order; rules apart
};

// Reads files in rising precedence over built_in_policy(): a later scalar or list replaces an
// earlier one, `key+:` and `key-:` add to and take from a list, networks and locks add up. Every
// file must be a whole policy document of its own (with `version`).
ReadPolicy read_policy(std::span<const PolicyFile> files);

// The diagnostics in the field's format, each with the line of the file it is about and a newline.
// Files are found by name; a diagnostic about none of them is its first line alone.
std::string render(const Diagnostics& diagnostics, std::span<const PolicyFile> files);

// Limits on one file; larger or deeper ones are refused.
constexpr std::size_t max_policy_bytes = 1024 * 1024;
constexpr unsigned max_policy_depth = 32;
// Of the megabyte, how much may be other than comments and blank lines, and how many keys and
// values that may be: yaml-cpp takes up to 0.4 us for each byte it has to think about, and a
// hostile file shall be answered within 100 ms.
constexpr std::size_t max_policy_content_bytes = 256 * 1024;
constexpr std::size_t max_policy_lines = 50'000;
constexpr std::size_t max_policy_line_bytes = 4096; // comments may be longer
constexpr std::size_t max_policy_values = 20'000;

} // namespace vmwarden
