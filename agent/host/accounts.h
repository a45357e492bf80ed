// SPDX-License-Identifier: LGPL-2.1-or-later
// The policy's user and group, as the host's account data bases (NSS) know them.
#pragma once

#include "src/base/units.h"
#include "src/hostpolicy/host_policy.h"

#include <optional>
#include <string>
#include <vector>

namespace vmwarden::host {

struct IdentityLookup {
    std::optional<Identity> identity;
    std::string error; // every account that is missing, when there is no identity
    std::vector<std::string> missing_groups = {}; // of those besides
};

// `group` is not looked at where each guest has its own: then the ids are those of `guest` in
// `range`, as look_up_guest_id() has them. `besides` are more groups, of those that there are.
struct IdentityQuestion {
    Account user;
    Account group;
    std::vector<std::string> besides = {};
    std::string guest = {};
    IdRange range = {};
};

// A named user brings the supplementary groups that initgroups(3) would give it, the group among
// them; "+ID" is taken as it is and brings none. Blocks on NSS.
IdentityLookup look_up_identity(const IdentityQuestion& question);
// Of accounts alone, and no groups besides.
IdentityLookup look_up_identity(const Account& user, const Account& group);

// "no user 'x'", or why it cannot be looked up; empty where there is one. Likewise for groups.
std::string missing_user(const std::string& name);
std::string missing_group(const std::string& name);

// A user and its primary group; none where there is no such user.
std::optional<Owner> look_up_owner(const std::string& user);

} // namespace vmwarden::host
