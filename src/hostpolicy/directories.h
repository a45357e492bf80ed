// SPDX-License-Identifier: LGPL-2.1-or-later
// Where policy files lie, below the root of a host.
#pragma once

#include <array>
#include <string_view>

namespace vmwarden::hostpolicy {

inline constexpr std::string_view vendor_directory = "usr/lib/vmwarden/policy.d";
inline constexpr std::string_view runtime_directory = "run/vmwarden/policy.d";
inline constexpr std::string_view admin_directory = "etc/vmwarden/policy.d";
// In rising precedence.
inline constexpr std::array policy_directories = {vendor_directory, runtime_directory,
                                                  admin_directory};

// Whether a file, as diagnostics and origins call it, lies in a vendor's directory, below whatever
// root.
constexpr bool is_vendor_file(std::string_view name) {
    const auto directory = name.substr(0, name.rfind('/'));
    const auto root = directory.size() - vendor_directory.size();
    return directory.ends_with(vendor_directory) && root > 0 && directory[root - 1] == '/';
}

} // namespace vmwarden::hostpolicy
