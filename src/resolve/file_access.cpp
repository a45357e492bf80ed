// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/base/text.h"
#include "src/resolve/file_case.h"
#include "src/resolve/wishes.h"

namespace vmwarden::resolving {

namespace {

// An owner under whom the permission bits give what is needed, changing as little as will do. For a
// read-only medium that is the group: an owner could give itself the right to write.
std::optional<Owner> sufficient_owner(const FileCase& c) {
    const auto& identity = c.draft.plan.process.identity;
    const unsigned need = c.writes() ? 6 : 4;
    const bool by_group = (c.fact.mode >> 3 & need) == need && c.fact.owner.uid != identity.uid;
    if (!c.writes() && by_group) return Owner{c.fact.owner.uid, identity.gid};
    if ((c.fact.mode >> 6 & need) == need) return Owner{identity.uid, identity.gid};
    return std::nullopt;
}

// People expect root to pass over owners and modes; a guest's root cannot.
std::string why_not_even_root(const FileCase& c) {
    if (c.draft.plan.process.identity.uid != Uid{0}) return {};
    const auto& owner = c.fact.owner;
    return ", which belongs to " + std::to_string(owner.uid.value) + ":" +
           std::to_string(owner.gid.value) + ": guests that run as root have no capabilities";
}

std::string granting_command(const FileCase& c) {
    const auto& account = c.draft.policy.user.value;
    const auto& uid = c.draft.plan.process.identity.uid;
    const auto user = std::holds_alternative<AccountName>(account) ? account_text(account)
                                                                   : std::to_string(uid.value);
    return "setfacl -m u:" + user + (c.writes() ? ":rw " : ":r ") + shell_quoted(c.wanted.path);
}

} // namespace

bool is_reachable(FileCase& c) {
    for (const auto& parent : c.fact.parents) {
        if (parent.searchable) continue;
        c.refuse("the guest's user " + c.draft.user_text() + " may not search the directory " +
                     parent.path + ", so it cannot reach '" + c.wanted.path + "'",
                 "run: chmod o+x " + shell_quoted(parent.path));
        return false;
    }
    return true;
}

bool gets_access(FileCase& c) {
    if (c.fact.guest_can_read && (!c.writes() || c.fact.guest_can_write)) return true;
    const auto what = "the guest's user " + c.draft.user_text() + " may not " +
                      (c.writes() ? "read and write '" : "read '") + c.wanted.path + "'" +
                      why_not_even_root(c);
    if (label_of(c.wanted.labels, LabelModel::dac) != nullptr) {
        c.refuse(what + ", and its <seclabel> forbids changing its owner",
                 "run: " + granting_command(c) + "; or remove <seclabel model='dac'>");
        return false;
    }
    if (c.wanted.keeps_owner) {
        c.refuse(what + ", whose owner is not changed: others use it as well",
                 "run: " + granting_command(c));
        return false;
    }
    const auto& dynamic = c.draft.policy.dynamic_ownership;
    if (!dynamic.value) {
        c.deny(dynamic.origin, what + ", and the policy forbids changing its owner",
               "run: " + granting_command(c) + "; or change " +
                   policy_line("dynamic_ownership", dynamic.origin));
        return false;
    }
    const auto owner = sufficient_owner(c);
    if (!owner || *owner == c.fact.owner) {
        c.refuse(what + ", nor would it as its owner", std::string("run: chmod ") +
                                                           (c.writes() ? "u+rw " : "u+r ") +
                                                           shell_quoted(c.wanted.path));
        return false;
    }
    c.grant.owner = owner;
    return true;
}

// Read-only media that stay as they are do no harm.
bool is_no_trap(FileCase& c) {
    const bool relabelled = !c.grant.label.empty() && c.grant.label != c.fact.label;
    if (c.fact.error.empty() || (!c.writes() && !c.grant.owner && !relabelled)) return true;
    c.refuse(c.fact.error + ": '" + c.wanted.path + "' may be a trap",
             "name " + shell_quoted(c.fact.resolved) + " in " + c.wanted.element +
                 " if that is the file that is meant, or let root make the link");
    return false;
}

} // namespace vmwarden::resolving
