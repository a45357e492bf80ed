// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/values.h"

#include "src/base/text.h"
#include "src/hostpolicy/codes.h"
#include "src/hostpolicy/words.h"

#include <limits>
#include <optional>
#include <type_traits>
#include <unordered_map>

namespace vmwarden::hostpolicy {

namespace {

template <class Value>
struct IsList : std::false_type {};
template <class Value>
struct IsList<std::vector<Setting<Value>>> : std::true_type {
    using Item = Value;
};

class ValueReader {
  public:
    ValueReader(std::string_view name, TextRule rule, Findings& findings)
      : name_(name)
      , rule_(rule)
      , findings_(findings) {}

    template <class Value>
    bool read(const Entry& entry, Setting<Value>& into) {
        std::optional<Value> value;
        if constexpr (std::is_same_v<Value, std::vector<Setting<Network>>>)
            value = networks(entry.value);
        else if constexpr (IsList<Value>::value)
            value = list<typename IsList<Value>::Item>(entry.value);
        else
            value = scalar<Value>(entry.value,
                                  "write one, or remove the line to keep what earlier files say");
        if (value) into = {std::move(*value), origin(entry.span)};
        return value.has_value();
    }

    template <class Value>
    std::optional<Value> scalar(const Node& node, std::string_view if_null) {
        if (node.kind != NodeKind::text) {
            refuse_non_text(node, if_null);
            return std::nullopt;
        }
        return from_text<Value>(node);
    }

  private:
    [[nodiscard]] Origin origin(Span span) const {
        return {Origin::Kind::policy, {findings_.file(), span.line, span.column}};
    }
    [[nodiscard]] std::string of_key() const { return " for '" + std::string(name_) + "'"; }

    template <class Item>
    std::optional<std::vector<Setting<Item>>> list(const Node& node) {
        if (node.kind != NodeKind::list) {
            refuse_non_list(node);
            return std::nullopt;
        }
        std::vector<Setting<Item>> items;
        for (const auto& item : node.items)
            if (auto value = scalar<Item>(item, "write a value, or remove the comma or dash"))
                items.push_back({std::move(*value), origin(item.span)});
        warn_of_repetition(node);
        return items;
    }

    std::optional<std::vector<Setting<Network>>> networks(const Node& node) {
        if (node.kind != NodeKind::mapping) {
            refuse_non_mapping(node, "write name: {type: user}");
            return std::nullopt;
        }
        std::vector<Setting<Network>> out;
        for (const auto& entry : node.entries)
            if (auto network = read_network(entry))
                out.push_back({std::move(*network), origin(entry.span)});
        return out;
    }

    std::optional<Network> read_network(const Entry& entry) {
        if (printable(entry.key) != entry.key || entry.key.empty()) {
            findings_.error(code::network_name, entry.span,
                            quoted(entry.key) + " is not a name for a network",
                            "write one that can be shown");
            return std::nullopt;
        }
        if (entry.value.kind != NodeKind::mapping) {
            refuse_non_mapping(entry.value, "write " + entry.key + ": {type: user}");
            return std::nullopt;
        }
        NetworkParts parts;
        for (const auto& detail : entry.value.entries)
            read_part(detail, parts);
        if (!parts.type_seen)
            findings_.error(code::null_value, entry.span,
                            "no type for the network " + quoted(entry.key), "write {type: user}");
        if (!parts.type) return std::nullopt;
        Network network{entry.key, *parts.type};
        const bool bridges = network.type == NetworkType::bridge;
        const bool needs_device =
            network.type == NetworkType::direct || network.type == NetworkType::tap;
        bool good = take_part(entry, network, "bridge", bridges, parts.bridge, network.bridge);
        good =
            take_part(entry, network, "device", needs_device, parts.device, network.device) && good;
        const bool needs_socket = network.type == NetworkType::vhostuser;
        good =
            take_part(entry, network, "socket", needs_socket, parts.socket, network.socket) && good;
        return good ? std::optional(std::move(network)) : std::nullopt;
    }

    struct NetworkParts {
        bool type_seen = false;
        std::optional<NetworkType> type;
        const Node* bridge = nullptr;
        const Node* device = nullptr;
        const Node* socket = nullptr;
    };

    void read_part(const Entry& detail, NetworkParts& parts) {
        if (detail.key == "type") {
            parts.type_seen = true;
            parts.type = scalar<NetworkType>(detail.value,
                                             "write user, bridge, direct, tap, vhostuser or none");
        } else if (detail.key == "bridge") {
            parts.bridge = &detail.value;
        } else if (detail.key == "device") {
            parts.device = &detail.value;
        } else if (detail.key == "socket") {
            parts.socket = &detail.value;
        } else {
            findings_.error(
                code::unknown_key, detail.span,
                "unknown key " + quoted(detail.key) + " of a network",
                "a network has a type, and a bridge, device or socket where its type wants one");
        }
    }

    // The name of a network device, or the path of a socket, that goes with the type, or does not.
    bool take_part(const Entry& entry, const Network& network, const std::string& key, bool wanted,
                   const Node* given, std::string& into) {
        const auto type = std::string(to_text(network.type));
        if (wanted && given == nullptr) {
            findings_.error(code::network_parts, entry.span,
                            "no " + key + " for the network " + quoted(entry.key),
                            "write {type: " + type + ", " + key +
                                (key == "socket" ? ": /PATH}" : ": NAME}"));
            return false;
        }
        if (given == nullptr) return true;
        if (!wanted) {
            findings_.error(code::network_parts, given->span,
                            "a network of type " + type + " has no " + key,
                            "remove it, or choose another type");
            return false;
        }
        const bool path = key == "socket";
        const TextRule rule = path ? TextRule{code::directory, directory_fault}
                                   : TextRule{code::interface_name, interface_name_fault};
        auto name = ValueReader(name_, rule, findings_)
                        .scalar<std::string>(*given, path ? "write a path" : "write a name");
        if (name) into = std::move(*name);
        return name.has_value();
    }

    template <class Value>
    std::optional<Value> from_text(const Node& node) {
        if constexpr (std::is_same_v<Value, bool>)
            return boolean(node);
        else if constexpr (std::is_same_v<Value, unsigned>)
            return number(node);
        else if constexpr (std::is_same_v<Value, Bytes>)
            return size(node);
        else if constexpr (std::is_same_v<Value, Account>)
            return account(node);
        else if constexpr (std::is_same_v<Value, std::string>)
            return text(node);
        else
            return word<Value>(node);
    }

    std::optional<bool> boolean(const Node& node) {
        if (!node.is_quoted && node.text == "true") return true;
        if (!node.is_quoted && node.text == "false") return false;
        const bool only_quoted = node.text == "true" || node.text == "false";
        findings_.error(
            code::bool_expected, node.span, quoted(node.text) + " is not a bool" + of_key(),
            only_quoted ? "write " + node.text + " without quotes"
                        : "write true or false; " + quoted(node.text) + " is a string here");
        return std::nullopt;
    }

    std::optional<unsigned> number(const Node& node) {
        const bool has_leading_zero = node.text.size() > 1 && node.text[0] == '0';
        const auto value = parse_number(node.text);
        if (value && !node.is_quoted && !has_leading_zero &&
            *value <= std::numeric_limits<unsigned>::max()) {
            if (const auto fault = rule_.fault ? rule_.fault(node.text) : std::nullopt) {
                findings_.error(rule_.code, node.span,
                                quoted(node.text) + " " + fault->message + of_key(), fault->hint);
                return std::nullopt;
            }
            return static_cast<unsigned>(*value);
        }
        findings_.error(
            code::number_expected, node.span, quoted(node.text) + " is not a number" + of_key(),
            value && node.is_quoted ? "write it without quotes"
                                    : "write decimal digits, without sign or leading zeros");
        return std::nullopt;
    }

    std::optional<Bytes> size(const Node& node) {
        const auto value = parse_size(node.text);
        // A number alone may be meant in anything from bytes to mebibytes.
        if (value && value->count > 0 && node.text.back() >= 'A') return value;
        findings_.error(code::size_expected, node.span,
                        quoted(node.text) + " is not a size" + of_key(),
                        "write a number and its unit: 512M, 4G, 1T");
        return std::nullopt;
    }

    std::optional<Account> account(const Node& node) {
        if (const auto fault = account_fault(node.text)) {
            findings_.error(code::account, node.span,
                            quoted(node.text) + " " + fault->message + of_key(), fault->hint);
            return std::nullopt;
        }
        if (name_ == "group" && node.text == account_text(AccountPerGuest{})) {
            findings_.error(code::account, node.span, quoted(node.text) + " is no group",
                            "write 'user: per-guest', which brings each guest's own");
            return std::nullopt;
        }
        // Bare, other YAML tools take it for a number and write it back without its '+'.
        if (node.text[0] == '+' && !node.is_quoted) {
            findings_.error(code::account, node.span, "an id without quotes" + of_key(),
                            "write \"" + node.text + "\"");
            return std::nullopt;
        }
        return parse_account(node.text);
    }

    std::optional<std::string> text(const Node& node) {
        const auto fault = rule_.fault == nullptr ? std::nullopt : rule_.fault(node.text);
        if (fault) {
            findings_.error(rule_.code, node.span,
                            quoted(node.text) + " " + fault->message + of_key(), fault->hint);
            return std::nullopt;
        }
        return node.text;
    }

    template <class Enum>
    std::optional<Enum> word(const Node& node) {
        for (const auto& known : Words<Enum>::known)
            if (known.text == node.text) return known.value;
        std::vector<std::string_view> known;
        for (const auto& one : Words<Enum>::known)
            known.push_back(one.text);
        std::string hint;
        for (const auto& one : Words<Enum>::foreign)
            if (one.foreign == node.text)
                hint = "it is called '" + std::string(one.ours) + "' here";
        refuse_word(node, known, std::move(hint));
        return std::nullopt;
    }

    void refuse_word(const Node& node, std::span<const std::string_view> known, std::string hint) {
        if (hint.empty() && !findings_.full()) hint = suggestion(node.text, known);
        if (hint.empty()) {
            hint = "write one of";
            for (const auto one : known)
                hint += (one == known.front() ? " " : ", ") + std::string(one);
        }
        findings_.error(code::unknown_word, node.span,
                        quoted(node.text) + " is not a choice" + of_key(), std::move(hint));
    }

    void refuse_non_text(const Node& node, std::string_view if_null) {
        if (node.kind == NodeKind::null)
            findings_.error(code::null_value, node.span, "no value" + of_key(),
                            std::string(if_null));
        else if (node.kind != NodeKind::reported)
            findings_.error(code::text_expected, node.span,
                            std::string(node.kind == NodeKind::list ? "a list" : "a mapping") +
                                " where one value is due" + of_key(),
                            "write the value alone; if it begins with '[' or '{', quote it");
    }

    void refuse_non_list(const Node& node) {
        if (node.kind == NodeKind::null)
            findings_.error(code::null_value, node.span, "no value" + of_key(),
                            "write a list; the empty list is []");
        else if (node.kind == NodeKind::text)
            findings_.error(
                code::list_expected, node.span, "a single value where a list is due" + of_key(),
                node.text.size() < 64 ? "write [" + node.text + "]" : "put it into brackets");
        else if (node.kind == NodeKind::mapping)
            findings_.error(code::list_expected, node.span,
                            "a mapping where a list is due" + of_key(),
                            "write [a, b], or lines that begin with '- '");
    }

    void refuse_non_mapping(const Node& node, std::string hint) {
        if (node.kind == NodeKind::reported) return;
        findings_.error(node.kind == NodeKind::null ? code::null_value : code::mapping_expected,
                        node.span,
                        (node.kind == NodeKind::null   ? "no value"
                         : node.kind == NodeKind::list ? "a list where a mapping is due"
                                                       : "a single value where a mapping is due") +
                            of_key(),
                        std::move(hint));
    }

    void warn_of_repetition(const Node& list) {
        std::unordered_map<std::string_view, unsigned> seen;
        for (const auto& item : list.items) {
            if (item.kind != NodeKind::text) continue;
            const auto [first, is_new] = seen.emplace(item.text, item.span.line);
            if (!is_new)
                findings_.warning(
                    code::listed_twice, item.span, quoted(item.text) + " is listed twice",
                    "first at line " + std::to_string(first->second) + "; remove one");
        }
    }

    std::string_view name_;
    TextRule rule_;
    Findings& findings_;
};

} // namespace

bool read_value(const Key& key, const Entry& entry, HostPolicy& policy, Findings& findings) {
    ValueReader reader(key.name, key.rule, findings);
    return std::visit([&](auto member) { return reader.read(entry, policy.*member); }, key.slot);
}

template <class Value>
std::optional<Value> read_scalar(std::string_view what, const Node& node, TextRule rule,
                                 Findings& findings) {
    return ValueReader(what, rule, findings).scalar<Value>(node, "write one, or remove the line");
}

template std::optional<std::string> read_scalar(std::string_view, const Node&, TextRule, Findings&);

} // namespace vmwarden::hostpolicy
