// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/executor/applied_accounts.h"

#include "agent/host/lines.h"

#include <algorithm>
#include <limits>

namespace vmwarden::executor {
namespace {

constexpr std::string_view first_line = "vmwarden-owners 1";
constexpr std::string_view last_line = "end";
constexpr std::string_view key = "account ";
constexpr std::size_t most_accounts = 64;

// 4294967295 is no id: chown(2) takes it for "leave it".
std::optional<std::uint32_t> id_in(std::string_view text) {
    const auto number = parse_number(text);
    if (!number || *number >= std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
    return static_cast<std::uint32_t>(*number);
}

std::optional<Owner> account_in(std::string_view line) {
    if (!line.starts_with(key)) return std::nullopt;
    line.remove_prefix(key.size());
    const auto space = line.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    const auto uid = id_in(line.substr(0, space));
    const auto gid = id_in(line.substr(space + 1));
    if (!uid || !gid) return std::nullopt;
    return Owner{Uid{*uid}, Gid{*gid}};
}

// Whether what bears this id follows; 0 is the administrator's wherever those may have files.
template <class Id>
bool follows(Id id, Id Owner::*member, const Giving& giving, bool guests_own) {
    if (id.value == 0 && !guests_own) return false;
    return std::any_of(giving.before.begin(), giving.before.end(),
                       [&](const Owner& account) { return account.*member == id; });
}

} // namespace

std::string encode(const std::vector<Owner>& accounts) {
    std::string text(first_line);
    text += "\n";
    for (const Owner& account : accounts)
        text += std::string(key) + std::to_string(account.uid.value) + " " +
                std::to_string(account.gid.value) + "\n";
    return text + std::string(last_line) + "\n";
}

std::optional<std::vector<Owner>> decode_accounts(std::string_view text) {
    std::vector<std::string_view> lines;
    host::for_each_line(text, [&](std::string_view line) { lines.push_back(line); });
    if (lines.size() < 2 || lines.front() != first_line || lines.back() != last_line)
        return std::nullopt;
    std::vector<Owner> accounts;
    for (std::size_t i = 1; i + 1 < lines.size(); ++i) {
        const auto account = account_in(lines[i]);
        if (!account) return std::nullopt;
        accounts.push_back(*account);
    }
    return accounts;
}

std::vector<Owner> with_account(std::vector<Owner> accounts, const Owner& now) {
    std::erase(accounts, now);
    if (accounts.size() >= most_accounts)
        accounts.erase(accounts.begin(), accounts.end() - (most_accounts - 1));
    accounts.push_back(now);
    return accounts;
}

Verdict judge(const OwnedEntry& entry, const Giving& giving, bool guests_own) {
    if (entry.kind == OwnedEntry::Kind::other) return {};
    if (!follows(entry.owner.uid, &Owner::uid, giving, guests_own)) return {};
    Owner owner{giving.now.uid, entry.owner.gid};
    if (follows(entry.owner.gid, &Owner::gid, giving, guests_own)) owner.gid = giving.now.gid;
    if (owner == entry.owner) return {};
    if (giving.in_use.count(entry.id) != 0) return {Verdict::Kind::in_use, {}};
    if (entry.kind == OwnedEntry::Kind::file && entry.names > 1)
        return {Verdict::Kind::many_names, {}};
    return {Verdict::Kind::give, owner};
}

} // namespace vmwarden::executor
