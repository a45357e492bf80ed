// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemuconf/secrets.h"

#include <algorithm>
#include <set>

namespace vmwarden::qemuconf {

namespace {

bool is_name(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

// Whether a name like "vnc_password", and what that may be misspelt to, stands before a blank or a
// '='.
bool holds_secret(std::string_view line) {
    constexpr std::string_view word = "pas";
    const auto same = [](char c, char of_word) { return (c | 0x20) == of_word; };
    auto at = line.begin();
    while ((at = std::search(at, line.end(), word.begin(), word.end(), same)) != line.end()) {
        at = std::find_if_not(at, line.end(), is_name);
        if (at != line.end() && (*at == ' ' || *at == '\t' || *at == '=')) return true;
    }
    return false;
}

std::set<unsigned> secret_lines(std::string_view text) {
    std::set<unsigned> lines;
    for (unsigned line = 1; !text.empty(); ++line) {
        const auto end = text.find('\n');
        if (holds_secret(text.substr(0, end))) lines.insert(line);
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    return lines;
}

} // namespace

Diagnostics without_secrets(const Diagnostics& found, std::string_view text) {
    const auto secrets = secret_lines(text);
    Diagnostics shown;
    for (auto diagnostic : found.list()) {
        if (secrets.count(diagnostic.place.line) != 0) diagnostic.place.column = 0;
        shown.add(std::move(diagnostic));
    }
    return shown;
}

} // namespace vmwarden::qemuconf
