// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/tree_builder.h"

#include "src/hostpolicy/codes.h"
#include "src/hostpolicy/read_policy.h"
#include "src/hostpolicy/syntax_error.h"

namespace vmwarden::hostpolicy {

namespace {

constexpr std::string_view token_ends = " ,[]{}";

std::size_t quoted_length(std::string_view text) {
    const char quote = text[0];
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (quote == '"' && text[i] == '\\')
            ++i;
        else if (text[i] == quote && quote == '\'' && text.substr(i + 1).starts_with('\''))
            ++i;
        else if (text[i] == quote)
            return i + 1;
    }
    return 0; // does not end on this line
}

bool begins_with_quote(std::string_view text) {
    return text.starts_with('"') || text.starts_with('\'');
}

// The length of what stands at the start of `text`, at least 1.
unsigned token_length(std::string_view text) {
    if (text.empty()) return 1;
    std::size_t length = 0;
    if (begins_with_quote(text))
        length = quoted_length(text);
    else if (const auto end = text.find_first_of(token_ends, 1); end != std::string_view::npos)
        return static_cast<unsigned>(end);
    return static_cast<unsigned>(length == 0 ? text.size() : length);
}

bool is_written_null(std::string_view text) {
    const auto word = text.substr(0, text.find_first_of(token_ends));
    return word == "~" || word == "null" || word == "Null" || word == "NULL";
}

// Whether the scalar read as `value` lies on the one line whose rest is `text`.
bool is_on_one_line(std::string_view text, std::string_view value) {
    if (begins_with_quote(text)) return quoted_length(text) != 0;
    if (text.starts_with('&') || text.starts_with('!')) return true; // refused on its own
    return text.starts_with(value);
}

} // namespace

void TreeBuilder::begin_at(unsigned line) {
    open_.clear();
    first_line_ = entry_line_ = line;
    entries_before_ = entries_.size();
    entry_key_.clear();
    documents_ = 0;
}

unsigned TreeBuilder::abandon_entry() {
    open_.clear();
    entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(entries_before_), entries_.end());
    return entry_line_;
}

Span TreeBuilder::span_at(const YAML::Mark& mark) const {
    if (mark.line < 0 || mark.column < 0) return {first_line_, 1, 1};
    const auto line = first_line_ + static_cast<unsigned>(mark.line);
    const auto column = static_cast<unsigned>(mark.column) + 1 + source_.column_shift(line);
    return {line, column, token_length(source_at(mark))};
}

std::string_view TreeBuilder::source_at(const YAML::Mark& mark) const {
    const auto line = source_.line(first_line_ + static_cast<unsigned>(mark.line));
    return line.substr(std::min(line.size(), static_cast<std::size_t>(mark.column)));
}

bool TreeBuilder::follows_question_mark(const YAML::Mark& mark) const {
    const auto line = source_.line(first_line_ + static_cast<unsigned>(mark.line));
    const auto before = line.substr(0, static_cast<std::size_t>(mark.column));
    const auto last = before.find_last_not_of(' ');
    if (last == std::string_view::npos || last + 1 == before.size() || before[last] != '?')
        return false;
    return last == 0 || token_ends.find(before[last - 1]) != std::string_view::npos;
}

// yaml-cpp marks a missing value at the token after it, often on another line: point at what the
// value is missing behind.
Span TreeBuilder::null_span(const YAML::Mark& mark) const {
    if (is_written_null(source_at(mark))) return span_at(mark);
    if (open_.back().node.kind == NodeKind::mapping) return open_.back().key_span;
    auto number = first_line_ + static_cast<unsigned>(mark.line);
    auto line = source_.line(number);
    line = line.substr(0, static_cast<std::size_t>(mark.column));
    while (number > first_line_ && line.find_last_not_of(' ') == std::string_view::npos)
        line = source_.line(--number);
    const auto last = line.find_last_not_of(' ');
    const auto column = last == std::string_view::npos ? 1 : static_cast<unsigned>(last) + 1;
    return {number, column + source_.column_shift(number), 1};
}

void TreeBuilder::count_value(const YAML::Mark& mark) {
    if (++values_ <= max_policy_values) return;
    findings_.error(code::too_many_values, span_at(mark),
                    "more than " + std::to_string(max_policy_values) + " keys and values",
                    "split the file");
    throw StopReading{true};
}

void TreeBuilder::refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    const bool implied = tag.empty() || tag == "?" || tag == "!";
    if (implied && !source_at(mark).starts_with('!')) return;
    findings_.error(code::tag, span_at(mark), "policy files have no tags",
                    "remove it: each key knows the type of its value");
}

void TreeBuilder::refuse_key(Span span, std::string_view code, std::string message,
                             std::string hint) {
    findings_.error(code, span, std::move(message), std::move(hint));
    open_.back().key_valid = false;
    open_.back().key_next = false;
}

void TreeBuilder::take_key(const YAML::Mark& mark, const std::string& text) {
    auto& map = open_.back();
    const auto span = span_at(mark);
    map.key_span = {span.line, span.column, span.length};
    if (!begins_with_quote(source_at(mark)))
        map.key_span.length = std::max(1U, static_cast<unsigned>(text.size()));
    if (open_.size() == 1) {
        entry_line_ = span.line;
        entries_before_ = entries_.size();
    }
    if (follows_question_mark(mark))
        return refuse_key(map.key_span, code::complex_key, "policy files have no '? ' keys",
                          "write 'key: value'");
    if (text == "<<" && !begins_with_quote(source_at(mark)))
        return refuse_key(map.key_span, code::merge_key, "policy files have no merge keys",
                          "write the values out");

    auto& seen = open_.size() == 1 ? top_seen_ : map.seen;
    const auto [first, is_new] = seen.emplace(text, span.line);
    if (!is_new)
        findings_.error(code::duplicate_key, map.key_span, "key " + quoted(text) + " again",
                        "it stands at line " + std::to_string(first->second) +
                            " already; remove one of them");
    if (open_.size() == 1) entry_key_ = is_new ? text : std::string();
    map.key = text;
    map.key_valid = true;
    map.key_next = false;
}

void TreeBuilder::take_value(Node node) {
    if (open_.empty()) return take_root(node);
    auto& parent = open_.back();
    if (parent.node.kind == NodeKind::list) {
        parent.node.items.push_back(std::move(node));
        return;
    }
    parent.key_next = true;
    if (!parent.key_valid) return;
    auto& entries = open_.size() == 1 ? entries_ : parent.node.entries;
    entries.push_back({std::move(parent.key), parent.key_span, std::move(node)});
}

void TreeBuilder::take_root(const Node& node) {
    if (node.kind == NodeKind::mapping || node.kind == NodeKind::null) return;
    if (const auto slip = missing_space(source_.line(node.span.line))) {
        findings_.error(code::no_space_after_colon, {node.span.line, slip->column, slip->length},
                        slip->message, slip->hint);
    } else {
        findings_.error(code::not_a_mapping, node.span, "a policy file is a mapping of keys",
                        "write 'key: value' lines");
    }
    throw StopReading{false};
}

void TreeBuilder::open(const YAML::Mark& mark, NodeKind kind) {
    count_value(mark);
    auto span = span_at(mark);
    if (open_.size() >= max_policy_depth) {
        findings_.error(code::too_deep, span,
                        "nested deeper than " + std::to_string(max_policy_depth) + " levels",
                        "no key needs that");
        throw StopReading{false};
    }
    const bool is_key = key_is_due();
    if (is_key) refuse_key(span, code::complex_key, "a key must be a word", "write 'key: value'");
    if (open_.empty() && kind == NodeKind::list) take_root({kind, false, span, {}, {}, {}});
    if (open_.empty()) saw_mapping_ = true;
    Open opened;
    opened.node.kind = kind;
    opened.node.span = span;
    opened.is_key = is_key;
    opened.key_next = kind == NodeKind::mapping;
    open_.push_back(std::move(opened));
}

void TreeBuilder::close() {
    auto closed = std::move(open_.back());
    open_.pop_back();
    if (!closed.is_key) take_value(std::move(closed.node));
}

void TreeBuilder::OnDocumentStart(const YAML::Mark& mark) {
    if (++documents_ == 1) return;
    findings_.error(code::second_document, span_at(mark), "a second document begins here",
                    "a policy file is one document: put this into a file of its own");
    throw StopReading{true};
}

void TreeBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t) {
    count_value(mark);
    if (open_.empty()) return;
    if (key_is_due())
        return refuse_key(span_at(mark), code::complex_key, "a value without a key",
                          "write 'key: value'");
    Node node;
    node.span = null_span(mark);
    take_value(std::move(node));
}

void TreeBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t) {
    count_value(mark);
    const auto span = span_at(mark);
    if (key_is_due())
        return refuse_key(span, code::alias, "policy files have no aliases", "write the key out");
    if (span.line != alias_line_)
        findings_.error(code::alias, span, "policy files have no aliases", "write the value out");
    alias_line_ = span.line;
    Node node;
    node.kind = NodeKind::reported;
    node.span = span;
    take_value(std::move(node));
}

void TreeBuilder::OnAnchor(const YAML::Mark& mark, const std::string& name) {
    auto span = span_at(mark);
    span.length = static_cast<unsigned>(name.size()) + 1;
    findings_.error(code::anchor, span, "policy files have no anchors", "remove it");
}

void TreeBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                           const std::string& value) {
    count_value(mark);
    refuse_tag(mark, tag);
    if (key_is_due()) return take_key(mark, value);

    const auto source = source_at(mark);
    Node node;
    node.kind = NodeKind::text;
    node.is_quoted = tag == "!";
    node.span = span_at(mark);
    node.text = value;
    if (!is_on_one_line(source, value)) throw MultiLineText{node.span};
    if (!begins_with_quote(source))
        node.span.length = std::max(1U, static_cast<unsigned>(value.size()));
    if (source_.stands_in_for_bad_bytes(node.span.line, value)) node.kind = NodeKind::reported;
    take_value(std::move(node));
}

void TreeBuilder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                                  YAML::EmitterStyle::value) {
    refuse_tag(mark, tag);
    open(mark, NodeKind::list);
}

void TreeBuilder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                             YAML::EmitterStyle::value) {
    refuse_tag(mark, tag);
    open(mark, NodeKind::mapping);
}

} // namespace vmwarden::hostpolicy
