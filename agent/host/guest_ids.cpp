// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/guest_ids.h"

#include "agent/host/lines.h"
#include "agent/host/read_text.h"

#include <cerrno>
#include <cstring>
#include <set>

namespace vmwarden::host {

namespace {

constexpr std::string_view first_line = "vmwarden-guest-ids 1";
constexpr std::string_view last_line = "end";
constexpr std::size_t longest_name = 255;

bool is_word(std::string_view text) {
    if (text.empty() || text.size() > longest_name) return false;
    for (const char c : text)
        if (c <= ' ' || c == 0x7f) return false;
    return true;
}

bool take_line(std::string_view line, GuestIds& ids, std::set<std::uint32_t>& taken) {
    const auto space = line.find(' ');
    if (space == std::string_view::npos) return false;
    const auto id = parse_number(line.substr(0, space));
    const auto name = line.substr(space + 1);
    if (!id || *id == 0 || *id >= UINT32_MAX || !is_word(name)) return false;
    const auto number = static_cast<std::uint32_t>(*id);
    return taken.insert(number).second && ids.emplace(name, number).second;
}

std::optional<std::uint32_t> first_free(const GuestIds& ids, IdRange range) {
    std::set<std::uint32_t> taken;
    for (const auto& [name, id] : ids)
        taken.insert(id);
    for (std::uint64_t id = range.first; id <= range.last; ++id)
        if (!taken.contains(static_cast<std::uint32_t>(id))) return static_cast<std::uint32_t>(id);
    return std::nullopt;
}

} // namespace

std::string encode(const GuestIds& ids) {
    std::string text(first_line);
    text += "\n";
    for (const auto& [name, id] : ids)
        text += std::to_string(id) + " " + name + "\n";
    return text + std::string(last_line) + "\n";
}

std::optional<GuestIds> decode_guest_ids(std::string_view text) {
    GuestIds ids;
    std::set<std::uint32_t> taken;
    bool good = text.ends_with("\n");
    std::size_t line = 0;
    bool ended = false;
    for_each_line(text, [&](std::string_view each) {
        if (!good || ended)
            good = false;
        else if (line++ == 0)
            good = each == first_line;
        else if (each == last_line)
            ended = true;
        else
            good = ids.size() < most_guest_ids && take_line(each, ids, taken);
    });
    if (!good || !ended) return std::nullopt;
    return ids;
}

GuestIdLookup look_up_guest_id(const std::string& guest, IdRange range,
                               const std::string& directory) {
    if (range.first == 0) return {std::nullopt, "there is no range of ids"}; // root is nobody's own
    const auto path = directory + "/" + guest_ids_file;
    const auto text = read_text(path);
    if (!text && errno == EACCES) return {range.first, {}};
    if (!text && errno != ENOENT) return {std::nullopt, path + ": " + std::strerror(errno)};
    const auto ids = text ? decode_guest_ids(*text) : GuestIds();
    if (!ids) return {std::nullopt, path + " is damaged"};
    if (const auto found = ids->find(guest);
        found != ids->end() && found->second >= range.first && found->second <= range.last)
        return {found->second, {}};
    if (const auto id = first_free(*ids, range)) return {id, {}};
    return {std::nullopt, "all ids from " + std::to_string(range.first) + " to " +
                              std::to_string(range.last) + " are taken"};
}

} // namespace vmwarden::host
