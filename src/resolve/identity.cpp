// SPDX-License-Identifier: LGPL-2.1-or-later
// Whom the guest runs as, and whom its shim.
#include "src/resolve/steps.h"
#include "src/resolve/wishes.h"

#include <algorithm>

namespace vmwarden::resolving {

namespace {

std::string account_line(const Account& account, std::string_view kind, std::uint32_t id) {
    const auto number = std::string(kind) + " " + std::to_string(id);
    if (std::holds_alternative<AccountPerGuest>(account)) return number + ", the guest's own";
    if (std::holds_alternative<AccountId>(account)) return number;
    return account_text(account) + " (" + number + ")";
}

void check_own_account(Draft& draft) {
    const auto* label = label_of(draft.definition, LabelModel::dac);
    const auto& permission = draft.policy.static_labels;
    if (label == nullptr || label->type != LabelType::fixed) return;
    if (permission.value == Permission::deny)
        draft.deny("identity", label->place, permission.origin,
                   "the guest names its user, and the policy does not let it",
                   "remove <seclabel>, or change " +
                       policy_line("static_labels", permission.origin));
}

void refuse_without_own_id(Draft& draft) {
    const auto& ids = draft.policy.per_guest_ids;
    draft.refuse("identity", draft.policy.user.origin.place,
                 "the guest gets no id of its own: " + draft.facts.identity_error,
                 "remove what guests of earlier days have left, widen " +
                     policy_line("per_guest_ids", ids.origin) + ", or change " +
                     policy_line("user", draft.policy.user.origin));
}

// Those that the host lacks are left out.
void note_groups(Draft& draft) {
    const auto& wanted = draft.policy.supplementary_groups;
    const auto& missing = draft.facts.missing_groups;
    std::string there;
    std::string absent;
    for (const auto& group : wanted.value) {
        auto& list = std::ranges::find(missing, group.value) == missing.end() ? there : absent;
        list += (list.empty() ? "" : ", ") + group.value;
    }
    if (!absent.empty()) absent = (there.empty() ? "none: " : "; ") + absent + " not on this host";
    if (!wanted.value.empty())
        draft.decide("supplementary groups", there + absent, wanted.origin.text());
}

void choose_guest_account(Draft& draft) {
    const auto& policy = draft.policy;
    check_own_account(draft);
    if (!draft.facts.identity && has_own_id(policy)) return refuse_without_own_id(draft);
    if (!draft.facts.identity) {
        const auto& error = draft.facts.identity_error;
        draft.refuse("identity", policy.user.origin.place,
                     "the account that guests run as cannot be used: " +
                         (error.empty() ? account_text(policy.user.value) + " is unknown" : error),
                     "create it with systemd-sysusers, or change " +
                         policy_line("user", policy.user.origin) + " or " +
                         policy_line("group", policy.group.origin));
        return;
    }
    const auto& identity = *draft.facts.identity;
    draft.plan.process.identity = identity;
    draft.decide("user", account_line(policy.user.value, "uid", identity.uid.value),
                 policy.user.origin.text());
    const auto& group = has_own_id(policy) ? policy.user : policy.group;
    draft.decide("group", account_line(group.value, "gid", identity.gid.value),
                 group.origin.text());
    note_groups(draft);
    if (identity.uid == Uid{0} && policy.user.origin.kind == Origin::Kind::definition)
        return draft.deny("identity", policy.user.origin.place, policy.user.origin,
                          "a guest cannot ask to run as root",
                          "remove <seclabel model='dac'>; the policy's `user` can be root");
    if (identity.uid == Uid{0})
        draft.decide("root", "without capabilities: reaches what root owns or all may use, no more",
                     policy.user.origin.text());
}

void choose_shim_account(Draft& draft) {
    const auto& account = draft.facts.shim_account;
    if (!account)
        return draft.refuse("identity", {}, "the shim's user 'vmwarden' does not exist",
                            "run systemd-sysusers, which creates it as installed");
    if (account->uid == Uid{0})
        return draft.refuse("identity", {}, "the shim's user 'vmwarden' is root",
                            "give it an own uid: the shim stays without privilege");
    const auto& identity = draft.facts.identity;
    if (identity && identity->uid == account->uid) // the guest could trace and kill its shim
        return draft.deny("identity", draft.policy.user.origin.place, draft.policy.user.origin,
                          "guests may not run as the shim's own user 'vmwarden'",
                          "change " + policy_line("user", draft.policy.user.origin));
    draft.plan.shim.account = *account;
}

} // namespace

void choose_identity(Draft& draft) {
    choose_guest_account(draft);
    choose_shim_account(draft);
}

} // namespace vmwarden::resolving
