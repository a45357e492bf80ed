// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/key_path.h"

#include "src/hostpolicy/bad_bytes.h"
#include "src/hostpolicy/document.h"

#include <algorithm>

namespace vmwarden::hostpolicy {

namespace {

BadWord bad_path(std::string_view path) {
    return {quoted(path) + " names no key",
            "write a key, or keys with dots between: limits.memory"};
}

// Takes one key off the front of `rest`, not the dot behind it. Empty: there is none.
std::string take_key(std::string_view& rest) {
    const bool in_quotes = rest.starts_with('"');
    const auto begin = in_quotes ? std::size_t{1} : std::size_t{0};
    const auto end = rest.find(in_quotes ? '"' : '.', begin);
    if (in_quotes && end == std::string_view::npos) return {};
    const std::string key(rest.substr(begin, end == std::string_view::npos ? end : end - begin));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + (in_quotes ? 1 : 0));
    return key;
}

std::variant<KeyText, BadWord> bad_value(std::string message, std::string hint) {
    return BadWord{std::move(message), std::move(hint)};
}

std::variant<KeyText, BadWord> list_of(const Node& node, std::string_view value) {
    KeyText out{true, {}};
    for (const auto& item : node.items) {
        if (item.kind != NodeKind::text)
            return bad_value(quoted(value) + " is not a list of texts",
                             "write [a, b]; quote what is itself a bracket, ~ or null");
        out.texts.push_back(item.text);
    }
    return out;
}

// A list or a quoted text, read by the reader of policy files.
std::variant<KeyText, BadWord> read_value(std::string_view value) {
    Findings findings("");
    const auto document = read_document("value: " + std::string(value), findings);
    const auto found = findings.take();
    if (!found.empty() || !document || document->entries.size() != 1)
        return bad_value(quoted(value) + " cannot be read" +
                             (found.empty() ? "" : ": " + found.list().front().message),
                         "write a text, \"a text\", or a list: [a, b]");
    const auto& node = document->entries.front().value;
    if (node.kind == NodeKind::list) return list_of(node, value);
    return KeyText{false, {node.text}};
}

} // namespace

std::variant<KeyPath, BadWord> parse_path(std::string_view path) {
    if (const auto bad = find_bad_bytes(path)) return BadWord{"a path with " + bad->message, ""};
    KeyPath out;
    for (auto rest = path;; rest.remove_prefix(1)) {
        out.push_back(take_key(rest));
        if (out.back().empty()) return bad_path(path);
        if (rest.empty()) return out;
        if (rest.front() != '.') return bad_path(path);
    }
}

std::variant<KeyText, BadWord> parse_value(std::string_view value) {
    if (value.empty())
        return bad_value("an empty value", "to remove the key, use vmwarden policy unset");
    if (const auto bad = find_bad_bytes(value)) return BadWord{"a value with " + bad->message, ""};
    if (value.front() == '{')
        return bad_value("a section cannot be set as a whole", "set its keys: limits.memory");
    constexpr std::string_view read_as_yaml = "['\"";
    if (read_as_yaml.find(value.front()) != std::string_view::npos) return read_value(value);
    return KeyText{false, {std::string(value)}};
}

} // namespace vmwarden::hostpolicy
