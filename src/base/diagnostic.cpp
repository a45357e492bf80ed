// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/base/diagnostic.h"

#include "src/base/text.h"

#include <algorithm>

namespace vmwarden {

std::string SourcePlace::text() const {
    std::string out = file.empty() ? "-" : file;
    if (line != 0) out += ":" + std::to_string(line);
    if (line != 0 && column != 0) out += ":" + std::to_string(column);
    return out;
}

std::string Origin::text() const {
    switch (kind) {
    case Kind::built_in:
        return "built-in default";
    case Kind::policy:
        return "policy " + place.text();
    case Kind::definition:
        return "definition " + place.text();
    case Kind::host:
        return "this host";
    }
    return {};
}

void Diagnostics::error(SourcePlace place, std::string message, std::string hint, unsigned length) {
    add({Severity::error, std::move(place), std::move(message), std::move(hint), length});
}

void Diagnostics::warning(SourcePlace place, std::string message, std::string hint,
                          unsigned length) {
    add({Severity::warning, std::move(place), std::move(message), std::move(hint), length});
}

void Diagnostics::append(Diagnostics other) {
    for (auto& diagnostic : other.list_)
        list_.push_back(std::move(diagnostic));
}

bool Diagnostics::has_errors() const {
    return std::any_of(list_.begin(), list_.end(),
                       [](const Diagnostic& d) { return d.severity == Severity::error; });
}

void Diagnostics::sort() {
    std::stable_sort(list_.begin(), list_.end(),
                     [](const Diagnostic& a, const Diagnostic& b) { return a.place < b.place; });
}

namespace {

constexpr std::size_t shown_width = 160;

std::string_view line_of(std::string_view source, unsigned wanted) {
    for (unsigned line = 1; line < wanted; ++line) {
        const auto end = source.find('\n');
        if (end == std::string_view::npos) return {};
        source.remove_prefix(end + 1);
    }
    return source.substr(0, source.find('\n'));
}

} // namespace

std::string render(const Diagnostic& diagnostic, std::string_view source) {
    std::string out = printable(diagnostic.place.text());
    out += diagnostic.severity == Severity::error ? ": error: " : ": warning: ";
    out += printable(diagnostic.message);
    if (!diagnostic.hint.empty()) out += "; " + printable(diagnostic.hint);
    if (diagnostic.place.line == 0 || diagnostic.place.column == 0) return out;

    const auto line = line_of(source, diagnostic.place.line);
    const std::size_t column = diagnostic.place.column - 1;
    if (line.empty() || column > line.size()) return out;

    // A long line is shown from a little before the place, so that the caret stays in sight.
    const std::size_t first = column > shown_width / 2 ? column - shown_width / 2 : 0;
    const auto shown = line.substr(first, shown_width);
    out += "\n  " + printable(shown) + "\n  " + std::string(column - first, ' ') + "^";
    const std::size_t room = shown.size() - std::min(shown.size(), column - first);
    if (diagnostic.length > 1 && room > 1)
        out += std::string(std::min<std::size_t>(diagnostic.length, room) - 1, '~');
    return out;
}

std::string render(const Diagnostics& diagnostics, std::string_view source) {
    std::string out;
    for (const auto& diagnostic : diagnostics.list())
        out += render(diagnostic, source) + "\n";
    return out;
}

} // namespace vmwarden
