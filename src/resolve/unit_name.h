// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

namespace vmwarden {

// The text as part of a unit name, by the rules of systemd.unit(5), "String Escaping for Inclusion
// in Unit Names": '/' becomes '-', letters, digits, ':', '_' and '.' stay (a leading '.' does not),
// all other bytes become \xNN. What `systemd-escape TEXT` prints.
std::string unit_escaped(std::string_view text);

// "vmwarden-NAME.scope"
std::string scope_unit(std::string_view guest);

constexpr std::size_t max_unit_name = 255; // systemd refuses longer ones

} // namespace vmwarden
