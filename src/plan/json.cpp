// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/plan/fields.h"
#include "src/plan/show.h"

#include <nlohmann/json.hpp>

#include <limits>

namespace vmwarden::plan {

namespace {

using Json = nlohmann::ordered_json;

std::string octal(std::uint32_t mode) {
    std::string out;
    for (int shift = 9; shift >= 0; shift -= 3)
        out += static_cast<char>('0' + ((mode >> shift) & 7U));
    return out;
}

template <class T>
Json value_of(const T& value);

class Object {
  public:
    template <class T>
    void operator()(std::string_view name, const T& value) {
        const std::string key(name);
        if constexpr (IsOptional<T>::value) {
            if (value) out_[key] = value_of(*value);
        } else {
            out_[key] = value_of(value);
        }
    }
    Json take() { return std::move(out_); }

  private:
    Json out_ = Json::object();
};

template <class T>
Json list_of(const std::vector<T>& items) {
    Json out = Json::array();
    for (const auto& item : items)
        out.push_back(value_of(item));
    return out;
}

template <class T>
Json value_of(const T& value) {
    if constexpr (std::is_enum_v<T>)
        return std::string(words<T>.at(static_cast<std::size_t>(value)));
    else if constexpr (std::is_integral_v<T> || std::same_as<T, std::string>)
        return value;
    else if constexpr (std::same_as<T, Uuid>)
        return value.text();
    else if constexpr (AccountNumber<T>)
        return value.value;
    else if constexpr (IsList<T>::value) {
        return list_of(value);
    } else {
        Object object;
        each_field(value, object);
        return object.take();
    }
}

// Numbers that have words.
template <>
Json value_of(const ResourceLimit& limit) {
    Json out = Json::object();
    out["resource"] = resource_word(limit.resource);
    if (limit.value == std::numeric_limits<std::uint64_t>::max())
        out["value"] = "infinity";
    else
        out["value"] = limit.value;
    return out;
}

} // namespace

Json to_json(const LaunchPlan& plan) {
    auto out = value_of(plan);
    out["scope"]["kill_signal"] = signal_word(plan.scope.kill_signal);
    out["process"]["umask"] = octal(plan.process.umask);
    return out;
}

} // namespace vmwarden::plan
