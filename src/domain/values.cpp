// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/values.h"

#include "src/base/text.h"

#include <arpa/inet.h>
#include <climits>

#include <algorithm>
#include <array>
#include <limits>

namespace vmwarden::domain {

namespace {

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) { return lower(c); });
    return out;
}

bool is_hex_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

bool too_long(const Value& value, std::string_view what, std::size_t longest, Report& report) {
    if (value.text.size() <= longest) return false;
    report.error(value.at, std::string(what) + " has " + std::to_string(value.text.size()) +
                               " bytes, more than " + std::to_string(longest));
    return true;
}

bool has_controls(std::string_view text) {
    return printable(text) != text;
}

// libvirt reads units without regard to case: "X" and "XiB" count in 1024, "XB" in 1000.
std::optional<std::uint64_t> unit_scale(std::string_view unit) {
    const auto text = lower(unit);
    if (text == "b" || text == "byte" || text == "bytes") return 1;
    if (text.empty()) return std::nullopt;
    const auto power = std::string_view("kmgtpe").find(text[0]);
    const auto rest = std::string_view(text).substr(1);
    if (power == std::string_view::npos || !(rest.empty() || rest == "b" || rest == "ib"))
        return std::nullopt;
    std::uint64_t scale = 1;
    for (std::size_t i = 0; i <= power; ++i)
        scale *= rest == "b" ? 1000 : 1024;
    return scale;
}

} // namespace

std::optional<std::uint64_t> number_from(const Value& value, std::string_view what,
                                         std::uint64_t least, std::uint64_t most, Report& report) {
    const auto number = parse_number(value.text);
    if (number && *number >= least && *number <= most) return number;
    const bool digits =
        !value.text.empty() && value.text.find_first_not_of("0123456789") == std::string_view::npos;
    report.error(value.at,
                 std::string(what) + " " + in_quotes(value.text) +
                     (digits ? " is out of range" : " is not a whole number"),
                 "write a number from " + std::to_string(least) + " to " + std::to_string(most));
    return std::nullopt;
}

std::optional<std::uint64_t> hex_number_from(const Value& value, std::string_view what,
                                             std::uint64_t least, std::uint64_t most,
                                             Report& report) {
    if (!value.text.starts_with("0x")) return number_from(value, what, least, most, report);
    const auto number = parse_unsigned(value.text);
    if (number && *number >= least && *number <= most) return number;
    report.error(value.at,
                 std::string(what) + " " + in_quotes(value.text) +
                     (number ? " is out of range" : " is not a whole number"),
                 "write a number from " + std::to_string(least) + " to " + std::to_string(most));
    return std::nullopt;
}

std::optional<std::string> line_from(const Value& value, std::string_view what, std::size_t longest,
                                     Report& report) {
    if (too_long(value, what, longest, report)) return std::nullopt;
    if (!has_controls(value.text)) return std::string(value.text);
    report.error(value.at, std::string(what) + " has a line break or another control character",
                 "write it on one line");
    return std::nullopt;
}

std::optional<std::string> text_from(const Value& value, std::string_view what, std::size_t longest,
                                     Report& report) {
    if (too_long(value, what, longest, report)) return std::nullopt;
    std::string plain(value.text);
    std::replace_if(
        plain.begin(), plain.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
    if (!has_controls(plain)) return std::string(value.text);
    report.error(value.at, std::string(what) + " has a control character", "remove it");
    return std::nullopt;
}

std::optional<std::string> path_from(const Value& value, Report& report) {
    if (too_long(value, "this path", PATH_MAX - 1, report)) return std::nullopt;
    const auto wrong = [&](std::string_view what, std::string_view hint) {
        report.error(value.at, "path " + in_quotes(value.text) + " " + std::string(what),
                     std::string(hint));
        return std::nullopt;
    };
    if (value.text.empty()) return wrong("is empty", "write an absolute path");
    if (has_controls(value.text)) return wrong("has a control character", "rename the file");
    if (value.text[0] != '/') return wrong("is not absolute", "begin it with '/'");
    if (value.text.back() == '/') return wrong("names a directory", "name the file");
    const auto inside = std::string(value.text) + "/";
    if (inside.find("/../") != std::string::npos)
        return wrong("has a '..' in it", "write the path without it");
    return std::string(value.text);
}

std::optional<std::string> token_from(const Value& value, std::string_view what, Report& report) {
    constexpr std::size_t longest = 64;
    const bool fits = !value.text.empty() && value.text.size() <= longest &&
                      is_letter_or_digit(value.text[0]) &&
                      std::all_of(value.text.begin(), value.text.end(), [](char c) {
                          return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-';
                      });
    if (fits) return std::string(value.text);
    report.error(
        value.at, std::string(what) + " " + in_quotes(value.text) + " is not a name",
        "use up to 64 letters, digits, '.', '_' and '-', beginning with a letter or digit");
    return std::nullopt;
}

std::optional<std::string> mac_from(const Value& value, Report& report) {
    constexpr std::size_t length = 17;
    const auto mac = lower(value.text);
    bool formed = mac.size() == length;
    for (std::size_t i = 0; formed && i < length; ++i)
        formed = i % 3 == 2 ? mac[i] == ':' : is_hex_digit(mac[i]);
    const auto wrong = [&](std::string_view what, std::string_view hint) {
        report.error(value.at, "MAC address " + in_quotes(value.text) + " " + std::string(what),
                     std::string(hint));
        return std::nullopt;
    };
    if (!formed) return wrong("is malformed", "write six pairs of hexadecimal digits with ':'");
    if (mac == "00:00:00:00:00:00") return wrong("is all zero", "QEMU's own begin with 52:54:00");
    if (std::string_view("13579bdf").find(mac[1]) != std::string_view::npos)
        return wrong("is a multicast address", "the first pair must be even");
    return mac;
}

std::optional<std::string> interface_from(const Value& value, Report& report) {
    if (is_interface_name(value.text)) return std::string(value.text);
    report.error(value.at, in_quotes(value.text) + " is not the name of a network device",
                 "use up to 15 letters, digits and '._-+@'");
    return std::nullopt;
}

std::optional<std::string> address_from(const Value& value, Report& report) {
    std::string text(value.text);
    std::array<unsigned char, sizeof(in6_addr)> parsed{};
    if (inet_pton(AF_INET, text.c_str(), parsed.data()) == 1) return text;
    if (inet_pton(AF_INET6, text.c_str(), parsed.data()) == 1) return text;
    report.error(value.at, "listen address " + in_quotes(value.text) + " is not an IP address",
                 "write a literal address: host names are not looked up");
    return std::nullopt;
}

std::optional<Bytes> memory_from(const Value& number, const std::optional<Value>& unit,
                                 Report& report) {
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    const auto scale = unit ? unit_scale(unit->text) : 1024;
    if (!scale)
        report.error(unit->at, "unit " + in_quotes(unit->text) + " is not known",
                     "use b, KiB, MiB, GiB, TiB (1024) or KB, MB, GB, TB (1000)");
    const auto count = number_from(number, "memory size", 1, most, report);
    if (!scale || !count) return std::nullopt;
    const auto limit = most / *scale;
    if (*count > limit || *count * *scale > most - 1023) {
        report.error(number.at, "memory size " + in_quotes(number.text) + " is out of range");
        return std::nullopt;
    }
    return Bytes{(*count * *scale + 1023) / 1024 * 1024};
}

std::optional<NumberSet> numbers_from(const Value& value, std::string_view what, Report& report) {
    if (auto set = NumberSet::parse(value.text)) return set;
    report.error(value.at,
                 std::string(what) + " " + in_quotes(value.text) + " is no list of numbers",
                 "write 0-3,8 or 0-7,^2, with numbers up to " + std::to_string(NumberSet::largest));
    return std::nullopt;
}

} // namespace vmwarden::domain
