// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/bus/json_variant.h"

#include <algorithm>
#include <stdexcept>

namespace vmwarden::bus {

namespace {

using Json = nlohmann::ordered_json;

sdbus::Variant to_variant(const Json& value);

template <class Element, class Convert>
sdbus::Variant to_array(const Json& array, Convert convert) {
    std::vector<Element> out;
    for (const auto& element : array)
        out.push_back(convert(element));
    return sdbus::Variant(out);
}

sdbus::Variant array_variant(const Json& array) {
    const auto all = [&](auto is) {
        return !array.empty() && std::all_of(array.begin(), array.end(), is);
    };
    if (all([](const Json& element) { return element.is_string(); }))
        return to_array<std::string>(array, [](const Json& e) { return e.get<std::string>(); });
    if (all([](const Json& element) { return element.is_object(); }))
        return to_array<Dictionary>(array, [](const Json& e) { return to_dictionary(e); });
    return to_array<sdbus::Variant>(array, [](const Json& e) { return to_variant(e); });
}

sdbus::Variant to_variant(const Json& value) {
    switch (value.type()) {
    case Json::value_t::string:
        return sdbus::Variant(value.get<std::string>());
    case Json::value_t::boolean:
        return sdbus::Variant(value.get<bool>());
    case Json::value_t::number_unsigned:
        return sdbus::Variant(value.get<std::uint64_t>());
    case Json::value_t::number_integer:
        return sdbus::Variant(value.get<std::int64_t>());
    case Json::value_t::number_float:
        return sdbus::Variant(value.get<double>());
    case Json::value_t::object:
        return sdbus::Variant(to_dictionary(value));
    case Json::value_t::array:
        return array_variant(value);
    case Json::value_t::null:
    case Json::value_t::binary:
    case Json::value_t::discarded:
        break;
    }
    throw std::invalid_argument("a JSON value without a D-Bus form");
}

template <class Element>
Json from_array(const sdbus::Variant& value) {
    auto out = Json::array();
    for (const auto& element : value.get<std::vector<Element>>()) {
        if constexpr (std::is_same_v<Element, Dictionary> ||
                      std::is_same_v<Element, sdbus::Variant>)
            out.push_back(to_json(element));
        else
            out.push_back(Json(element));
    }
    return out;
}

template <class Type>
bool take(const sdbus::Variant& value, Json& out) {
    if (!value.containsValueOfType<Type>()) return false;
    out = Json(value.get<Type>());
    return true;
}

template <class... Types>
bool take_one_of(const sdbus::Variant& value, Json& out) {
    return (take<Types>(value, out) || ...);
}

} // namespace

Dictionary to_dictionary(const Json& object) {
    if (!object.is_object()) throw std::invalid_argument("a dictionary needs a JSON object");
    Dictionary out;
    for (const auto& [key, value] : object.items())
        if (!value.is_null()) out.emplace(key, to_variant(value));
    return out;
}

Json to_json(const Dictionary& dictionary) {
    auto out = Json::object();
    for (const auto& [key, value] : dictionary)
        out[key] = to_json(value);
    return out;
}

Json to_json(const sdbus::Variant& value) {
    const auto type = type_of(value);
    if (type == "v") return to_json(value.get<sdbus::Variant>());
    if (type == "a{sv}") return to_json(value.get<Dictionary>());
    if (type == "aa{sv}") return from_array<Dictionary>(value);
    if (type == "av") return from_array<sdbus::Variant>(value);
    if (type == "as") return from_array<std::string>(value);
    if (type == "o") return Json(std::string(value.get<sdbus::ObjectPath>()));
    if (type == "g") return Json(std::string(value.get<sdbus::Signature>()));
    Json out;
    if (take_one_of<std::string, bool, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t,
                    std::uint32_t, std::int64_t, std::uint64_t, double>(value, out))
        return out;
    throw std::invalid_argument("D-Bus type '" + type + "' has no JSON form here");
}

} // namespace vmwarden::bus
