// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/supervisor/pipeline.h"

#include "src/domain/domain_xml.h"

namespace vmwarden::supervisor {

Outcome<DefinitionPointer> parse_definition(std::string file, std::string xml) {
    auto read = read_domain(file, xml);
    auto definition = std::make_shared<Definition>();
    definition->source = {std::move(file), std::move(xml)};
    if (!read.definition)
        return invalid_definition(read.diagnostics, Sources(&definition->source, 1));
    definition->guest = std::move(*read.definition);
    return definition;
}

Outcome<LaunchPlan> Pipeline::plan(const Definition& definition) {
    return decide(definition, &Reservations::resolve_only);
}

Outcome<Launched> Pipeline::launch(const Definition& definition) {
    auto plan = decide(definition, &Reservations::resolve_and_take);
    if (auto* failure = std::get_if<Failure>(&plan)) return std::move(*failure);
    auto launched = carry_out(std::get<LaunchPlan>(plan));
    if (std::holds_alternative<Failure>(launched)) reservations_.give_back(definition.guest.name);
    return launched;
}

Launched Pipeline::adopt(executor::RunningGuest guest) {
    reservations_.take(guest.plan);
    return named(std::move(guest));
}

Outcome<LaunchPlan> Pipeline::decide(const Definition& definition, Resolver resolver) {
    const auto policy = read_policy();
    if (policy->origin == PolicySnapshot::Origin::restrictive) return *policy->failure();
    auto facts = effects_.probe(facts_needed(policy->policy, definition.guest));
    auto resolution = (reservations_.*resolver)(policy->policy, definition.guest, std::move(facts));
    if (auto* plan = std::get_if<LaunchPlan>(&resolution)) return std::move(*plan);
    auto sources = policy->files;
    sources.push_back(definition.source);
    return refused(std::get<std::vector<Refusal>>(resolution), sources);
}

Outcome<Launched> Pipeline::carry_out(const LaunchPlan& plan) {
    try {
        return named(effects_.launch(plan));
    } catch (const executor::LaunchError& error) {
        return Failure{Failure::Kind::launch_failed, error.what()};
    } catch (const std::exception& error) {
        return unexpected(error.what(), plan.name);
    }
}

Launched Pipeline::named(executor::RunningGuest guest) {
    const auto identity = guest.plan.process.identity;
    return {std::make_shared<executor::RunningGuest>(std::move(guest)),
            effects_.user_name(identity.uid), effects_.group_name(identity.gid)};
}

} // namespace vmwarden::supervisor
