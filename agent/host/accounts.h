// SPDX-License-Identifier: LGPL-2.1-or-later
// The policy's user and group, as the host's account data bases (NSS) know them.
#pragma once

#include "src/base/units.h"
#include "src/hostpolicy/host_policy.h"

#include <optional>
#include <string>

namespace vmwarden::host {

struct IdentityLookup {
    std::optional<Identity> identity;
    std::string error; // every account that is missing, when there is no identity
};

// A named user brings the supplementary groups that initgroups(3) would give it, the group among
// them; "+ID" is taken as it is and brings none. Blocks on NSS.
IdentityLookup look_up_identity(const Account& user, const Account& group);

// "no user 'x'", or why it cannot be looked up; empty where there is one. Likewise for groups.
std::string missing_user(const std::string& name);
std::string missing_group(const std::string& name);

// A user and its primary group; none where there is no such user.
std::optional<Owner> look_up_owner(const std::string& user);

} // namespace vmwarden::host
