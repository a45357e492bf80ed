// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/base/units.h"

#include <charconv>
#include <limits>

namespace vmwarden {

namespace {

std::optional<unsigned> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
    return std::nullopt;
}

bool hyphen_belongs_after(std::size_t digits) {
    return digits == 8 || digits == 12 || digits == 16 || digits == 20;
}

} // namespace

std::optional<Uuid> Uuid::parse(std::string_view text) {
    if (text.size() != 32 && text.size() != 36) return std::nullopt;
    Uuid uuid;
    std::size_t digits = 0;
    for (const char c : text) {
        if (c == '-' && text.size() == 36 && hyphen_belongs_after(digits)) continue;
        const auto value = hex_digit(c);
        if (!value || digits == 32) return std::nullopt;
        auto& byte = uuid.bytes[digits / 2];
        byte = static_cast<std::uint8_t>((unsigned{byte} << 4) | *value);
        ++digits;
    }
    if (digits != 32) return std::nullopt;
    return uuid;
}

std::string Uuid::text() const {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (hyphen_belongs_after(2 * i)) out += '-';
        out += digits[bytes[i] >> 4];
        out += digits[bytes[i] & 0xf];
    }
    return out;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<Bytes> parse_size(std::string_view text) {
    if (text.empty()) return std::nullopt;
    constexpr std::string_view suffixes = "KMGT";
    unsigned shift = 0;
    if (const auto which = suffixes.find(text.back()); which != std::string_view::npos) {
        shift = 10 * (static_cast<unsigned>(which) + 1);
        text.remove_suffix(1);
    }
    const auto number = parse_number(text);
    if (!number || *number > (std::numeric_limits<std::uint64_t>::max() >> shift))
        return std::nullopt;
    return Bytes{*number << shift};
}

std::string size_text(Bytes size) {
    constexpr std::string_view suffixes = "TGMK";
    for (unsigned i = 0; i < suffixes.size(); ++i) {
        const unsigned shift = 10 * (4 - i);
        const std::uint64_t unit = std::uint64_t{1} << shift;
        if (size.count != 0 && size.count % unit == 0)
            return std::to_string(size.count >> shift) + suffixes[i];
    }
    return std::to_string(size.count);
}

} // namespace vmwarden
