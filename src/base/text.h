// SPDX-License-Identifier: LGPL-2.1-or-later
// Bytes that came from outside, before they are trusted or shown.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vmwarden {

// The text with control characters (C0, DEL; C1 in UTF-8), characters that reorder or hide text and
// broken UTF-8 replaced by '?', so that printing it cannot drive a terminal, forge a log line or
// show other words than are there.
std::string printable(std::string_view text);

// The offset of the first byte that is not well-formed UTF-8 (RFC 3629: no overlong forms, no
// surrogates, at most U+10FFFF), or none.
std::optional<std::size_t> first_invalid_utf8(std::string_view text);

// A word as POSIX sh reads it back: unchanged where safe, else in single quotes.
std::string shell_quoted(std::string_view word);

// fnmatch(3) without flags except that '*' does not match '/': the glob of policy lists.
bool glob_matches(const std::string& pattern, const std::string& path);

// A whole number in digits of this base; behind "0x" they are hexadecimal in any case.
std::optional<std::uint64_t> parse_unsigned(std::string_view text, int base = 10);

// A name that the kernel takes for a network device, of an alphabet that shows: 1 to 15 letters,
// digits and "._-+@", the first none of ".-".
bool is_interface_name(std::string_view name);

} // namespace vmwarden
