// SPDX-License-Identifier: LGPL-2.1-or-later
// What a directory of tests/golden/plans decides a plan from: policy.yaml, domain.xml, facts.json.
#pragma once

#include "src/domain/guest_definition.h"
#include "src/hostfacts/host_facts.h"
#include "src/hostpolicy/host_policy.h"

#include <filesystem>
#include <string>

namespace vmwarden::tests {

struct Inputs {
    std::string policy_text, domain_text;
    HostPolicy policy;
    GuestDefinition definition;
    HostFacts facts;
};

// Both throw std::runtime_error, with the diagnostics of what is no policy or definition.
Inputs read_inputs(const std::filesystem::path& directory);
std::string text_of(const std::filesystem::path& file);

} // namespace vmwarden::tests
