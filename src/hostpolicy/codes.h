// SPDX-License-Identifier: LGPL-2.1-or-later
// Stable names of the rules a policy file can break. Scripts and documentation refer to them: a
// code is never given another meaning and never reused.
#pragma once

#include <string_view>

namespace vmwarden::hostpolicy::code {

// The file and its bytes.
constexpr std::string_view too_large = "P0001";
constexpr std::string_view not_utf8 = "P0002";
constexpr std::string_view control_byte = "P0003"; // also characters that hide or reorder text
constexpr std::string_view tab = "P0004";
constexpr std::string_view windows_text = "P0005"; // byte order mark, CR LF
constexpr std::string_view directive = "P0006";
constexpr std::string_view empty_file = "P0007";
constexpr std::string_view long_line = "P0008";

// Where the text is not YAML at all.
constexpr std::string_view syntax = "P0010";
constexpr std::string_view unclosed_bracket = "P0011";
constexpr std::string_view unclosed_quote = "P0012";
constexpr std::string_view no_space_after_colon = "P0013";
constexpr std::string_view indentation = "P0014";
constexpr std::string_view no_colon = "P0016";
constexpr std::string_view gave_up = "P0015";

// YAML that policy files do without.
constexpr std::string_view anchor = "P0020";
constexpr std::string_view alias = "P0021";
constexpr std::string_view tag = "P0022";
constexpr std::string_view merge_key = "P0023";
constexpr std::string_view complex_key = "P0024";
constexpr std::string_view duplicate_key = "P0025";
constexpr std::string_view second_document = "P0026";
constexpr std::string_view not_a_mapping = "P0027";
constexpr std::string_view too_deep = "P0028";
constexpr std::string_view too_many_values = "P0029";
constexpr std::string_view multi_line_text = "P0030";
constexpr std::string_view null_value = "P0031";

// Keys.
constexpr std::string_view unknown_key = "P0040";
constexpr std::string_view key_to_come = "P0041";
constexpr std::string_view version_missing = "P0042";
constexpr std::string_view version_unknown = "P0043";
constexpr std::string_view locked = "P0044";
constexpr std::string_view not_for_a_rule = "P0045";
constexpr std::string_view no_list_to_change = "P0046"; // key+: and key-:

// Values.
constexpr std::string_view bool_expected = "P0050";
constexpr std::string_view number_expected = "P0051";
constexpr std::string_view text_expected = "P0052";
constexpr std::string_view list_expected = "P0053";
constexpr std::string_view unknown_word = "P0054";
constexpr std::string_view account = "P0055";
constexpr std::string_view device_path = "P0056";
constexpr std::string_view slice_name = "P0057";
constexpr std::string_view emulator_glob = "P0058";
constexpr std::string_view listed_twice = "P0059"; // a warning
constexpr std::string_view mapping_expected = "P0060";
constexpr std::string_view size_expected = "P0061";
constexpr std::string_view directory = "P0062";
constexpr std::string_view lock_name = "P0063";
constexpr std::string_view not_listed = "P0064"; // a warning: nothing to remove
constexpr std::string_view match = "P0065";      // of a rule
constexpr std::string_view network_name = "P0066";
constexpr std::string_view empty_rule = "P0067";
constexpr std::string_view interface_name = "P0068";
constexpr std::string_view network_parts = "P0069";
constexpr std::string_view server = "P0105";
constexpr std::string_view id_range = "P0106";

// The directories.
constexpr std::string_view unreadable = "P0070";
constexpr std::string_view dangling_link = "P0071";
constexpr std::string_view not_regular = "P0072";
constexpr std::string_view wrong_suffix = "P0073"; // a warning
constexpr std::string_view changed = "P0074";      // while it was read

// The host that a policy is for: warnings all of them.
constexpr std::string_view no_account = "P0080";
constexpr std::string_view no_emulator = "P0081";
constexpr std::string_view no_device = "P0082";
constexpr std::string_view no_selinux = "P0083";
constexpr std::string_view no_controller = "P0084";
constexpr std::string_view no_disk_place = "P0085";
constexpr std::string_view disk_place_is_link = "P0086";
constexpr std::string_view unseen = "P0087"; // nobody may look
constexpr std::string_view no_group = "P0088";

constexpr std::string_view more = "P0099";

} // namespace vmwarden::hostpolicy::code
