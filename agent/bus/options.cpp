// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/bus/options.h"

#include "src/base/suggest.h"
#include "src/base/text.h"
#include "src/native/native.h"

#include <algorithm>

namespace vmwarden::bus {

namespace {

using supervisor::Failure;

constexpr std::string_view no_interaction = "auth.no_user_interaction";
constexpr std::size_t max_file_bytes = 4096;
constexpr std::uint64_t max_timeout_seconds = 24 * 3600;

Failure unknown(const std::string& key, std::vector<std::string_view> known) {
    known.push_back(no_interaction);
    auto hint = did_you_mean(key, known);
    if (hint.empty()) {
        hint = "known here:";
        for (const auto word : known)
            hint += " " + std::string(word);
    }
    return {Failure::Kind::invalid_option, "unknown option '" + printable(key) + "'; " + hint};
}

Failure wrong(std::string_view key, const std::string& wanted) {
    return {Failure::Kind::invalid_option, "option '" + std::string(key) + "' must be " + wanted};
}

std::optional<std::uint64_t> as_number(const sdbus::Variant& value) {
    if (value.containsValueOfType<std::uint32_t>()) return value.get<std::uint32_t>();
    if (value.containsValueOfType<std::uint64_t>()) return value.get<std::uint64_t>();
    std::int64_t number = -1;
    if (value.containsValueOfType<std::int32_t>()) number = value.get<std::int32_t>();
    if (value.containsValueOfType<std::int64_t>()) number = value.get<std::int64_t>();
    if (number < 0) return std::nullopt;
    return static_cast<std::uint64_t>(number);
}

std::optional<Failure> take_bool(std::string_view key, const sdbus::Variant& value, bool& out) {
    if (!value.containsValueOfType<bool>()) return wrong(key, "a boolean (b)");
    out = value.get<bool>();
    return std::nullopt;
}

std::optional<Failure> take_file(const sdbus::Variant& value, std::optional<std::string>& out) {
    if (value.containsValueOfType<std::string>()) {
        out = value.get<std::string>();
        if (!out->empty() && out->size() <= max_file_bytes) return std::nullopt;
    }
    return wrong("file", "a string (s) of 1 to 4096 bytes");
}

std::optional<Failure> take_timeout(const sdbus::Variant& value, std::chrono::seconds& out) {
    const auto number = as_number(value);
    if (!number || *number == 0 || *number > max_timeout_seconds)
        return wrong("timeout", "a number of seconds (u) from 1 to 86400");
    out = std::chrono::seconds(*number);
    return std::nullopt;
}

std::optional<Failure> take_dialect(const sdbus::Variant& value, std::string& out) {
    if (!value.containsValueOfType<std::string>()) return wrong("dialect", "a string (s)");
    out = value.get<std::string>();
    if (native::dialect_called(out)) return std::nullopt;
    return Failure{Failure::Kind::invalid_option, native::dialect_problem(out)};
}

std::optional<Failure> take(const std::string& key, const sdbus::Variant& value, Options& out) {
    if (key == "wait") return take_bool(key, value, out.wait);
    if (key == "nvram") return take_bool(key, value, out.nvram);
    if (key == "file") return take_file(value, out.file);
    if (key == "timeout") return take_timeout(value, out.timeout);
    if (key == "dialect") return take_dialect(value, out.dialect);
    bool quiet = false;
    auto failure = take_bool(key, value, quiet);
    out.interactive = !quiet;
    return failure;
}

} // namespace

supervisor::Outcome<Options> read_options(const Dictionary& given,
                                          std::span<const std::string_view> known) {
    Options options;
    for (const auto& [key, value] : given) {
        if (key != no_interaction && std::find(known.begin(), known.end(), key) == known.end())
            return unknown(key, {known.begin(), known.end()});
        if (auto failure = take(key, value, options)) return std::move(*failure);
    }
    return options;
}

} // namespace vmwarden::bus
