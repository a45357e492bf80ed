// SPDX-License-Identifier: LGPL-2.1-or-later
// The format of libvirt's configuration files, as its reader (virconf.c) takes it: statements
// `name = value` ended by a line's end or ';', comments from '#', values "text", 'text', whole
// numbers, and [lists] that may run over lines. Texts have no escapes. Lists in lists and texts in
// three quotes, which no option of qemu.conf takes, are refused.
#pragma once

#include "src/hostpolicy/findings.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vmwarden::qemuconf {

using hostpolicy::Findings;
using hostpolicy::quoted;
using hostpolicy::Span;

// How many diagnostics one qemu.conf may have: enough for every option there is.
constexpr std::size_t max_reported = 400;

struct ConfValue {
    enum class Kind { number, text, list };
    Kind kind = Kind::number;
    Span span;
    std::int64_t number = 0;
    std::string text;
    std::vector<ConfValue> items; // of a list; numbers and texts
};

struct ConfEntry {
    std::string name;
    Span span; // of the name
    ConfValue value;
};

// Every statement that could be read, in order; the others are reported, and reading goes on behind
// them.
std::vector<ConfEntry> read_conf(std::string_view text, Findings& report);

} // namespace vmwarden::qemuconf
