// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/describe.h"

#include "src/hostpolicy/keys.h"
#include "src/hostpolicy/words.h"

#include <nlohmann/json.hpp>

#include <type_traits>

namespace vmwarden {

namespace hostpolicy {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* size_pattern = "^[0-9]+[KMGT]$";
constexpr const char* account_pattern = "^([A-Za-z_][A-Za-z0-9_.@-]*[$]?|[+](0|[1-9][0-9]*))$";

template <class Enum>
Json words_of() {
    Json list = Json::array();
    for (const auto& word : Words<Enum>::known)
        list.push_back(word.text);
    return list;
}

Json schema_of(const Member<unsigned>&) {
    return {{"type", "integer"}, {"minimum", 0}, {"maximum", 4294967295U}};
}
Json schema_of(const Member<bool>&) {
    return {{"type", "boolean"}};
}
Json schema_of(const Member<std::string>&) {
    return {{"type", "string"}, {"minLength", 1}};
}
Json schema_of(const Member<Bytes>&) {
    return {{"type", "string"}, {"pattern", size_pattern}};
}
Json schema_of(const Member<Account>&) {
    return {{"type", "string"}, {"pattern", account_pattern}};
}
template <class Enum>
requires std::is_enum_v<Enum> Json schema_of(const Member<Enum>&) {
    return {{"enum", words_of<Enum>()}};
}
Json schema_of(const ListMember<std::string>&) {
    return {{"type", "array"}, {"items", {{"type", "string"}, {"minLength", 1}}}};
}
template <class Enum>
requires std::is_enum_v<Enum> Json schema_of(const ListMember<Enum>&) {
    return {{"type", "array"}, {"items", {{"enum", words_of<Enum>()}}}};
}
// A name that the kernel gives a network device.
Json schema_of_interface() {
    return {{"type", "string"}, {"minLength", 1}, {"maxLength", 15}, {"pattern", "^[^/: \\t]+$"}};
}
Json schema_of(const ListMember<Network>&) {
    return {{"type", "object"},
            {"additionalProperties",
             {{"type", "object"},
              {"properties",
               {{"type", {{"enum", words_of<NetworkType>()}}},
                {"bridge", schema_of_interface()},
                {"device", schema_of_interface()},
                {"socket", {{"type", "string"}, {"pattern", "^/"}}}}},
              {"required", Json::array({"type"})},
              {"additionalProperties", false}}}};
}

Json schema_of(const Key& key) {
    Json schema{{"description", key.meaning}};
    schema.update(std::visit([](const auto& member) { return schema_of(member); }, key.slot));
    if (key.name == "version") schema["const"] = policy_version;
    return schema;
}

void add_property(Json& to, std::string_view name, const Key& key) {
    const Json schema = schema_of(key);
    to["properties"][std::string(name)] = schema;
    if (!is_list(key)) return;
    to["properties"][std::string(name) + "+"] = schema;
    if (key.name != "lock") to["properties"][std::string(name) + "-"] = schema;
}

Json empty_mapping() {
    return {{"type", "object"},
            {"properties", Json::object()},
            {"patternProperties", {{"^x-", Json::object()}}},
            {"additionalProperties", false}};
}

// The mapping of all keys that a file, or a rule, may set.
Json mapping_for(Key::Scope scope) {
    Json mapping = empty_mapping();
    for (const Key& key : keys()) {
        if (scope == Key::Scope::guest && key.scope == Key::Scope::host) continue;
        const auto name = split_name(key.name);
        if (name.section.empty()) {
            add_property(mapping, name.own, key);
            continue;
        }
        auto& section = mapping["properties"][std::string(name.section)];
        if (section.is_null()) section = empty_mapping();
        add_property(section, name.own, key);
    }
    return mapping;
}

Json rules_schema() {
    const Json text{{"type", "string"}, {"minLength", 1}};
    Json match = empty_mapping();
    for (const char* word : {"name", "uuid", "memory", "emulator"})
        match["properties"][word] = text;
    Json rule = empty_mapping();
    rule["properties"]["match"] = match;
    rule["properties"]["set"] = mapping_for(Key::Scope::guest);
    rule["required"] = Json::array({"set"});
    return {{"type", "array"}, {"items", rule}, {"description", "other values for some guests"}};
}

template <class Enum>
std::string listed_words() {
    std::string out;
    for (const auto& word : Words<Enum>::known)
        out += (out.empty() ? "" : ", ") + std::string(word.text);
    return out;
}

std::string type_of(const Member<unsigned>&) {
    return "number";
}
std::string type_of(const Member<bool>&) {
    return "true or false";
}
std::string type_of(const Member<std::string>&) {
    return "text";
}
std::string type_of(const Member<Bytes>&) {
    return "size, like 4G";
}
std::string type_of(const Member<Account>&) {
    return "account";
}
template <class Enum>
requires std::is_enum_v<Enum> std::string type_of(const Member<Enum>&) {
    return listed_words<Enum>();
}
std::string type_of(const ListMember<std::string>&) {
    return "list of texts";
}
template <class Enum>
requires std::is_enum_v<Enum> std::string type_of(const ListMember<Enum>&) {
    return "list out of " + listed_words<Enum>();
}
std::string type_of(const ListMember<Network>&) {
    return "mapping of names to {type: TYPE, bridge: NAME, device: NAME}";
}

} // namespace

} // namespace hostpolicy

std::string policy_json_schema() {
    using namespace hostpolicy;
    Json schema{{"$schema", "http://json-schema.org/draft-07/schema#"},
                {"title", "vmwarden host policy"}};
    schema.update(mapping_for(Key::Scope::host));
    schema["properties"]["rules"] = rules_schema();
    schema["properties"]["rules+"] = rules_schema();
    schema["required"] = hostpolicy::Json::array({"version"});
    return schema.dump(2) + "\n";
}

std::string policy_manual_keys() {
    using namespace hostpolicy;
    std::string out = ".Bl -tag -width indent\n";
    for (const Key& key : keys()) {
        out += ".It Cm " + std::string(key.name) + "\n";
        out += std::visit([](const auto& member) { return type_of(member); }, key.slot);
        out += ".\n.br\n";
        out += std::string(key.meaning) + ".\n";
        if (key.scope == Key::Scope::host) out += "Of the whole host: no rule can set it.\n";
    }
    return out + ".El\n";
}

} // namespace vmwarden
