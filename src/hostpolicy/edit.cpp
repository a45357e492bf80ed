// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/edit.h"

#include "src/hostpolicy/codes.h"
#include "src/hostpolicy/document.h"
#include "src/hostpolicy/key_path.h"
#include "src/hostpolicy/keys.h"
#include "src/hostpolicy/layout.h"
#include "src/hostpolicy/text_editor.h"
#include "src/hostpolicy/value_text.h"
#include "src/hostpolicy/write_text.h"

#include <algorithm>
#include <array>

namespace vmwarden::hostpolicy {

namespace {

Diagnostics one_error(const PolicyFile& file, std::string message, std::string hint) {
    Diagnostics out;
    out.error({file.name}, std::move(message), std::move(hint));
    return out;
}

Diagnostics unclear(const PolicyFile& file) {
    return one_error(file, "is laid out in a way that cannot be edited key by key",
                     "edit it by hand");
}

// A document, or that there is none yet. Nothing, with the reasons, where something stands in the
// file that is not understood: an edit could then mean something else than it says.
std::optional<std::vector<Entry>> read_entries(const PolicyFile& file, Diagnostics& diagnostics) {
    Findings findings(file.name);
    auto document = read_document(file.text, findings);
    auto found = findings.take();
    const bool is_empty =
        !document && found.list().size() == 1 && found.list().front().code == code::empty_file;
    if (is_empty) return std::vector<Entry>();
    if (found.has_errors()) {
        diagnostics.append(std::move(found));
        return std::nullopt;
    }
    return std::move(document->entries);
}

bool same_content(const Node& a, const Node& b);

bool same_content(const std::vector<Entry>& a, const std::vector<Entry>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Entry& x, const Entry& y) {
        return x.key == y.key && same_content(x.value, y.value);
    });
}

bool same_content(const Node& a, const Node& b) {
    return a.kind == b.kind && a.text == b.text &&
           std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(),
                      [](const Node& x, const Node& y) { return same_content(x, y); }) &&
           same_content(a.entries, b.entries);
}

Node node_of(const KeyText& value) {
    Node node;
    node.kind = value.is_list ? NodeKind::list : NodeKind::text;
    if (!value.is_list) node.text = value.texts.front();
    for (const auto& text : value.texts)
        if (value.is_list) node.items.push_back(node_of({false, {text}}));
    return node;
}

// None where it is neither a text nor a list of texts.
std::optional<KeyText> text_of(const Node& node) {
    if (node.kind == NodeKind::text) return KeyText{false, {node.text}};
    KeyText list{true, {}};
    for (const auto& item : node.items)
        list.texts.push_back(item.text);
    return holds(node, list) ? std::optional(std::move(list)) : std::nullopt;
}

// The edits again, on the tree: what the edited text must say.
void set_in_tree(Node& mapping, std::span<const std::string> path, const KeyText& value) {
    mapping.kind = NodeKind::mapping;
    auto entry = std::find_if(mapping.entries.begin(), mapping.entries.end(),
                              [&](const Entry& e) { return e.key == path.front(); });
    if (entry == mapping.entries.end())
        entry = mapping.entries.insert(entry, Entry{path.front(), {}, {}});
    if (path.size() == 1)
        entry->value = node_of(value);
    else
        set_in_tree(entry->value, path.subspan(1), value);
}

// True if `mapping` is left empty and is not written in braces.
bool unset_in_tree(Node& mapping, std::span<const std::string> path, const Layout& layout) {
    const auto entry = std::find_if(mapping.entries.begin(), mapping.entries.end(),
                                    [&](const Entry& e) { return e.key == path.front(); });
    if (path.size() == 1 || unset_in_tree(entry->value, path.subspan(1), layout))
        mapping.entries.erase(entry);
    return mapping.entries.empty() && !layout.is_flow(mapping);
}

bool is_number_or_bool(std::string_view text) {
    return text == "true" || text == "false" ||
           text.find_first_not_of("0123456789") == std::string_view::npos;
}

// As the table of keys has it: "limits.memory".
std::string key_name(const KeyPath& path) {
    std::string name;
    for (const auto& key : path)
        name += (name.empty() ? "" : ".") + key;
    if (name.ends_with('+') || name.ends_with('-')) name.pop_back();
    return name;
}

// Whether the key holds texts, which may look like numbers.
bool holds_text(const KeyPath& path) {
    const auto* key = find_key(key_name(path));
    return key != nullptr && (std::holds_alternative<Member<Account>>(key->slot) ||
                              std::holds_alternative<Member<std::string>>(key->slot) ||
                              std::holds_alternative<ListMember<std::string>>(key->slot));
}

struct Attempt {
    Quotes quotes;
    bool rewrite;
};

// In which ways a value may be written, the likeliest first: the reader of policy knows best which
// is right for the key. Other tools shall take texts for texts, so those are quoted where that
// matters.
std::array<Attempt, 4> attempts(const KeyPath& path, const KeyText& value) {
    const bool plain =
        !holds_text(path) && std::all_of(value.texts.begin(), value.texts.end(), is_number_or_bool);
    const auto first = plain ? Quotes::as_needed : Quotes::around_typed;
    const auto second = plain ? Quotes::around_typed : Quotes::as_needed;
    return {{{first, false}, {first, true}, {second, false}, {second, true}}};
}

// The candidate with what policy says of it. It must say what the tree says.
EditedPolicy judged(PolicyFile candidate, const Node& expected) {
    Diagnostics diagnostics;
    const auto entries = read_entries(candidate, diagnostics);
    if (!entries) return {std::move(candidate), std::move(diagnostics)};
    if (!same_content(*entries, expected.entries)) return {candidate, unclear(candidate)};
    diagnostics = read_policy({&candidate, 1}).diagnostics;
    return {std::move(candidate), std::move(diagnostics)};
}

// Where the path ends in something that is no section; none if it can be followed.
std::optional<BadWord> obstacle(const Node& root, const KeyPath& path) {
    const auto along = entries_along(root, path);
    if (along.empty() || along.size() == path.size()) return std::nullopt;
    const auto& last = *along.back();
    if (last.value.kind == NodeKind::mapping || last.value.kind == NodeKind::null)
        return std::nullopt;
    return BadWord{quoted(last.key) + " holds no keys", "it is a value of its own: set that"};
}

// What both edits begin with.
class PolicyEdit {
  public:
    PolicyEdit(const PolicyFile& file, std::string_view path)
      : file_(file)
      , layout_(file.text) {
        auto parsed = parse_path(path);
        if (const auto* bad = std::get_if<BadWord>(&parsed))
            refuse(*bad);
        else
            path_ = std::get<KeyPath>(std::move(parsed));
        if (auto entries = read_entries(file, refused_)) root_ = layout_.root(std::move(*entries));
    }

    EditedPolicy set(std::string_view text) {
        const auto parsed = parse_value(text);
        if (const auto* bad = std::get_if<BadWord>(&parsed)) refuse(*bad);
        if (const auto blocked = obstacle(root_, path_)) refuse(*blocked);
        if (refused_.has_errors()) return {file_, std::move(refused_)};
        return try_to_set(std::get<KeyText>(parsed));
    }

    EditedPolicy unset() {
        if (refused_.has_errors()) return {file_, std::move(refused_)};
        if (entries_along(root_, path_).size() != path_.size()) return {file_, {}};
        auto expected = root_;
        unset_in_tree(expected, path_, layout_);
        auto text = TextEditor(layout_, root_, Quotes::as_needed).unset(path_);
        return judged({file_.name, std::move(text)}, expected);
    }

    FoundKey get() {
        if (refused_.has_errors()) return {std::nullopt, std::move(refused_)};
        const auto along = entries_along(root_, path_);
        if (along.size() != path_.size()) return {};
        const auto& node = along.back()->value;
        if (node.kind == NodeKind::null) return {};
        if (auto value = text_of(node)) return {std::move(value), {}};
        refuse({quoted(path_.back()) + " is more than a value or a list of values",
                node.entries.empty() ? "" : "ask for one of its keys"});
        return {std::nullopt, std::move(refused_)};
    }

  private:
    void refuse(const BadWord& bad) { refused_.append(one_error(file_, bad.message, bad.hint)); }

    EditedPolicy try_to_set(const KeyText& value) {
        auto expected = root_;
        set_in_tree(expected, path_, value);
        // A file that begins here gets its version.
        if (root_.entries.empty() && path_.front() != "version" && !layout_.is_flow(root_))
            expected.entries.insert(expected.entries.begin(),
                                    {"version", {}, node_of({false, {"1"}})});
        std::optional<EditedPolicy> best;
        std::vector<std::string> tried;
        for (const auto& [quotes, rewrite] : attempts(path_, value)) {
            auto text = TextEditor(layout_, root_, quotes).set(path_, value, rewrite);
            if (std::find(tried.begin(), tried.end(), text) != tried.end()) continue;
            tried.push_back(text);
            auto edited = judged({file_.name, std::move(text)}, expected);
            const bool good = !edited.diagnostics.has_errors();
            if (good || !best) best = std::move(edited);
            if (good) break;
        }
        return *std::move(best);
    }

    const PolicyFile& file_;
    Layout layout_;
    KeyPath path_;
    Node root_;
    Diagnostics refused_;
};

// The list that `key+` and `key-` start from when no file has `key`.
KeyText built_in_list(const std::string& name) {
    KeyText out{true, {}};
    const auto* key = find_key(name);
    if (key == nullptr) return out;
    const auto policy = built_in_policy();
    for (auto& item : items_of(*key, policy))
        out.texts.push_back(std::move(item.value));
    return out;
}

// The value of one key, file after file.
class EffectiveValue {
  public:
    explicit EffectiveValue(KeyPath path)
      : path_(std::move(path))
      , locks_(path_ == KeyPath{"lock"})
      , in_network_(path_.size() > 2 && path_.front() == "networks") {}

    void take(const Node& root) {
        const KeyPath sections(path_.begin(), path_.end() - 1);
        const auto along = entries_along(root, sections);
        if (along.size() != sections.size()) return;
        if (in_network_) value_.reset(); // a network of the same name replaces it as a whole
        const auto& section = along.empty() ? root : along.back()->value;
        for (const auto& entry : section.entries)
            take_entry(entry);
    }
    [[nodiscard]] std::optional<KeyText> value() const { return value_; }

  private:
    void take_entry(const Entry& entry) {
        const auto& key = path_.back();
        const auto found = text_of(entry.value);
        if (!found) return;
        if (entry.key == key && !(locks_ && value_))
            value_ = found;
        else if (entry.key == key || entry.key == key + "+")
            add(*found);
        else if (entry.key == key + "-")
            remove(*found);
    }

    KeyText& list() {
        if (!value_) value_ = built_in_list(key_name(path_));
        return *value_;
    }

    void add(const KeyText& more) {
        auto& texts = list().texts;
        for (const auto& text : more.texts)
            if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(text);
    }

    void remove(const KeyText& less) {
        std::erase_if(list().texts, [&](const std::string& text) {
            return std::find(less.texts.begin(), less.texts.end(), text) != less.texts.end();
        });
    }

    KeyPath path_;
    bool locks_; // those of all files hold
    bool in_network_;
    std::optional<KeyText> value_;
};

} // namespace

EditedPolicy set_key(const PolicyFile& file, std::string_view path, std::string_view value) {
    try {
        return PolicyEdit(file, path).set(value);
    } catch (const UnclearLayout&) {
        return {file, unclear(file)};
    }
}

EditedPolicy unset_key(const PolicyFile& file, std::string_view path) {
    try {
        return PolicyEdit(file, path).unset();
    } catch (const UnclearLayout&) {
        return {file, unclear(file)};
    }
}

FoundKey get_key(const PolicyFile& file, std::string_view path) {
    return PolicyEdit(file, path).get();
}

FoundKey get_key(std::span<const PolicyFile> files, std::string_view path) {
    FoundKey out;
    auto parsed = parse_path(path);
    if (const auto* bad = std::get_if<BadWord>(&parsed)) {
        out.diagnostics.error({"PATH"}, bad->message, bad->hint);
        return out;
    }
    EffectiveValue effective(std::get<KeyPath>(std::move(parsed)));
    for (const auto& file : files)
        if (auto entries = read_entries(file, out.diagnostics))
            effective.take(Layout(file.text).root(std::move(*entries)));
    if (!out.diagnostics.has_errors()) out.value = effective.value();
    return out;
}

} // namespace vmwarden::hostpolicy
