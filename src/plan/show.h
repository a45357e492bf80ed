// SPDX-License-Identifier: LGPL-2.1-or-later
// LaunchPlan as JSON, for `vmwarden plan --json`, D-Bus and golden tests, and as a page to read.
#pragma once

#include "src/plan/launch_plan.h"

#include <nlohmann/json_fwd.hpp>

namespace vmwarden::plan {

// Keys are the field names in their order; enumerations, signals and resource limits are their
// words, an unlimited limit is "infinity", a umask and a UUID the text people write. What is absent
// (a file without a new owner) has no key: D-Bus knows no null.
nlohmann::ordered_json to_json(const LaunchPlan& plan);

// The plan as a person reads it: sections, one decision a line with the policy line that made it,
// the command line broken at its options and quoted as a shell reads it back.
std::string to_text(const LaunchPlan& plan);
// The same page from the JSON alone, for who got it over D-Bus. Control characters are shown as
// '?'. Keys that are missing or of another type leave their place empty; never throws on content.
std::string text_of(const nlohmann::ordered_json& plan);

// "SIGWINCH", "core", ...; the number as text where there is no word for it.
std::string signal_word(int number);
std::string resource_word(int resource);

} // namespace vmwarden::plan
