// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/accounts.h"

#include "agent/host/guest_ids.h"
#include "src/base/text.h"

#include <algorithm>
#include <cerrno>
#include <grp.h>
#include <limits>
#include <pwd.h>
#include <system_error>
#include <vector>

namespace vmwarden::host {

namespace {

// (uid_t)-1 means "leave it" to the kernel.
constexpr std::uint32_t reserved_id = std::numeric_limits<std::uint32_t>::max();

constexpr std::size_t max_entry_bytes = std::size_t{16} * 1024 * 1024;

// What a look-up gave: an entry, an error number, or 0 for "no such account". Some modules of NSS
// answer an absent name with one of the errors that getpwnam(3) lists; they mean the same.
template <class Entry>
struct Found {
    std::optional<Entry> entry;
    int error = 0;
};

bool means_absent(int error) {
    return error == 0 || error == ENOENT || error == ESRCH || error == EBADF || error == EPERM;
}

// Calls get*nam_r with a buffer that grows until the entry fits. `take` copies out of the entry
// what must outlive the buffer.
template <class Record, class Get, class Take>
auto look_up(const std::string& name, Get get, Take take)
    -> Found<decltype(take(std::declval<const Record&>()))> {
    for (std::size_t room = 1024; room <= max_entry_bytes; room *= 4) {
        std::vector<char> buffer(room);
        Record record{};
        Record* found = nullptr;
        const int error = get(name.c_str(), &record, buffer.data(), buffer.size(), &found);
        if (error == ERANGE) continue;
        if (found) return {take(*found), 0};
        return {std::nullopt, means_absent(error) ? 0 : error};
    }
    return {std::nullopt, ERANGE};
}

Found<Owner> user_named(const std::string& name) {
    return look_up<passwd>(name, ::getpwnam_r, [](const passwd& entry) {
        return Owner{Uid{entry.pw_uid}, Gid{entry.pw_gid}};
    });
}

Found<Gid> group_named(const std::string& name) {
    return look_up<group>(name, ::getgrnam_r, [](const group& entry) { return Gid{entry.gr_gid}; });
}

Found<Uid> uid_of(const Account& user) {
    if (const auto* id = std::get_if<AccountId>(&user)) return {Uid{id->value}, 0};
    const auto found = user_named(account_text(user));
    if (!found.entry) return {std::nullopt, found.error};
    return {found.entry->uid, 0};
}

Found<Gid> gid_of(const Account& group) {
    if (const auto* id = std::get_if<AccountId>(&group)) return {Gid{id->value}, 0};
    return group_named(account_text(group));
}

std::vector<Gid> groups_of(const std::string& user, Gid group) {
    int count = 64;
    std::vector<gid_t> ids;
    do {
        // Too small a buffer fails and says how many there are; they may grow meanwhile.
        ids.resize(static_cast<std::size_t>(count));
    } while (::getgrouplist(user.c_str(), group.value, ids.data(), &count) < 0);
    ids.resize(static_cast<std::size_t>(count));
    std::vector<Gid> groups;
    for (const gid_t id : ids)
        groups.push_back(Gid{id});
    std::sort(groups.begin(), groups.end());
    groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
    return groups;
}

// "no user 'qemu'", "cannot look up user 'qemu': Input/output error".
std::string complaint(const std::string& kind, const Account& account, int error) {
    const std::string name = kind + " '" + printable(account_text(account)) + "'";
    if (error == 0) return "no " + name;
    return "cannot look up " + name + ": " + std::generic_category().message(error);
}

std::string joined(const std::string& first, const std::string& second) {
    if (first.empty() || second.empty()) return first + second;
    return first + " and " + second;
}

IdentityLookup identity_of_guest(const IdentityQuestion& question) {
    const auto found = look_up_guest_id(question.guest, question.range);
    if (!found.id) return {std::nullopt, found.error};
    return {Identity{Uid{*found.id}, Gid{*found.id}, {}}, {}};
}

void add_groups(const std::vector<std::string>& names, IdentityLookup& to) {
    auto& groups = to.identity->groups;
    for (const auto& name : names) {
        const auto found = group_named(name);
        if (found.entry)
            groups.push_back(*found.entry);
        else
            to.missing_groups.push_back(name);
    }
    std::sort(groups.begin(), groups.end());
    groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
}

} // namespace

IdentityLookup look_up_identity(const Account& user, const Account& group) {
    const auto uid = uid_of(user);
    const auto gid = gid_of(group);
    IdentityLookup result;
    const bool bad_user = !uid.entry || uid.entry->value == reserved_id;
    const bool bad_group = !gid.entry || gid.entry->value == reserved_id;
    if (bad_user || bad_group) {
        result.error = joined(bad_user ? complaint("user", user, uid.error) : std::string{},
                              bad_group ? complaint("group", group, gid.error) : std::string{});
        return result;
    }
    result.identity = Identity{*uid.entry, *gid.entry, {}};
    if (const auto* name = std::get_if<AccountName>(&user))
        result.identity->groups = groups_of(*name, *gid.entry);
    return result;
}

IdentityLookup look_up_identity(const IdentityQuestion& question) {
    auto result = std::holds_alternative<AccountPerGuest>(question.user)
                      ? identity_of_guest(question)
                      : look_up_identity(question.user, question.group);
    if (result.identity) add_groups(question.besides, result);
    return result;
}

std::string missing_user(const std::string& name) {
    const auto found = user_named(name);
    return found.entry ? std::string() : complaint("user", name, found.error);
}

std::string missing_group(const std::string& name) {
    const auto found = group_named(name);
    return found.entry ? std::string() : complaint("group", name, found.error);
}

std::optional<Owner> look_up_owner(const std::string& user) {
    return user_named(user).entry;
}

} // namespace vmwarden::host
