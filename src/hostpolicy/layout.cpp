// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/layout.h"

#include <algorithm>

namespace vmwarden::hostpolicy {

namespace {

std::string_view trimmed(std::string_view line) {
    const auto first = line.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return line.substr(first, line.find_last_not_of(" \t\r\n") - first + 1);
}

bool is_blank_or_comment(std::string_view trimmed_line) {
    return trimmed_line.empty() || trimmed_line.front() == '#';
}

} // namespace

Layout::Layout(std::string_view text)
  : text_(text) {
    starts_.push_back(0);
    for (std::size_t i = 0; i < text.size(); ++i)
        if (text[i] == '\n') starts_.push_back(i + 1);
}

std::string_view Layout::line_ending() const {
    const auto newline = text_.find('\n');
    const bool windows =
        newline != std::string_view::npos && newline > 0 && text_[newline - 1] == '\r';
    return windows ? "\r\n" : "\n";
}

std::size_t Layout::begin(Span span) const {
    if (span.line == 0 || span.line > starts_.size() || span.column == 0) throw UnclearLayout{0};
    const auto offset = starts_[span.line - 1] + span.column - 1;
    if (offset > text_.size()) throw UnclearLayout{text_.size()};
    return offset;
}

std::size_t Layout::line_begin(std::size_t offset) const {
    return *std::prev(std::upper_bound(starts_.begin(), starts_.end(), offset));
}

std::size_t Layout::line_end(std::size_t offset) const {
    const auto next = std::upper_bound(starts_.begin(), starts_.end(), offset);
    return next == starts_.end() ? text_.size() : *next;
}

Range Layout::lines(std::size_t first, std::size_t last) const {
    return {line_begin(first), line_end(last)};
}

bool Layout::begins_line(std::size_t offset, bool behind_dash) const {
    const auto start = line_begin(offset);
    auto before = text_.substr(start, offset - start);
    const auto last = before.find_last_not_of(' ');
    if (!behind_dash || last == std::string_view::npos) return last == std::string_view::npos;
    return before.find_first_not_of(' ') == last && before[last] == '-';
}

Span Layout::first_token() const {
    for (std::size_t i = 0; i < starts_.size(); ++i) {
        const auto line = text_.substr(starts_[i], line_end(starts_[i]) - starts_[i]);
        auto rest = line.starts_with("---") ? line.substr(3) : line;
        if (is_blank_or_comment(trimmed(rest))) continue;
        const auto column = line.size() - rest.size() + rest.find_first_not_of(" \t\r\n");
        return {static_cast<unsigned>(i) + 1, static_cast<unsigned>(column) + 1, 1};
    }
    return {};
}

Node Layout::root(std::vector<Entry> entries) const {
    Node root;
    root.kind = NodeKind::mapping;
    root.span = first_token();
    root.entries = std::move(entries);
    return root;
}

bool Layout::is_flow(const Node& node) const {
    if (node.span.line == 0) return false; // of a document that is not there
    const auto at = begin(node.span);
    if (at == text_.size()) return false;
    return (node.kind == NodeKind::mapping && text_[at] == '{') ||
           (node.kind == NodeKind::list && text_[at] == '[');
}

bool Layout::is_absent(const Entry& entry) const {
    return entry.value.kind == NodeKind::null && entry.value.span.line == entry.span.line &&
           entry.value.span.column == entry.span.column;
}

std::size_t Layout::colon_end(const Entry& entry) const {
    const auto behind = begin(entry.span) + entry.span.length;
    const auto colon = text_.find_first_not_of(' ', behind);
    if (colon == std::string_view::npos || text_[colon] != ':') throw UnclearLayout{behind};
    return colon + 1;
}

Range Layout::range(const Node& node) const {
    const auto at = begin(node.span);
    switch (node.kind) {
    case NodeKind::null:
    case NodeKind::text:
        if (at + node.span.length > text_.size()) throw UnclearLayout{at};
        return {at, at + node.span.length};
    case NodeKind::list:
    case NodeKind::mapping: {
        const bool flow = is_flow(node);
        if (!flow && node.items.empty() && node.entries.empty()) throw UnclearLayout{at};
        auto last = at + 1;
        if (!node.items.empty()) last = range(node.items.back()).end;
        if (!node.entries.empty()) last = end(node.entries.back());
        return {at, flow ? close(node, last) : last};
    }
    case NodeKind::reported:
        break;
    }
    throw UnclearLayout{at};
}

std::size_t Layout::end(const Entry& entry) const {
    return is_absent(entry) ? colon_end(entry) : range(entry.value).end;
}

// Behind the bracket that ends a list or mapping whose last part ends at `from`.
std::size_t Layout::close(const Node& flow, std::size_t from) const {
    const auto at = skip_separators(from);
    const char bracket = flow.kind == NodeKind::list ? ']' : '}';
    if (at >= text_.size() || text_[at] != bracket) throw UnclearLayout{at};
    return at + 1;
}

std::size_t Layout::skip_separators(std::size_t from) const {
    for (auto at = from;;) {
        at = text_.find_first_not_of(" \t\r\n,", at);
        if (at == std::string_view::npos) return text_.size();
        if (text_[at] != '#') return at;
        at = line_end(at);
    }
}

std::size_t Layout::append_at() const {
    for (auto line = starts_.rbegin(); line != starts_.rend(); ++line) {
        const auto words = trimmed(text_.substr(*line, line_end(*line) - *line));
        if (is_blank_or_comment(words)) continue;
        return words == "..." ? *line : text_.size();
    }
    return text_.size();
}

} // namespace vmwarden::hostpolicy
