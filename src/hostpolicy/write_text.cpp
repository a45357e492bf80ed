// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/write_text.h"

#include <algorithm>
#include <array>

namespace vmwarden::hostpolicy {

namespace {

constexpr std::array typed_words = {"y",    "n", "yes",  "no",    "true",  "false", "on", "off",
                                    "null", "~", ".inf", "-.inf", "+.inf", ".nan",  "=",  "<<"};

// Numbers of any base, times and dates are made of these; words with other letters are none.
constexpr std::string_view number_bytes = "0123456789abcdefABCDEFxXoO_+-.:TZ";

std::string lower(std::string_view text) {
    std::string out(text);
    for (auto& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

bool is_plain(std::string_view text, bool in_flow) {
    constexpr std::string_view indicators = "-?:,[]{}#&*!|>'\"%@`";
    if (text.empty() || text.front() == ' ' || text.back() == ' ' || text.back() == ':')
        return false;
    if (indicators.find(text.front()) != std::string_view::npos) return false;
    if (text.starts_with("...")) return false;
    if (text.find('\t') != std::string_view::npos) return false;
    if (text.find(": ") != std::string_view::npos) return false;
    if (text.find(" #") != std::string_view::npos) return false;
    return !in_flow || text.find_first_of(",[]{}:") == std::string_view::npos;
}

std::string in_quotes(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

} // namespace

bool looks_typed(std::string_view text) {
    if (text.empty()) return true;
    const auto word = lower(text);
    if (std::find(typed_words.begin(), typed_words.end(), word) != typed_words.end()) return true;
    constexpr std::string_view number_starts = "0123456789+-.";
    return number_starts.find(text.front()) != std::string_view::npos &&
           text.find_first_of("0123456789") != std::string_view::npos &&
           text.find_first_not_of(number_bytes) == std::string_view::npos;
}

std::string written(std::string_view text, Quotes quotes, bool in_flow) {
    // "~" and "null" would be read as no value at all, by us as well.
    const auto word = lower(text);
    const bool is_null = word == "~" || word == "null";
    const bool quote = is_null || !is_plain(text, in_flow) ||
                       (quotes == Quotes::around_typed && looks_typed(text));
    return quote ? in_quotes(text) : std::string(text);
}

std::string written_key(std::string_view key) {
    return written(key, Quotes::around_typed, true);
}

} // namespace vmwarden::hostpolicy
