// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/bus/root_object.h"

#include "agent/bus/json_variant.h"
#include "agent/bus/paths.h"
#include "src/base/suggest.h"
#include "src/plan/show.h"

#include "config.h"

namespace vmwarden::bus {

using supervisor::Failure;
using supervisor::GuestStatus;

RootObject::RootObject(sdbus::IConnection& connection, Door& door, Gate& gate,
                       supervisor::Supervisor& supervisor)
  : AdaptorInterfaces(connection, sdbus::ObjectPath(root_path))
  , door_(door)
  , gate_(gate)
  , supervisor_(supervisor) {
    registerAdaptor();
}

RootObject::~RootObject() {
    unregisterAdaptor();
}

Call RootObject::call(std::string_view member, Dictionary options) const {
    return {current_caller(getObject()),
            &rule_of(Manager_adaptor::INTERFACE_NAME, member),
            {},
            std::move(options)};
}

void RootObject::DefineGuest(sdbus::Result<sdbus::ObjectPath>&& result, std::string xml,
                             Dictionary options) {
    const auto reply = door_.owe(std::move(result), presence_);
    Door::guarded(reply, [&] {
        door_.enter_with_definition(
            call("DefineGuest", std::move(options)), std::move(xml), reply,
            [this, reply](const Options&, const supervisor::DefinitionPointer& definition) {
                supervisor_.define(definition, give_to<std::string>(reply, guest_path));
            });
    });
}

void RootObject::CreateGuest(sdbus::Result<sdbus::ObjectPath, sdbus::ObjectPath>&& result,
                             std::string xml, Dictionary options) {
    const auto reply = door_.owe(std::move(result), presence_);
    const auto create = [this, reply](const Options& allowed,
                                      const supervisor::DefinitionPointer& definition) {
        const auto job = supervisor_.create(definition);
        if (const auto* failure = std::get_if<Failure>(&job)) return reply.fail(*failure);
        const auto& status = std::get<supervisor::JobStatus>(job);
        const auto give = [reply, guest = guest_path(status.guest), path = job_path(status.id)](
                              supervisor::JobResult, const std::optional<Failure>& failure) {
            Door::guarded(reply, [&] {
                if (failure) return reply.fail(*failure);
                reply.give(guest, path);
            });
        };
        if (allowed.wait) return supervisor_.when_done(status.id, give);
        give(supervisor::JobResult::done, std::nullopt);
    };
    Door::guarded(reply, [&] {
        door_.enter_with_definition(call("CreateGuest", std::move(options)), std::move(xml), reply,
                                    create);
    });
}

void RootObject::find(const char* member, Dictionary options,
                      sdbus::Result<sdbus::ObjectPath>&& result,
                      std::function<const GuestStatus*()> look, std::string wanted) {
    const auto reply = door_.owe(std::move(result), presence_);
    Door::guarded(reply, [&] {
        door_.enter(call(member, std::move(options)), reply,
                    [reply, look = std::move(look), wanted = std::move(wanted)](const Options&) {
                        const auto* found = look();
                        if (found == nullptr) return reply.fail(supervisor::no_such_guest(wanted));
                        reply.give(guest_path(found->name));
                    });
    });
}

void RootObject::GetGuest(sdbus::Result<sdbus::ObjectPath>&& result, std::string name,
                          Dictionary options) {
    find(
        "GetGuest", std::move(options), std::move(result),
        [this, name] { return supervisor_.find(name); }, name);
}

void RootObject::GetGuestByUUID(sdbus::Result<sdbus::ObjectPath>&& result, std::string uuid,
                                Dictionary options) {
    const auto look = [this, uuid]() -> const GuestStatus* {
        const auto parsed = Uuid::parse(uuid);
        return parsed ? supervisor_.find_uuid(parsed->text()) : nullptr;
    };
    find("GetGuestByUUID", std::move(options), std::move(result), look, uuid);
}

void RootObject::GetGuestByPID(sdbus::Result<sdbus::ObjectPath>&& result, std::uint32_t pid,
                               Dictionary options) {
    find(
        "GetGuestByPID", std::move(options), std::move(result),
        [this, pid] { return supervisor_.find_pid(pid); }, "PID " + std::to_string(pid));
}

void RootObject::ListGuests(sdbus::Result<std::vector<GuestRow>>&& result, Dictionary options) {
    const auto reply = door_.owe(std::move(result), presence_);
    Door::guarded(reply, [&] {
        door_.enter(call("ListGuests", std::move(options)), reply, [this, reply](const Options&) {
            std::vector<GuestRow> rows;
            for (const auto* status : supervisor_.list())
                rows.emplace_back(status->name, std::string(guest::to_text(status->state)),
                                  guest_path(status->name));
            reply.give(rows);
        });
    });
}

void RootObject::PlanGuest(sdbus::Result<Dictionary>&& result, std::string xml,
                           Dictionary options) {
    const auto reply = door_.owe(std::move(result), presence_);
    Door::guarded(reply, [&] {
        door_.enter_with_definition(
            call("PlanGuest", std::move(options)), std::move(xml), reply,
            [this, reply](const Options&, const supervisor::DefinitionPointer& definition) {
                supervisor_.plan(definition, give_to<LaunchPlan>(reply, [](const LaunchPlan& plan) {
                                     return to_dictionary(plan::to_json(plan));
                                 }));
            });
    });
}

void RootObject::GetCapabilities(sdbus::Result<std::string>&& result, Dictionary options) {
    const auto reply = door_.owe(std::move(result), presence_);
    Door::guarded(reply, [&] {
        door_.enter(
            call("GetCapabilities", std::move(options)), reply, [this, reply](const Options&) {
                supervisor_.capabilities(
                    give_to<std::string>(reply, [](const std::string& xml) { return xml; }));
            });
    });
}

void RootObject::convert(const char* member, sdbus::Result<std::string>&& result,
                         const std::string& format, std::string text, Dictionary options,
                         Conversion conversion) {
    const auto reply = door_.owe(std::move(result), presence_);
    const auto enter = [this, reply, format, text = std::move(text),
                        conversion = std::move(conversion)](const Options& allowed) {
        if (const auto problem = native::format_problem(format); !problem.empty())
            return reply.fail({Failure::Kind::invalid_argument, problem});
        const auto work = [conversion, source = PolicyFile{allowed.file.value_or("-"), text},
                           allowed]() -> supervisor::Outcome<std::string> {
            const auto converted = conversion(source, allowed);
            if (converted.text) return *converted.text;
            return supervisor::invalid_definition(converted.diagnostics, {&source, 1});
        };
        supervisor_.aside(work,
                          give_to<std::string>(reply, [](const std::string& out) { return out; }));
    };
    Door::guarded(reply, [&] { door_.enter(call(member, std::move(options)), reply, enter); });
}

void RootObject::DomainXMLFromNative(sdbus::Result<std::string>&& result, std::string format,
                                     std::string text, Dictionary options) {
    const auto conversion = [](const PolicyFile& source, const Options&) {
        return native::from_native(source.name, source.text);
    };
    convert("DomainXMLFromNative", std::move(result), format, std::move(text), std::move(options),
            conversion);
}

// The agent's own variables are nobody's business: a line of 2009 has LC_ALL alone.
void RootObject::DomainXMLToNative(sdbus::Result<std::string>&& result, std::string format,
                                   std::string xml, Dictionary options) {
    const auto conversion = [](const PolicyFile& source, const Options& allowed) {
        return native::to_native(
            source.name, source.text,
            native::dialect_called(allowed.dialect).value_or(native::Dialect::modern));
    };
    convert("DomainXMLToNative", std::move(result), format, std::move(xml), std::move(options),
            conversion);
}

void RootObject::Can(sdbus::Result<std::string>&& result, std::string verb, std::string guest,
                     Dictionary options) {
    const auto reply = door_.owe(std::move(result), presence_);
    Door::guarded(reply, [&] {
        auto entering = call("Can", std::move(options));
        const auto caller = entering.caller;
        door_.enter(std::move(entering), reply,
                    [this, caller, verb = std::move(verb), guest = std::move(guest),
                     reply](const Options&) { can(caller, verb, guest, reply); });
    });
}

void RootObject::can(const Caller& caller, const std::string& verb, const std::string& guest,
                     const Reply<std::string>& reply) {
    const auto* rule = rule_of_verb(verb);
    if (rule == nullptr) {
        std::vector<std::string_view> verbs;
        for (const auto& known : authorisation_table())
            if (rule_of_verb(known.verb) == &known) verbs.push_back(known.verb);
        return reply.fail({Failure::Kind::invalid_argument,
                           "unknown verb '" + verb + "'; " + did_you_mean(verb, verbs)});
    }
    const auto* status = supervisor_.find(guest);
    if (status == nullptr) return reply.fail(supervisor::no_such_guest(guest));
    const auto life = guest::verb_of(verb);
    if (life && guest::may(status->state, *life).kind == guest::Answer::Kind::denied)
        return reply.give("na");
    gate_.preview(caller, *rule, guest, [reply](const std::string& answer) { reply.give(answer); });
}

std::string RootObject::Version() {
    return VMWARDEN_VERSION;
}

} // namespace vmwarden::bus
