// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/text_editor.h"

#include <algorithm>

namespace vmwarden::hostpolicy {

namespace {

constexpr std::size_t indent_step = 2;

bool holds_texts_only(const Node& list) {
    return list.kind == NodeKind::list &&
           std::all_of(list.items.begin(), list.items.end(),
                       [](const Node& item) { return item.kind == NodeKind::text; });
}

const Entry* find(const Node& mapping, const std::string& key) {
    const auto& entries = mapping.entries;
    const auto found = std::find_if(entries.begin(), entries.end(),
                                    [&](const Entry& entry) { return entry.key == key; });
    return found == entries.end() ? nullptr : &*found;
}

// "limits: {memory: 4G}"
std::string flow_entry(std::span<const std::string> path, const std::string& value) {
    const auto key = written_key(path.front()) + ": ";
    if (path.size() == 1) return key + value;
    return key + "{" + flow_entry(path.subspan(1), value) + "}";
}

} // namespace

std::vector<const Entry*> entries_along(const Node& root, const KeyPath& path) {
    std::vector<const Entry*> out;
    const auto* mapping = &root;
    for (const auto& key : path) {
        const auto* entry = find(*mapping, key);
        if (entry == nullptr) break;
        out.push_back(entry);
        mapping = &entry->value; // has no entries unless it is a mapping
    }
    return out;
}

bool holds(const Node& node, const KeyText& value) {
    if (!value.is_list) return node.kind == NodeKind::text && node.text == value.texts.front();
    return holds_texts_only(node) &&
           std::equal(node.items.begin(), node.items.end(), value.texts.begin(), value.texts.end(),
                      [](const Node& item, const std::string& text) { return item.text == text; });
}

std::string TextEditor::joined(std::span<const std::string> items) const {
    std::string out;
    for (const auto& item : items)
        out += (out.empty() ? "" : ", ") + written(item, quotes_, true);
    return out;
}

// Inside of braces or not: it is written so that it is right in both.
std::string TextEditor::inline_value(const KeyText& value) const {
    if (value.is_list) return "[" + joined(value.texts) + "]";
    return written(value.texts.front(), quotes_, false);
}

void TextEditor::splice_lines(Range range) {
    const bool is_last = range.end == layout_.text().size();
    if (is_last && !layout_.text().ends_with('\n')) last_line_removed_ = true;
    splice(range, "");
}

// `lines` end in a newline. `at` is the start of a line, or the end of the text.
void TextEditor::insert_lines(std::size_t at, const std::string& lines) {
    const auto text = layout_.text();
    if (at < text.size() || text.empty() || text.ends_with('\n')) return splice({at, at}, lines);
    const std::string end(layout_.line_ending());
    splice({at, at}, end + lines.substr(0, lines.size() - end.size()));
}

void TextEditor::insert(const Node& mapping, std::span<const std::string> path,
                        const KeyText& value) {
    if (layout_.is_flow(mapping)) {
        const bool is_text = !value.is_list;
        const auto in_flow =
            is_text ? written(value.texts.front(), quotes_, true) : inline_value(value);
        return insert_flow(mapping, flow_entry(path, in_flow));
    }
    const bool is_root = &mapping == &root_;
    const bool is_empty = mapping.entries.empty();
    auto indent = is_empty ? std::size_t{0} : std::size_t{mapping.entries[0].span.column - 1};
    const auto at =
        is_root ? layout_.append_at() : layout_.line_end(layout_.end(mapping.entries.back()));
    const std::string end(layout_.line_ending());
    std::string lines;
    if (is_root && is_empty && path.front() != "version") lines = "version: 1" + end;
    for (std::size_t i = 0; i < path.size(); ++i, indent += indent_step)
        lines += std::string(indent, ' ') + written_key(path[i]) + ":" +
                 (i + 1 < path.size() ? "" : " " + inline_value(value)) + end;
    insert_lines(at, lines);
}

void TextEditor::insert_flow(const Node& mapping, std::string entry) {
    if (mapping.entries.empty()) {
        const auto at = layout_.begin(mapping.span) + 1;
        return splice({at, at}, std::move(entry));
    }
    const auto at = layout_.end(mapping.entries.back());
    splice({at, at}, ", " + entry);
}

void TextEditor::replace(const Entry& entry, const std::string& value) {
    const auto behind_colon = layout_.colon_end(entry);
    if (layout_.is_absent(entry)) return splice({behind_colon, behind_colon}, " " + value);
    const auto old = layout_.range(entry.value);
    const bool in_place = layout_.is_flow(entry.value) || entry.value.kind == NodeKind::text ||
                          entry.value.kind == NodeKind::null;
    if (in_place) return splice(old, value);
    if (layout_.line_begin(old.begin) <= behind_colon) throw UnclearLayout{old.begin};
    splice({behind_colon, behind_colon}, " " + value);
    splice_lines(layout_.lines(old.begin, old.end));
}

void TextEditor::change_list(const Entry& entry, const KeyText& value) {
    const auto& old = entry.value.items;
    const std::span<const std::string> items = value.texts;
    if (items.empty() || old.empty()) return replace(entry, inline_value(value));
    const auto same = [](const Node& node, const std::string& text) { return node.text == text; };
    const auto first = static_cast<std::size_t>(
        std::mismatch(old.begin(), old.end(), items.begin(), items.end(), same).first -
        old.begin());
    std::size_t kept = 0; // at the end
    while (first + kept < std::min(old.size(), items.size()) &&
           same(old[old.size() - 1 - kept], items[items.size() - 1 - kept]))
        ++kept;
    const Range changed{first, old.size() - kept};
    const auto fresh = items.subspan(first, items.size() - kept - first);
    if (layout_.is_flow(entry.value))
        change_flow_list(entry.value, changed, fresh);
    else
        change_block_list(entry.value, changed, fresh);
}

// `old_items` are numbers of items: those are replaced. At least one item stays, or one is new.
void TextEditor::change_flow_list(const Node& list, Range old_items,
                                  std::span<const std::string> items) {
    const auto range = [&](std::size_t i) { return layout_.range(list.items[i]); };
    const auto [first, end] = old_items;
    if (first == end && items.empty()) return;
    if (first < end && !items.empty())
        return splice({range(first).begin, range(end - 1).end}, joined(items));
    if (first == end && first > 0)
        return splice({range(first - 1).end, range(first - 1).end}, ", " + joined(items));
    if (first == end) return splice({range(0).begin, range(0).begin}, joined(items) + ", ");
    if (end < list.items.size()) return splice({range(first).begin, range(end).begin}, "");
    splice({range(first - 1).end, range(end - 1).end}, "");
}

void TextEditor::change_block_list(const Node& list, Range old_items,
                                   std::span<const std::string> items) {
    for (const auto& item : list.items)
        if (!layout_.begins_line(layout_.begin(item.span), true))
            throw UnclearLayout{layout_.begin(item.span)};
    const auto line_of = [&](std::size_t i) {
        const auto range = layout_.range(list.items[i]);
        return layout_.lines(range.begin, range.end);
    };
    const auto first_begin = layout_.begin(list.items[0].span);
    const auto start = layout_.line_begin(first_begin);
    const auto dash = std::string(layout_.text().substr(start, first_begin - start));
    std::string lines;
    for (const auto& item : items)
        lines += dash + written(item, quotes_, false) + std::string(layout_.line_ending());
    const auto at = old_items.begin > 0 ? line_of(old_items.begin - 1).end : start;
    if (!lines.empty()) insert_lines(at, lines);
    for (auto i = old_items.begin; i < old_items.end; ++i)
        splice_lines(line_of(i));
}

std::string TextEditor::set(const KeyPath& path, const KeyText& value, bool rewrite) {
    const auto known = entries_along(root_, path);
    const std::span<const std::string> rest = std::span(path).subspan(known.size());
    const auto inside_braces = [&] {
        if (layout_.is_flow(root_)) return true;
        return std::any_of(known.begin(), known.end() - (known.empty() ? 0 : 1),
                           [&](const Entry* e) { return layout_.is_flow(e->value); });
    };
    if (rest.empty()) {
        const auto& entry = *known.back();
        if (!rewrite && holds(entry.value, value)) return std::string(layout_.text());
        if (!rewrite && value.is_list && holds_texts_only(entry.value))
            change_list(entry, value);
        else if (!value.is_list && inside_braces())
            replace(entry, written(value.texts.front(), quotes_, true));
        else
            replace(entry, inline_value(value));
    } else if (known.empty() || known.back()->value.kind == NodeKind::mapping) {
        insert(known.empty() ? root_ : known.back()->value, rest, value);
    } else {
        const auto inner =
            value.is_list ? inline_value(value) : written(value.texts.front(), quotes_, true);
        replace(*known.back(), "{" + flow_entry(rest, inner) + "}");
    }
    return result();
}

void TextEditor::remove_flow(const Node& mapping, const Entry& entry) {
    const auto& all = mapping.entries;
    const auto index = static_cast<std::size_t>(&entry - all.data());
    const auto begin = layout_.begin(entry.span);
    if (all.size() == 1) {
        const auto whole = layout_.range(mapping);
        splice({whole.begin + 1, whole.end - 1}, "");
    } else if (index + 1 < all.size()) {
        splice({begin, layout_.begin(all[index + 1].span)}, "");
    } else {
        splice({layout_.end(all[index - 1]), layout_.end(entry)}, "");
    }
}

// The last one with its value, the ones around it with their own line.
void TextEditor::remove_block(std::span<const Entry* const> entries) {
    for (const auto* entry : entries) {
        const auto key = layout_.begin(entry->span);
        if (!layout_.begins_line(key)) throw UnclearLayout{key};
        const auto last = entry == entries.back() ? layout_.end(*entry) : key;
        splice_lines(layout_.lines(key, last));
    }
}

std::string TextEditor::unset(const KeyPath& path) {
    const auto along = entries_along(root_, path);
    if (along.size() != path.size()) throw UnclearLayout{0};
    const auto mapping_of = [&](std::size_t i) -> const Node& {
        return i == 0 ? root_ : along[i - 1]->value;
    };
    auto first = along.size() - 1;
    if (layout_.is_flow(mapping_of(first))) {
        remove_flow(mapping_of(first), *along[first]);
        return result();
    }
    while (first > 0 && mapping_of(first).entries.size() == 1)
        --first;
    remove_block(std::span(along).subspan(first));
    return result();
}

std::string TextEditor::result() {
    std::stable_sort(splices_.begin(), splices_.end(), [](const Splice& a, const Splice& b) {
        return a.range.begin < b.range.begin;
    });
    std::string out;
    std::size_t at = 0;
    for (const auto& [range, text] : splices_) {
        if (range.begin < at || range.end < range.begin) throw UnclearLayout{range.begin};
        out += layout_.text().substr(at, range.begin - at);
        out += text;
        at = range.end;
    }
    out += layout_.text().substr(at);
    if (last_line_removed_ && out.ends_with('\n')) out.pop_back();
    if (last_line_removed_ && out.ends_with('\r')) out.pop_back();
    return out;
}

} // namespace vmwarden::hostpolicy
