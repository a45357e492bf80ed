// SPDX-License-Identifier: LGPL-2.1-or-later
// From a definition to a plan and on to a running guest: policy, probe, resolve, launch. Blocks;
// worker threads.
#pragma once

#include "agent/supervisor/effects.h"
#include "agent/supervisor/failure.h"
#include "agent/supervisor/policy_store.h"
#include "agent/supervisor/reservations.h"
#include "src/domain/guest_definition.h"
#include "src/resolve/explain_device.h"

#include <functional>
#include <memory>

namespace vmwarden::supervisor {

// A definition and the text it came from.
struct Definition {
    PolicyFile source; // `name` is what diagnostics call the text
    GuestDefinition guest;
};
using DefinitionPointer = std::shared_ptr<const Definition>;

Outcome<DefinitionPointer> parse_definition(std::string file, std::string xml);
// Refuses what no host could start.
Outcome<DefinitionPointer> check_definition(Outcome<DefinitionPointer> parsed);

struct Launched {
    std::shared_ptr<executor::RunningGuest> guest;
    std::string user;
    std::string group;
};

class Pipeline {
  public:
    // `seen` as PolicyStore's.
    Pipeline(Effects& effects, std::function<void(PolicyPointer)> seen)
      : effects_(effects)
      , policies_(effects, std::move(seen)) {}

    Outcome<LaunchPlan> plan(const Definition& definition);
    // The same under another policy, and for a guest that runs as if it had ended.
    Outcome<LaunchPlan> plan_under(const PolicySnapshot& policy, const Definition& definition);
    // On failure nothing of the guest is left and nothing is reserved for it.
    Outcome<Launched> launch(const Definition& definition);
    // Of a guest that was running when the agent started.
    Launched adopt(executor::RunningGuest guest);

    // What the filter in `plan` says to the device at a path.
    Outcome<DeviceExplanation> explain_device(const Definition& definition, const LaunchPlan& plan,
                                              const std::string& path);

    PolicyPointer read_policy() { return policies_.refresh(); }
    PolicyStore& policies() { return policies_; }
    PolicyPointer policy_in_force() { return policies_.current(); }
    Reservations& reservations() { return reservations_; }

  private:
    Effects& effects_;
    PolicyStore policies_;
    Reservations reservations_;

    using Resolver = Resolution (Reservations::*)(const HostPolicy&, const GuestDefinition&,
                                                  HostFacts);
    Outcome<LaunchPlan> decide(const Definition& definition, Resolver resolver);
    HostFacts facts_for_launch(FactsRequest request);
    static Outcome<LaunchPlan> outcome_of(Resolution resolution, const PolicySnapshot& policy,
                                          const Definition& definition);
    Outcome<LaunchPlan> with_devices(const Definition& definition, const LaunchPlan& plan);
    Outcome<LaunchPlan> with_new_files(const Definition& definition, const LaunchPlan& plan);
    Outcome<Launched> carry_out(const LaunchPlan& plan);
    Launched named(executor::RunningGuest guest);
};

} // namespace vmwarden::supervisor
