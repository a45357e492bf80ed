// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/selinux.h"

#include "agent/host/lines.h"

#include <algorithm>

namespace vmwarden::host::selinux {

namespace {

bool is_context(std::string_view word) {
    const auto printable = [](char c) { return c > ' ' && c < 0x7f; };
    if (!std::all_of(word.begin(), word.end(), printable)) return false;
    // user:role:type, each with something in it; what follows is the range, which has colons too.
    for (int part = 0; part < 2; ++part) {
        const auto colon = word.find(':');
        if (colon == 0 || colon == std::string_view::npos) return false;
        word.remove_prefix(colon + 1);
    }
    return !word.empty() && word.front() != ':';
}

} // namespace

std::vector<std::string> context_lines(std::string_view text) {
    std::vector<std::string> contexts;
    for_each_line(text, [&](std::string_view line) {
        const auto word = trimmed(line);
        if (!word.starts_with('#') && is_context(word)) contexts.emplace_back(word);
    });
    return contexts;
}

bool mount_takes_labels(std::string_view mountinfo, std::string_view mount_id) {
    bool takes = false;
    for_each_line(mountinfo, [&](std::string_view line) {
        if (line.substr(0, line.find(' ')) != mount_id) return;
        // The file system's own options are the last field, behind a separator of variable place;
        // spaces within fields are written as \040.
        for_each_piece(line.substr(line.rfind(' ') + 1), ',',
                       [&](std::string_view option) { takes = takes || option == "seclabel"; });
    });
    return takes;
}

} // namespace vmwarden::host::selinux
