// SPDX-License-Identifier: LGPL-2.1-or-later
// What running guests hold against each other: SELinux category pairs, images, ports, vsock
// addresses, names of network devices. One lock covers
// looking, resolving and taking, so that two guests starting at once never get the same.
#pragma once

#include "src/hostfacts/host_facts.h"
#include "src/plan/launch_plan.h"
#include "src/resolve/resolve.h"

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace vmwarden::supervisor {

class Reservations {
  public:
    // Resolves with the facts completed by what other guests hold; a plan's pair, images and port
    // are taken for its guest at once. Any thread.
    Resolution resolve_and_take(const HostPolicy& policy, const GuestDefinition& definition,
                                HostFacts facts);
    // The same without taking anything.
    Resolution resolve_only(const HostPolicy& policy, const GuestDefinition& definition,
                            HostFacts facts);
    // Of a guest that runs already.
    void take(const LaunchPlan& plan);
    void give_back(const std::string& guest);
    // Of all guests.
    std::set<FileId> files();

  private:
    struct Held {
        CategoryPair categories;       // 0, 0: none
        std::map<FileId, bool> images; // true: exclusively
        std::optional<std::uint16_t> port;
        std::optional<std::uint32_t> vsock_cid;
        std::vector<std::string> networks = {}; // devices by name
    };
    std::mutex mutex_;
    std::map<std::string, Held> held_; // by guest

    void complete(HostFacts& facts, const std::string& but) const;
    void take_locked(const LaunchPlan& plan);
};

} // namespace vmwarden::supervisor
