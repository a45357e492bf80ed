// SPDX-License-Identifier: LGPL-2.1-or-later
// The kinds of values in domain XML. Each function gives the value, or reports what is wrong with
// it and gives none.
#pragma once

#include "src/base/number_set.h"
#include "src/base/units.h"
#include "src/domain/source.h"

#include <optional>
#include <string>
#include <string_view>

namespace vmwarden::domain {

// A whole number in decimal digits; `what` names it in messages.
std::optional<std::uint64_t> number_from(const Value& value, std::string_view what,
                                         std::uint64_t least, std::uint64_t most, Report& report);

// As number_from(), in hexadecimal digits after "0x" as well.
std::optional<std::uint64_t> hex_number_from(const Value& value, std::string_view what,
                                             std::uint64_t least, std::uint64_t most,
                                             Report& report);

// Free text on one line, at most `longest` bytes.
std::optional<std::string> line_from(const Value& value, std::string_view what, std::size_t longest,
                                     Report& report);
// Free text that may have several lines.
std::optional<std::string> text_from(const Value& value, std::string_view what, std::size_t longest,
                                     Report& report);

// An absolute path of a file, without ".." (a path list of the policy must not be escaped from).
std::optional<std::string> path_from(const Value& value, Report& report);

// One to 64 letters, digits and "._-", the first a letter or digit: machines, CPU models, networks.
// They become parts of QEMU's command line.
std::optional<std::string> token_from(const Value& value, std::string_view what, Report& report);

// An individual Ethernet address, in lower case.
std::optional<std::string> mac_from(const Value& value, Report& report);

// The name of a network device of the host's (base/text.h, is_interface_name).
std::optional<std::string> interface_from(const Value& value, Report& report);

// An IPv4 or IPv6 address.
std::optional<std::string> address_from(const Value& value, Report& report);

// A scaled quantity, rounded up to KiB as libvirt does. Without a unit the number counts KiB.
std::optional<Bytes> memory_from(const Value& number, const std::optional<Value>& unit,
                                 Report& report);

// A list of the host's or the guest's processors, or of nodes: "0-3,^2,8".
std::optional<NumberSet> numbers_from(const Value& value, std::string_view what, Report& report);

} // namespace vmwarden::domain
