// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/text_rules.h"

#include "src/base/text.h"
#include "src/base/units.h"

#include <algorithm>
#include <limits>

namespace vmwarden::hostpolicy {

namespace {

constexpr std::size_t longest_path = 4095;     // PATH_MAX without its NUL
constexpr std::size_t longest_unit_name = 255; // UNIT_NAME_MAX
constexpr std::size_t longest_account = 255;
constexpr std::string_view slice_suffix = ".slice";

constexpr std::string_view per_guest = "per-guest";

// Below are accounts of the system's own; the other two stand for nobody (systemd's UIDS-GIDS).
constexpr std::uint32_t first_own_id = 1000;
constexpr std::uint32_t first_nobody = 65534;
constexpr std::uint32_t last_nobody = 65535;

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool consists_of(std::string_view text, std::string_view others) {
    return std::all_of(text.begin(), text.end(), [&](char c) {
        return is_letter(c) || is_digit(c) || others.find(c) != std::string_view::npos;
    });
}

// The path with "//", "/./", "/../" and a trailing "/" resolved as text.
std::string normalised(std::string_view path) {
    std::string out;
    while (!path.empty()) {
        path.remove_prefix(1); // the '/'
        const auto part = path.substr(0, path.find('/'));
        path.remove_prefix(part.size());
        if (part == "..")
            out.erase(std::min(out.size(), out.rfind('/')));
        else if (!part.empty() && part != ".")
            out += "/" + std::string(part);
    }
    return out.empty() ? "/" : out;
}

// What device paths and emulator globs have in common.
std::optional<TextFault> path_fault(std::string_view text) {
    if (text.empty()) return TextFault{"is empty", "write an absolute path"};
    if (text.size() > longest_path)
        return TextFault{"is longer than a path can be", "write a shorter path"};
    if (printable(text) != text)
        return TextFault{"holds a character that cannot be shown", "remove it"};
    if (text.front() == ' ' || text.back() == ' ')
        return TextFault{"has a blank at an end", "remove it"};
    if (text.find(" /") != std::string_view::npos)
        return TextFault{"looks like several paths", "separate them with commas"};
    if (text[0] != '/') return TextFault{"is not an absolute path", "begin it with '/'"};
    if (const auto shorter = normalised(text); shorter != text)
        return TextFault{"is not the shortest form of its path", "write '" + shorter + "'"};
    return std::nullopt;
}

bool is_slice_name(std::string_view text) {
    if (text == "-.slice") return true; // the root slice
    if (text.size() > longest_unit_name || !text.ends_with(slice_suffix)) return false;
    const auto prefix = text.substr(0, text.size() - slice_suffix.size());
    return !prefix.empty() && prefix.front() != '-' && prefix.back() != '-' &&
           prefix.find("--") == std::string_view::npos && consists_of(prefix, ":-_.\\");
}

bool has_open_bracket(std::string_view glob) {
    for (std::size_t i = 0; i < glob.size(); ++i) {
        if (glob[i] != '[') continue;
        // The first character of a bracket expression may be a ']' itself, behind a '!' or '^'.
        auto first = i + 1;
        if (first < glob.size() && (glob[first] == '!' || glob[first] == '^')) ++first;
        i = glob.find(']', first + 1);
        if (i == std::string_view::npos) return true;
    }
    return false;
}

std::optional<std::uint32_t> parse_id(std::string_view digits) {
    if (digits.size() > 1 && digits[0] == '0') return std::nullopt;
    const auto id = parse_number(digits);
    if (!id || *id >= std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
    return static_cast<std::uint32_t>(*id);
}

std::optional<IdRange> ids_in(std::string_view text) {
    const auto dash = text.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const auto first = parse_id(text.substr(0, dash));
    const auto last = parse_id(text.substr(dash + 1));
    if (!first || !last) return std::nullopt;
    return IdRange{*first, *last};
}

bool is_account_name(std::string_view text) {
    if (text.empty() || text.size() > longest_account) return false;
    if (!is_letter(text[0]) && text[0] != '_') return false;
    if (text.size() > 1 && text.back() == '$') text.remove_suffix(1); // a Samba machine account
    return consists_of(text, "_.@-");
}

} // namespace

std::optional<TextFault> device_path_fault(std::string_view text) {
    if (auto fault = path_fault(text)) return fault;
    if (!text.starts_with("/dev/"))
        return TextFault{"is not below /dev", "name a device node, like /dev/kvm"};
    if (text.find_first_of("*?[") != std::string_view::npos)
        return TextFault{"is a pattern", "name each device node"};
    return std::nullopt;
}

std::optional<TextFault> slice_name_fault(std::string_view text) {
    if (is_slice_name(text)) return std::nullopt;
    const auto named = std::string(text) + std::string(slice_suffix);
    if (text.find('.') == std::string_view::npos && is_slice_name(named))
        return TextFault{"is not the name of a slice unit", "write '" + named + "'"};
    if (text.find('/') != std::string_view::npos)
        return TextFault{"is a path, not the name of a slice unit",
                         "the slice b inside a.slice is written 'a-b.slice'"};
    return TextFault{"is not the name of a slice unit", "write one like 'machine.slice'"};
}

std::optional<TextFault> emulator_glob_fault(std::string_view text) {
    if (auto fault = path_fault(text)) return fault;
    if (text == "/")
        return TextFault{"is not the path of a program", "write one like "
                                                         "/usr/bin/qemu-system-*"};
    if (text.find('\\') != std::string_view::npos)
        return TextFault{"holds a backslash", "patterns know '*', '?' and '[...]' only"};
    if (has_open_bracket(text))
        return TextFault{"has a '[' that is never closed", "close it with ']'"};
    return std::nullopt;
}

std::optional<TextFault> oom_score_fault(std::string_view text) {
    constexpr std::uint64_t most = 1000; // OOM_SCORE_ADJ_MAX of <linux/oom.h>
    const auto value = parse_number(text);
    if (value && *value <= most) return std::nullopt;
    return TextFault{"is more than the kernel takes", "write a number from 0 to 1000"};
}

std::optional<TextFault> directory_fault(std::string_view text) {
    if (auto fault = path_fault(text)) return fault;
    if (text.find_first_of("*?[") != std::string_view::npos)
        return TextFault{"is a pattern", "name the directory: what is below it is meant too"};
    return std::nullopt;
}

std::optional<TextFault> server_fault(std::string_view text) {
    constexpr std::string_view protocols[] = {"nbd://", "http://", "https://", "ftp://", "ftps://"};
    const auto* const protocol = std::ranges::find_if(
        protocols, [&](std::string_view each) { return text.starts_with(each); });
    if (protocol == std::end(protocols))
        return TextFault{"is not the beginning of a disk's URL",
                         "write one like https://images.example/public or nbd://192.0.2.1:10809"};
    const auto server = text.substr(protocol->size());
    if (server.empty() || server[0] == '/')
        return TextFault{"names no server", "write its name or address behind the '//'"};
    if (text.find('@') != std::string_view::npos)
        return TextFault{"holds an '@'", "passwords are not kept for guests"};
    if (text.find_first_of("*?#%") != std::string_view::npos || text.ends_with("/.."))
        return TextFault{"is a pattern", "write a beginning: what follows it is meant too"};
    return std::nullopt;
}

std::optional<TextFault> interface_name_fault(std::string_view text) {
    if (is_interface_name(text)) return std::nullopt;
    return TextFault{"is not the name of a network device", "write one as `ip link` shows it"};
}

std::optional<Account> parse_account(std::string_view text) {
    if (text.starts_with('+')) {
        if (const auto id = parse_id(text.substr(1))) return AccountId{*id};
        return std::nullopt;
    }
    if (text == per_guest) return AccountPerGuest{};
    if (!is_account_name(text)) return std::nullopt;
    return AccountName(text);
}

std::optional<TextFault> account_fault(std::string_view text) {
    if (parse_account(text)) return std::nullopt;
    if (text.starts_with('+'))
        return TextFault{"is not an id", "write '+' and a decimal number from 0 to 4294967294"};
    if (const auto id = parse_id(text))
        return TextFault{"is not a name", "an id is written \"+" + std::to_string(*id) + "\""};
    return TextFault{"is not a valid account name", "write a name, or \"+ID\""};
}

std::optional<TextFault> group_name_fault(std::string_view text) {
    if (text != per_guest && is_account_name(text)) return std::nullopt;
    return TextFault{"is not a valid group name", "write one that getent(1) group knows"};
}

std::optional<TextFault> id_range_fault(std::string_view text) {
    const auto range = ids_in(text);
    if (!range)
        return TextFault{"is not a range of ids", "write two numbers: 2100000000-2100065535"};
    if (range->first > range->last)
        return TextFault{"ends before it begins", "write the smaller number first"};
    if (range->first < first_own_id)
        return TextFault{"has ids of the system's own accounts", "begin at 1000 or above"};
    if (range->first <= last_nobody && range->last >= first_nobody)
        return TextFault{"holds 65534 or 65535, which are nobody's",
                         "write a range on one side of them"};
    return std::nullopt;
}

} // namespace vmwarden::hostpolicy

namespace vmwarden {

std::optional<IdRange> parse_id_range(std::string_view text) {
    if (hostpolicy::id_range_fault(text)) return std::nullopt;
    return hostpolicy::ids_in(text);
}

} // namespace vmwarden
