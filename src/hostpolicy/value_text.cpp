// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/value_text.h"

#include "src/hostpolicy/words.h"
#include "src/hostpolicy/write_text.h"

#include <type_traits>

namespace vmwarden::hostpolicy {

namespace {

std::string text_in_flow(std::string_view text) {
    return written(text, Quotes::around_typed, true);
}

std::string flow(unsigned value) {
    return std::to_string(value);
}
std::string flow(bool value) {
    return value ? "true" : "false";
}
std::string flow(Bytes value) {
    return size_text(value);
}
std::string flow(const std::string& value) {
    return text_in_flow(value);
}
std::string flow(const Account& value) {
    const auto text = account_text(value);
    return std::holds_alternative<AccountId>(value) ? "\"" + text + "\"" : text_in_flow(text);
}
template <class Enum>
requires std::is_enum_v<Enum> std::string flow(Enum value) {
    return std::string(text_of(value));
}
std::string flow(const Network& value) {
    auto out = written_key(value.name) + ": {type: " + std::string(to_text(value.type));
    if (!value.bridge.empty()) out += ", bridge: " + text_in_flow(value.bridge);
    if (!value.device.empty()) out += ", device: " + text_in_flow(value.device);
    if (!value.socket.empty()) out += ", socket: " + text_in_flow(value.socket);
    return out + "}";
}
template <class Item>
std::string flow(const std::vector<Setting<Item>>& list) {
    constexpr bool is_mapping = std::is_same_v<Item, Network>;
    std::string out;
    for (const auto& item : list)
        out += (out.empty() ? "" : ", ") + flow(item.value);
    return (is_mapping ? "{" : "[") + out + (is_mapping ? "}" : "]");
}

std::string memory_text(const MemoryMatch& match) {
    using Comparison = MemoryMatch::Comparison;
    const char* sign = match.comparison == Comparison::below      ? "<"
                       : match.comparison == Comparison::at_most  ? "<="
                       : match.comparison == Comparison::above    ? ">"
                       : match.comparison == Comparison::at_least ? ">="
                                                                  : "";
    return sign + size_text(match.size);
}

std::string item_text(const std::string& item) {
    return item;
}
std::string item_text(const Network& item) {
    return item.name;
}
template <class Enum>
requires std::is_enum_v<Enum> std::string item_text(Enum item) {
    return std::string(text_of(item));
}

template <class Value>
void add_items(const Setting<Value>&, std::vector<Setting<std::string>>&) {}
template <class Item>
void add_items(const Setting<std::vector<Setting<Item>>>& list,
               std::vector<Setting<std::string>>& out) {
    for (const auto& item : list.value)
        out.push_back({item_text(item.value), item.origin});
}

} // namespace

std::vector<Setting<std::string>> items_of(const Key& key, const HostPolicy& policy) {
    std::vector<Setting<std::string>> out;
    std::visit([&](auto member) { add_items(policy.*member, out); }, key.slot);
    return out;
}

std::string value_text(const Key& key, const HostPolicy& policy) {
    return std::visit([&](auto member) { return flow((policy.*member).value); }, key.slot);
}

const Origin& origin_of(const Key& key, const HostPolicy& policy) {
    return std::visit([&](auto member) -> const Origin& { return (policy.*member).origin; },
                      key.slot);
}

std::string match_text(const RuleMatch& match) {
    std::string out;
    const auto add = [&](const char* name, const std::string& value) {
        out += (out.empty() ? "" : ", ") + std::string(name) + ": " + text_in_flow(value);
    };
    if (match.name) add("name", *match.name);
    if (match.uuid) add("uuid", match.uuid->text());
    if (match.memory) add("memory", memory_text(*match.memory));
    if (match.emulator) add("emulator", *match.emulator);
    return "{" + out + "}";
}

std::string_view operator_of(ChangeKind kind) {
    switch (kind) {
    case ChangeKind::add:
        return "+";
    case ChangeKind::remove:
        return "-";
    case ChangeKind::set:
        break;
    }
    return "";
}

} // namespace vmwarden::hostpolicy
