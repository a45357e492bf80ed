// SPDX-License-Identifier: LGPL-2.1-or-later
// Supervisor: definitions come, are read, and go.
#include "agent/supervisor/log.h"
#include "agent/supervisor/supervisor.h"
#include "src/domain/domain_xml.h"
#include "src/resolve/firmware.h"

namespace vmwarden::supervisor {

namespace {

RunningLabels labels_of(const LaunchPlan& plan) {
    const auto& identity = plan.process.identity;
    return {plan.security.process_label, plan.security.image_label,
            "+" + std::to_string(identity.uid.value) + ":+" + std::to_string(identity.gid.value)};
}

} // namespace

void Supervisor::load_definitions() {
    for (const auto& name : persistent_.names()) {
        try {
            load_definition(name);
        } catch (const std::exception& error) {
            log(LOG_ERR, error.what(), name);
        }
    }
}

void Supervisor::load_definition(const std::string& name) {
    auto definition = read_definition(name, false);
    if (const auto* failure = std::get_if<Failure>(&definition))
        return log(LOG_ERR, "the definition is not loaded:\n" + failure->message, name);
    auto& status = guests_[name].status;
    const auto& uuid = std::get<DefinitionPointer>(definition)->guest.uuid;
    status.name = name;
    status.uuid = uuid ? uuid->text() : std::string();
    status.since_usec = realtime_usec();
    listener_->guest_added(status);
}

Outcome<std::string> Supervisor::read_xml(const std::string& name, bool transient) const {
    auto text = (transient ? transient_ : persistent_).read(name);
    if (text) return std::move(*text);
    return Failure{Failure::Kind::operation_failed,
                   "the definition of '" + name + "' is not on disk any more"};
}

Outcome<DefinitionPointer> Supervisor::read_definition(const std::string& name,
                                                       bool transient) const {
    auto text = read_xml(name, transient);
    if (auto* failure = std::get_if<Failure>(&text)) return std::move(*failure);
    auto definition = parse_definition((transient ? transient_ : persistent_).path(name),
                                       std::move(std::get<std::string>(text)));
    const auto* parsed = std::get_if<DefinitionPointer>(&definition);
    if (parsed == nullptr || (*parsed)->guest.name == name) return definition;
    Diagnostics wrong;
    wrong.error((*parsed)->guest.name_place,
                "the definition is called '" + (*parsed)->guest.name + "', its file " + name +
                    ".xml",
                "give both the same name");
    return invalid_definition(wrong, Sources(&(*parsed)->source, 1));
}

void Supervisor::parse(std::string file, std::string xml, Then<DefinitionPointer> then) {
    hands_.run<DefinitionPointer>(
        [file = std::move(file), xml = std::move(xml)]() mutable {
            return check_definition(parse_definition(std::move(file), std::move(xml)));
        },
        std::move(then));
}

void Supervisor::aside(std::function<Outcome<std::string>()> work, Then<std::string> then) {
    hands_.run<std::string>(std::move(work), std::move(then));
}

std::optional<Failure> Supervisor::may_define(const GuestDefinition& definition) const {
    if (!definition.uuid) return std::nullopt;
    const auto uuid = definition.uuid->text();
    const auto exists = [](const std::string& name, const std::string& has) {
        return Failure{Failure::Kind::guest_exists,
                       "guest '" + name + "' has the UUID " + has +
                           " already; every guest needs its own, and keeps it"};
    };
    const auto* same_uuid = find_uuid(uuid);
    if (same_uuid != nullptr && same_uuid->name != definition.name)
        return exists(same_uuid->name, uuid);
    const auto* same_name = find(definition.name);
    if (same_name != nullptr && !same_name->uuid.empty() && same_name->uuid != uuid)
        return exists(same_name->name, same_name->uuid);
    return std::nullopt;
}

void Supervisor::define(DefinitionPointer definition, Then<std::string> then) {
    if (auto failure = may_define(definition->guest)) return then(std::move(*failure));
    disk_.run<Done>(
        [this, definition] {
            persistent_.write(definition->guest.name, definition->source.text);
            return Done();
        },
        [this, definition, then = std::move(then)](Outcome<Done> outcome) {
            if (auto* failure = std::get_if<Failure>(&outcome)) return then(std::move(*failure));
            defined(definition->guest);
            then(definition->guest.name);
        });
}

void Supervisor::defined(const GuestDefinition& definition) {
    const auto uuid = definition.uuid ? definition.uuid->text() : std::string();
    if (auto* known = guest(definition.name))
        return change(*known, {}, [&](GuestStatus& status) {
            status.transient = false;
            if (status.uuid.empty()) status.uuid = uuid;
        });
    auto& status = guests_[definition.name].status;
    status.name = definition.name;
    status.uuid = uuid;
    status.since_usec = realtime_usec();
    log(LOG_INFO, "defined", definition.name);
    listener_->guest_added(status);
}

void Supervisor::undefine(const std::string& name, bool nvram, Then<Done> then) {
    const auto* known = guest(name);
    if (known == nullptr) return then(no_such_guest(name));
    if (known->status.transient)
        return then(Failure{Failure::Kind::operation_failed,
                            "guest '" + name + "' is transient; it goes when it ends"});
    if (nvram && guest::active(known->status.state))
        return then(Failure{Failure::Kind::operation_failed,
                            "guest '" + name +
                                "' uses its firmware variables; end it first, or keep them"});
    disk_.run<Done>(
        [this, name, nvram]() -> Outcome<Done> {
            if (nvram) effects_.remove_nvram(resolving::usual_nvram(name));
            // A guest that runs on keeps its text as a transient one has it.
            if (const auto text = persistent_.read(name)) transient_.write(name, *text);
            persistent_.remove(name);
            return Done();
        },
        [this, name, then = std::move(then)](Outcome<Done> outcome) {
            auto* undefined = guest(name);
            if (undefined != nullptr && std::holds_alternative<Done>(outcome)) {
                log(LOG_INFO, "undefined", name);
                change(*undefined, {}, [](GuestStatus& status) { status.transient = true; });
                forget_if_transient(name);
            }
            then(std::move(outcome));
        });
}

void Supervisor::forget(const std::string& name) {
    const auto node = guests_.extract(name);
    if (node.empty()) return;
    disk_.run<Done>(
        [this, name] {
            remove_transient(name);
            return Done();
        },
        [](const Outcome<Done>&) {});
    listener_->guest_removed(node.mapped().status);
}

// With what the guest had in a place of ours.
void Supervisor::remove_transient(const std::string& name) {
    try {
        const auto found = read_definition(name, true);
        const auto* definition = std::get_if<DefinitionPointer>(&found);
        const auto directory =
            definition == nullptr ? "" : directory_to_forget((*definition)->guest);
        if (!directory.empty()) effects_.remove_guest_directory(directory);
    } catch (const std::exception& error) {
        log(LOG_WARNING, std::string("what it kept is still there: ") + error.what(), name);
    }
    transient_.remove(name);
}

void Supervisor::xml(const std::string& name, Then<std::string> then) {
    const auto* known = guest(name);
    if (known == nullptr) return then(no_such_guest(name));
    if (known->running) return running_xml(name, *known, std::move(then));
    disk_.run<std::string>(
        [this, name, transient = known->status.transient] { return read_xml(name, transient); },
        std::move(then));
}

// What it was started with may have been defined anew since: then that is what is told, with the
// labels of the guest that runs.
void Supervisor::running_xml(const std::string& name, const Guest& known, Then<std::string> then) {
    disk_.run<std::string>(
        [this, name, transient = known.status.transient,
         labels = labels_of(*known.plan)]() -> Outcome<std::string> {
            auto definition = read_definition(name, transient);
            if (auto* failure = std::get_if<Failure>(&definition)) return std::move(*failure);
            return write_running_domain(std::get<DefinitionPointer>(definition)->guest, labels);
        },
        std::move(then));
}

void Supervisor::plan(DefinitionPointer definition, Then<LaunchPlan> then) {
    hands_.run<LaunchPlan>(
        [this, definition = std::move(definition)] { return pipeline_.plan(*definition); },
        std::move(then));
}

void Supervisor::plan_of(const std::string& name, Then<LaunchPlan> then) {
    const auto* known = guest(name);
    if (known == nullptr) return then(no_such_guest(name));
    if (known->running) return then(LaunchPlan(*known->plan));
    disk_.run<DefinitionPointer>(
        [this, name, transient = known->status.transient] {
            return read_definition(name, transient);
        },
        [this, then = std::move(then)](Outcome<DefinitionPointer> definition) mutable {
            if (auto* failure = std::get_if<Failure>(&definition)) return then(std::move(*failure));
            plan(std::move(std::get<DefinitionPointer>(definition)), std::move(then));
        });
}

} // namespace vmwarden::supervisor
