// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/bus/guest_object.h"

#include "agent/bus/json_variant.h"
#include "agent/bus/paths.h"
#include "src/plan/show.h"

namespace vmwarden::bus {

using supervisor::Failure;
using supervisor::GuestStatus;

namespace {

std::vector<MemberName> differences(const GuestStatus& a, const GuestStatus& b) {
    std::vector<MemberName> names;
    const auto compare = [&](const auto& left, const auto& right, const char* name) {
        if (left != right) names.emplace_back(name);
    };
    compare(a.uuid, b.uuid, "UUID");
    compare(a.state, b.state, "State");
    compare(a.unit, b.unit, "Unit");
    compare(a.main_pid, b.main_pid, "MainPID");
    compare(a.transient, b.transient, "Transient");
    compare(a.process_label, b.process_label, "ProcessLabel");
    compare(a.image_label, b.image_label, "ImageLabel");
    compare(a.user, b.user, "User");
    compare(a.group, b.group, "Group");
    compare(a.since_usec, b.since_usec, "Since");
    compare(a.exit_reason, b.exit_reason, "ExitReason");
    return names;
}

std::vector<Dictionary> rows_of(const std::vector<VerifyRow>& rows) {
    std::vector<Dictionary> out;
    for (const auto& row : rows)
        out.push_back({{"protection", sdbus::Variant(row.protection)},
                       {"holds", sdbus::Variant(row.holds)},
                       {"planned", sdbus::Variant(row.planned)},
                       {"found", sdbus::Variant(row.found)},
                       {"hint", sdbus::Variant(row.hint)}});
    return out;
}

} // namespace

GuestObject::GuestObject(sdbus::IConnection& connection, Door& door,
                         supervisor::Supervisor& supervisor, const GuestStatus& status)
  : AdaptorInterfaces(connection, guest_path(status.name))
  , door_(door)
  , supervisor_(supervisor)
  , status_(status) {
    registerAdaptor();
    emitInterfacesAddedSignal({InterfaceName(Guest_adaptor::INTERFACE_NAME)});
}

GuestObject::~GuestObject() {
    emitInterfacesRemovedSignal({InterfaceName(Guest_adaptor::INTERFACE_NAME)});
    unregisterAdaptor();
}

void GuestObject::changed(const GuestStatus& now) {
    const auto names = differences(status_, now);
    status_ = now;
    if (!names.empty()) emitPropertiesChangedSignal(Guest_adaptor::INTERFACE_NAME, names);
}

Call GuestObject::call(std::string_view member, Dictionary options) const {
    return {current_caller(getObject()), &rule_of(Guest_adaptor::INTERFACE_NAME, member),
            status_.name, std::move(options)};
}

// The object may be gone by the time the gate has answered: only the name is kept.
void GuestObject::verb(const char* member, guest::Verb verb,
                       sdbus::Result<sdbus::ObjectPath>&& result, Dictionary options) {
    const auto reply = door_.owe(std::move(result), presence_);
    const auto ask = [&supervisor = supervisor_, name = status_.name, verb,
                      reply](const Options& allowed) {
        const auto job = supervisor.ask(name, verb, allowed.timeout);
        if (const auto* failure = std::get_if<Failure>(&job)) return reply.fail(*failure);
        const auto id = std::get<supervisor::JobStatus>(job).id;
        if (!allowed.wait) return reply.give(job_path(id));
        supervisor.when_done(
            id, [reply, id](supervisor::JobResult, const std::optional<Failure>& failure) {
                Door::guarded(reply, [&] {
                    if (failure) return reply.fail(*failure);
                    reply.give(job_path(id));
                });
            });
    };
    Door::guarded(reply, [&] { door_.enter(call(member, std::move(options)), reply, ask); });
}

void GuestObject::Start(sdbus::Result<sdbus::ObjectPath>&& result, Dictionary options) {
    verb("Start", guest::Verb::start, std::move(result), std::move(options));
}

void GuestObject::Shutdown(sdbus::Result<sdbus::ObjectPath>&& result, Dictionary options) {
    verb("Shutdown", guest::Verb::shutdown, std::move(result), std::move(options));
}

void GuestObject::Destroy(sdbus::Result<sdbus::ObjectPath>&& result, Dictionary options) {
    verb("Destroy", guest::Verb::destroy, std::move(result), std::move(options));
}

void GuestObject::Suspend(sdbus::Result<sdbus::ObjectPath>&& result, Dictionary options) {
    verb("Suspend", guest::Verb::suspend, std::move(result), std::move(options));
}

void GuestObject::Resume(sdbus::Result<sdbus::ObjectPath>&& result, Dictionary options) {
    verb("Resume", guest::Verb::resume, std::move(result), std::move(options));
}

void GuestObject::Reset(sdbus::Result<sdbus::ObjectPath>&& result, Dictionary options) {
    verb("Reset", guest::Verb::reset, std::move(result), std::move(options));
}

void GuestObject::Undefine(sdbus::Result<>&& result, Dictionary options) {
    const auto reply = door_.owe(std::move(result), presence_);
    const auto undefine = [&supervisor = supervisor_, name = status_.name,
                           reply](const Options& allowed) {
        supervisor.undefine(name, allowed.nvram,
                            [reply](const supervisor::Outcome<supervisor::Done>& outcome) {
                                Door::guarded(reply, [&] {
                                    if (const auto* failure = std::get_if<Failure>(&outcome))
                                        return reply.fail(*failure);
                                    reply.give();
                                });
                            });
    };
    Door::guarded(reply,
                  [&] { door_.enter(call("Undefine", std::move(options)), reply, undefine); });
}

void GuestObject::GetXML(sdbus::Result<std::string>&& result, Dictionary options) {
    const auto reply = door_.owe(std::move(result), presence_);
    const auto get = [&supervisor = supervisor_, name = status_.name, reply](const Options&) {
        supervisor.xml(name,
                       give_to<std::string>(reply, [](const std::string& xml) { return xml; }));
    };
    Door::guarded(reply, [&] { door_.enter(call("GetXML", std::move(options)), reply, get); });
}

void GuestObject::GetPlan(sdbus::Result<Dictionary>&& result, Dictionary options) {
    const auto reply = door_.owe(std::move(result), presence_);
    const auto get = [&supervisor = supervisor_, name = status_.name, reply](const Options&) {
        supervisor.plan_of(name, give_to<LaunchPlan>(reply, [](const LaunchPlan& plan) {
                               return to_dictionary(plan::to_json(plan));
                           }));
    };
    Door::guarded(reply, [&] { door_.enter(call("GetPlan", std::move(options)), reply, get); });
}

void GuestObject::Verify(sdbus::Result<std::vector<Dictionary>>&& result, Dictionary options) {
    const auto reply = door_.owe(std::move(result), presence_);
    const auto verify = [&supervisor = supervisor_, name = status_.name, reply](const Options&) {
        supervisor.verify(name, give_to<std::vector<VerifyRow>>(reply, rows_of));
    };
    Door::guarded(reply, [&] { door_.enter(call("Verify", std::move(options)), reply, verify); });
}

} // namespace vmwarden::bus
