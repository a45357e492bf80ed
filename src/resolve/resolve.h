// SPDX-License-Identifier: LGPL-2.1-or-later
// (HostPolicy, GuestDefinition, HostFacts) -> LaunchPlan, or every reason why not. Pure.
#pragma once

#include "src/domain/guest_definition.h"
#include "src/hostfacts/host_facts.h"
#include "src/hostpolicy/host_policy.h"
#include "src/plan/launch_plan.h"

#include <string>
#include <variant>
#include <vector>

namespace vmwarden {

// What the policy's rules look at.
GuestTraits traits_of(const GuestDefinition& definition);

// What must be known of the host before a guest can be resolved.
struct FactsRequest {
    Account user;
    Account group;
    std::vector<std::string> files; // all paths whose FileFact resolve() will ask for
    bool operator==(const FactsRequest&) const = default;
};

// `policy` is the host's: the rules that are for this guest are applied first, here and in resolve().
FactsRequest facts_needed(const HostPolicy& policy, const GuestDefinition& definition);

// Why a guest may not start as asked. `denied` tells a policy's no from a host that cannot.
struct Refusal {
    enum class Kind { denied, impossible };
    Kind kind = Kind::impossible;
    std::string step;      // short name: "emulator", "disk hda", "identity", "selinux"
    Diagnostic diagnostic; // place: the line of definition or policy in question
    bool operator==(const Refusal&) const = default;
};

using Resolution = std::variant<LaunchPlan, std::vector<Refusal>>;

// A file that facts does not know counts as one that cannot be examined.
Resolution resolve(const HostPolicy& policy, const GuestDefinition& definition,
                   const HostFacts& facts);

// The definition's UUID, or one derived from its name and HostFacts::host_uuid: the same at every
// start, because guests see it (SMBIOS, and through it MAC addresses), and another on another host.
Uuid guest_uuid(const GuestDefinition& definition, const Uuid& host);

} // namespace vmwarden
