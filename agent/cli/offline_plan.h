// SPDX-License-Identifier: LGPL-2.1-or-later
// `plan --offline`: the same decisions without the agent, from what this process can see itself.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace vmwarden::cli {

struct DomainFile {
    std::string name; // as diagnostics call it
    std::string xml;
};

// Reads a domain XML file or "-". A text that D-Bus cannot carry, or that is over the limit, is
// refused here in the words the agent would use; everything else is the reader's to judge.
DomainFile read_domain_file(const std::string& file);

// Policy below `root`, the file's definition, this host's facts: the plan. Which categories and
// images running guests use is not known without the agent. Throws Failure with every diagnostic or
// refusal.
nlohmann::ordered_json offline_plan(const std::string& file, const std::string& root);

} // namespace vmwarden::cli
