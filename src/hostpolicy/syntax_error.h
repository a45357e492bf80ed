// SPDX-License-Identifier: LGPL-2.1-or-later
// What is wrong where yaml-cpp only knows that something is: it names the first place it could not
// go on at, often lines below the slip, in words about its own grammar.
#pragma once

#include "src/hostpolicy/source_text.h"

#include <optional>
#include <string>
#include <string_view>

namespace vmwarden::hostpolicy {

// A finding within a known line.
struct Slip {
    unsigned column = 1;
    unsigned length = 1;
    std::string message;
    std::string hint;
};

// "user:qemu" where "user" is a key of policy files.
std::optional<Slip> missing_space(std::string_view line);

// "user qemu" in the first column.
std::optional<Slip> missing_colon(std::string_view line);

// Whether a line begins an entry of the top level: "word:" in the first column.
bool begins_entry(std::string_view line);

// Whether the complaint is one that a line of the first column brings about which is no entry.
bool takes_lines_below(std::string_view complaint);

struct LineRange {
    unsigned first = 1;
    unsigned last = 1;
};

// Stands for yaml-cpp's complaint where only we complain.
constexpr std::string_view multi_line_complaint = "text of several lines";

// Reports why the entry on these lines could not be read. `complaint` is yaml-cpp's, `place` where
// it stopped.
void report_syntax_error(const SourceText& source, LineRange entry, std::string_view complaint,
                         Span place, Findings& findings);

} // namespace vmwarden::hostpolicy
