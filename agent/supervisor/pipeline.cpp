// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/supervisor/pipeline.h"

#include "agent/host/guest_access.h"
#include "src/base/text.h"
#include "src/domain/domain_xml.h"

#include <unistd.h>

namespace vmwarden::supervisor {

namespace {

// A file as it will be when the guest has ended. What the guest's user may then do to it
// follows from the mode alone: a file that its access list opened was never given to the user.
void give_back(const executor::FileClaim& claim, const std::optional<Identity>& identity,
               FileFact& fact) {
    if (!claim.set_label.empty()) fact.label = claim.original.label;
    if (!claim.set_owner) return;
    fact.owner = claim.original.owner;
    fact.mode = claim.original.mode & 0777U;
    const auto may = [&](int mode) {
        return identity && host::mode_bits_allow(*identity, fact.owner, fact.mode, mode);
    };
    fact.guest_can_read = may(R_OK);
    fact.guest_can_write = may(W_OK);
}

} // namespace

Outcome<DefinitionPointer> parse_definition(std::string file, std::string xml) {
    auto read = read_domain(file, xml);
    auto definition = std::make_shared<Definition>();
    definition->source = {std::move(file), std::move(xml)};
    if (!read.definition)
        return invalid_definition(read.diagnostics, Sources(&definition->source, 1));
    definition->guest = std::move(*read.definition);
    return definition;
}

Outcome<DefinitionPointer> check_definition(Outcome<DefinitionPointer> parsed) {
    const auto* definition = std::get_if<DefinitionPointer>(&parsed);
    if (definition == nullptr) return parsed;
    const auto found = impossible((*definition)->guest);
    if (found.has_errors()) return invalid_definition(found, Sources(&(*definition)->source, 1));
    return parsed;
}

Outcome<LaunchPlan> Pipeline::plan(const Definition& definition) {
    return decide(definition, &Reservations::resolve_only);
}

Outcome<Launched> Pipeline::launch(const Definition& definition) {
    auto plan = decide(definition, &Reservations::resolve_and_take);
    if (const auto* first = std::get_if<LaunchPlan>(&plan);
        first != nullptr && !first->new_files.empty())
        plan = with_new_files(definition, *first);
    if (const auto* next = std::get_if<LaunchPlan>(&plan);
        next != nullptr && plan::takes_devices(*next))
        plan = with_devices(definition, *next);
    if (auto* failure = std::get_if<Failure>(&plan)) return std::move(*failure);
    auto launched = carry_out(std::get<LaunchPlan>(plan));
    if (std::holds_alternative<Failure>(launched)) reservations_.give_back(definition.guest.name);
    return launched;
}

// Once they are there, they are files of the guest's like all others.
Outcome<LaunchPlan> Pipeline::with_new_files(const Definition& definition, const LaunchPlan& plan) {
    // What the first plan took is the second one's to take.
    reservations_.give_back(plan.name);
    try {
        for (const auto& file : plan.new_files)
            effects_.make_new_file(file);
    } catch (const executor::LaunchError& error) {
        return Failure{Failure::Kind::launch_failed, error.what()};
    }
    auto made = decide(definition, &Reservations::resolve_and_take);
    const auto* second = std::get_if<LaunchPlan>(&made);
    if (second == nullptr || second->new_files.empty()) return made;
    reservations_.give_back(plan.name);
    return Failure{Failure::Kind::launch_failed,
                   second->new_files.front().path + " went away as soon as it was made"};
}

// Their groups have nodes then, which the guest is given like all others.
Outcome<LaunchPlan> Pipeline::with_devices(const Definition& definition, const LaunchPlan& plan) {
    try {
        effects_.take_devices(plan);
    } catch (const std::exception& error) {
        reservations_.give_back(plan.name);
        return Failure{Failure::Kind::launch_failed, error.what()};
    }
    auto made = decide(definition, &Reservations::resolve_and_take);
    const auto* second = std::get_if<LaunchPlan>(&made);
    if (second != nullptr && !plan::takes_devices(*second)) return made;
    std::vector<std::string> log;
    effects_.give_back_devices(plan.name, log);
    reservations_.give_back(plan.name);
    if (second == nullptr && log.empty()) return made;
    std::string message = second == nullptr
                              ? std::get<Failure>(made).message
                              : "the host's drivers have taken the guest's devices back at once";
    for (const auto& line : log)
        message += "; besides, " + line;
    return Failure{Failure::Kind::launch_failed, message};
}

Launched Pipeline::adopt(executor::RunningGuest guest) {
    reservations_.take(guest.plan);
    return named(std::move(guest));
}

Outcome<DeviceExplanation> Pipeline::explain_device(const Definition& definition,
                                                    const LaunchPlan& plan,
                                                    const std::string& path) {
    const auto refuse = [&](const std::string& why) {
        return Failure{Failure::Kind::invalid_argument, "'" + printable(path) + "' " + why};
    };
    if (!path.starts_with('/')) return refuse("is no absolute path; name a node like /dev/sdb");
    const auto policy = policy_for(policy_in_force()->policy, traits_of(definition.guest));
    const auto facts = effects_.probe({policy.user.value, policy.group.value, {path}});
    const auto found = facts.files.find(path);
    if (found == facts.files.end() || found->second.state == FileFact::State::absent)
        return refuse("is not on this host");
    const auto& node = found->second;
    if (node.state == FileFact::State::unreadable)
        return refuse("cannot be examined: " + node.error);
    if (node.type != FileType::block && node.type != FileType::character)
        return refuse("is no device node; the device filter is not asked about it");
    return vmwarden::explain_device(policy, plan, path, node);
}

Outcome<LaunchPlan> Pipeline::decide(const Definition& definition, Resolver resolver) {
    const auto policy = read_policy();
    if (policy->nothing_starts()) return *policy->failure();
    auto request = facts_needed(policy->policy, definition.guest);
    auto facts = resolver == &Reservations::resolve_and_take ? facts_for_launch(std::move(request))
                                                             : effects_.probe(request);
    auto resolution = (reservations_.*resolver)(policy->policy, definition.guest, std::move(facts));
    return outcome_of(std::move(resolution), *policy, definition);
}

// The id that a guest would get is its own from here on.
HostFacts Pipeline::facts_for_launch(FactsRequest request) {
    std::string error;
    if (std::holds_alternative<AccountPerGuest>(request.user)) try {
            const AccountId id{effects_.give_guest_id(request.guest, request.per_guest_ids)};
            request.user = request.group = id;
        } catch (const std::exception& reason) {
            error = reason.what();
        }
    auto facts = effects_.probe(request);
    if (error.empty()) return facts;
    facts.identity.reset();
    facts.identity_error = error;
    return facts;
}

Outcome<LaunchPlan> Pipeline::plan_under(const PolicySnapshot& policy,
                                         const Definition& definition) {
    auto facts = effects_.probe(facts_needed(policy.policy, definition.guest));
    for (const auto& claim : effects_.sole_claims(definition.guest.name))
        for (auto& [path, fact] : facts.files)
            if (fact.state == FileFact::State::present && fact.id == claim.original.id)
                give_back(claim, facts.identity, fact);
    return outcome_of(reservations_.resolve_only(policy.policy, definition.guest, std::move(facts)),
                      policy, definition);
}

Outcome<LaunchPlan> Pipeline::outcome_of(Resolution resolution, const PolicySnapshot& policy,
                                         const Definition& definition) {
    if (auto* plan = std::get_if<LaunchPlan>(&resolution)) return std::move(*plan);
    auto sources = policy.files;
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
