// SPDX-License-Identifier: LGPL-2.1-or-later
// What a text must look like to be a device path, a slice name, ...: judged without the host.
#pragma once

#include "src/hostpolicy/host_policy.h"

#include <optional>
#include <string>
#include <string_view>

namespace vmwarden::hostpolicy {

// What is wrong with a text.
struct TextFault {
    std::string message; // goes behind the quoted text: "is not ..."
    std::string hint;
};
struct TextRule {
    std::string_view code; // of its diagnostics
    std::optional<TextFault> (*fault)(std::string_view text) = nullptr;
};

// An absolute path below /dev, as short as it can be written, no pattern.
std::optional<TextFault> device_path_fault(std::string_view text);
// The name of a slice unit, by systemd's rules (unit-name.c, slice_name_is_valid).
std::optional<TextFault> slice_name_fault(std::string_view text);
// An absolute path whose components may be glob patterns (base/text.h, glob_matches).
std::optional<TextFault> emulator_glob_fault(std::string_view text);

// An absolute path, as short as it can be written, no pattern.
std::optional<TextFault> directory_fault(std::string_view text);
// The beginning of a URL that a disk can have: a protocol, a server, and maybe a path.
std::optional<TextFault> server_fault(std::string_view text);
// The name of a network device (base/text.h, is_interface_name).
std::optional<TextFault> interface_name_fault(std::string_view text);
// A number from 0 to 1000: below 0 would spare the guest at the host's expense.
std::optional<TextFault> oom_score_fault(std::string_view text);
// The name of a key or section (keys.cpp).
std::optional<TextFault> lock_name_fault(std::string_view text);

// Two ids around a '-', as parse_id_range() of host_policy.h.
std::optional<TextFault> id_range_fault(std::string_view text);
std::optional<TextFault> group_name_fault(std::string_view text);

// An account name, "+ID" or "per-guest". Names: a letter or '_', then letters, digits and "_.@-",
// perhaps a '$' at the end. ID: decimal, below 2^32-1, which the kernel keeps for "no id".
std::optional<Account> parse_account(std::string_view text);
std::optional<TextFault> account_fault(std::string_view text);

} // namespace vmwarden::hostpolicy
