// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/native/properties.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace vmwarden::native {

namespace {

using Json = nlohmann::ordered_json;
constexpr unsigned deepest = 16;
constexpr std::size_t most_properties = 1024;

std::string scalar(const Json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_boolean()) return value.get<bool>() ? "on" : "off";
    return value.is_null() ? std::string() : value.dump();
}

bool flatten(const Json& value, const std::string& key, unsigned depth,
             std::vector<Properties::Property>& out) {
    if (depth > deepest || out.size() >= most_properties) return false;
    if (!value.is_structured()) {
        out.push_back({key, scalar(value)});
        return !key.empty();
    }
    for (const auto& [name, member] : value.items())
        if (!flatten(member, key.empty() ? name : key + "." + name, depth + 1, out)) return false;
    return true;
}

// Up to a comma that is not doubled; takes it off `text`.
std::string next_item(std::string_view& text) {
    std::string item;
    while (!text.empty()) {
        const char c = text[0];
        text.remove_prefix(1);
        if (c == ',') {
            if (!text.starts_with(',')) break;
            text.remove_prefix(1);
        }
        item += c;
    }
    return item;
}

} // namespace

std::optional<Properties> Properties::parse(std::string_view text, std::string_view first_key) {
    Properties out;
    if (text.starts_with('{')) {
        const auto json = Json::parse(text, nullptr, false);
        if (!json.is_object() || !flatten(json, {}, 0, out.all_)) return std::nullopt;
        return out;
    }
    bool first = true;
    while (!text.empty() && out.all_.size() < most_properties) {
        const auto item = next_item(text);
        const auto equals = item.find('=');
        if (equals != std::string::npos && equals != 0)
            out.all_.push_back({item.substr(0, equals), item.substr(equals + 1)});
        else if (first && !first_key.empty())
            out.all_.push_back({std::string(first_key), item});
        else if (!item.empty())
            out.all_.push_back({item, "on"});
        first = false;
    }
    if (!text.empty()) return std::nullopt;
    return out;
}

std::optional<std::string> Properties::take(std::string_view key) {
    auto value = peek(key);
    for (auto& property : all_)
        if (property.key == key) property.taken = true;
    return value;
}

std::vector<std::string> Properties::take_all(std::string_view key) {
    const auto in_list = [&](std::string_view name) {
        return name.size() > key.size() + 1 && name.starts_with(key) && name[key.size()] == '.' &&
               name.find_first_not_of("0123456789", key.size() + 1) == name.npos;
    };
    std::vector<std::string> values;
    for (auto& property : all_) {
        if (property.key != key && !in_list(property.key)) continue;
        property.taken = true;
        values.push_back(property.value);
    }
    return values;
}

void Properties::write_dashes() {
    for (auto& property : all_)
        std::ranges::replace(property.key, '_', '-');
}

std::optional<std::string> Properties::peek(std::string_view key) const {
    std::optional<std::string> value;
    for (const auto& property : all_)
        if (property.key == key) value = property.value;
    return value;
}

std::vector<Properties::Property> Properties::left() const {
    std::vector<Property> out;
    for (const auto& property : all_)
        if (!property.taken) out.push_back(property);
    return out;
}

std::optional<bool> switch_of(std::string_view value) {
    if (value == "on" || value == "yes" || value == "true" || value == "y") return true;
    if (value == "off" || value == "no" || value == "false" || value == "n") return false;
    return std::nullopt;
}

} // namespace vmwarden::native
