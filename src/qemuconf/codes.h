// SPDX-License-Identifier: LGPL-2.1-or-later
// Stable names of what an import has to say: never given another meaning, never reused.
#pragma once

#include <string_view>

namespace vmwarden::qemuconf::code {

// The text.
constexpr std::string_view too_large = "Q0001";
constexpr std::string_view syntax = "Q0002";
constexpr std::string_view unclosed_text = "Q0003";
constexpr std::string_view unclosed_list = "Q0004";
constexpr std::string_view long_text = "Q0005";
constexpr std::string_view nested_list = "Q0006";
constexpr std::string_view number_too_large = "Q0007";

// Options; all of these are warnings.
constexpr std::string_view ignored = "Q0020"; // by libvirt, which does not know it
constexpr std::string_view no_key = "Q0021";
constexpr std::string_view given_again = "Q0022";
constexpr std::string_view value_without_place = "Q0023";
constexpr std::string_view means_more = "Q0024"; // imported, but look at it
constexpr std::string_view key_to_come = "Q0025";

// Values.
constexpr std::string_view wrong_type = "Q0040";
constexpr std::string_view wrong_value = "Q0041";
constexpr std::string_view refused = "Q0042"; // by the policy's own reader

constexpr std::string_view more = "Q0099";

} // namespace vmwarden::qemuconf::code
