// SPDX-License-Identifier: LGPL-2.1-or-later
// A policy file that is in force for some time without lying on disk (docs/adr/0019).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace vmwarden::supervisor {

// A text and the name it is to have in the administrator's directory.
struct PolicyCandidate {
    std::string name; // "60-site.yaml"
    std::string text;
    std::string shown_as; // what diagnostics call it; empty: the path it is to have
};

// The bounds of Policy.Try.
constexpr std::chrono::seconds shortest_trial{1};
constexpr std::chrono::seconds longest_trial{24 * 3600};

struct TrialTerm {
    std::uint64_t until_usec = 0; // CLOCK_REALTIME, for people; tells trials apart
    std::chrono::steady_clock::time_point deadline; // what counts
};

// `length` from now on.
TrialTerm trial_term(std::chrono::seconds length);

} // namespace vmwarden::supervisor
