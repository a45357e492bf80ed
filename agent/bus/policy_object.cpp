// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/bus/policy_object.h"

#include "agent/bus/paths.h"

namespace vmwarden::bus {

using supervisor::Failure;

PolicyObject::PolicyObject(sdbus::IConnection& connection, Door& door,
                           supervisor::Supervisor& supervisor)
  : AdaptorInterfaces(connection, sdbus::ObjectPath(root_path))
  , door_(door)
  , supervisor_(supervisor) {
    registerAdaptor();
}

PolicyObject::~PolicyObject() {
    unregisterAdaptor();
}

Call PolicyObject::call(std::string_view member, Dictionary options) const {
    return {current_caller(getObject()), &rule_of(INTERFACE_NAME, member), {}, std::move(options)};
}

PolicyObject::FindingRow PolicyObject::row_of(const Diagnostic& finding) {
    return {finding.place.file,   finding.place.line,
            finding.place.column, finding.message,
            finding.hint,         finding.severity == Severity::error ? "error" : "warning",
            finding.code};
}

void PolicyObject::Check(sdbus::Result<std::vector<FindingRow>>&& result, std::string text,
                         std::string name, Dictionary options) {
    const auto reply = door_.owe(std::move(result), presence_);
    const auto check = [this, reply,
                        file = PolicyFile{std::move(name), std::move(text)}](const Options&) {
        supervisor_.check_policy(file, give_to<Diagnostics>(reply, [](const Diagnostics& found) {
                                     std::vector<FindingRow> rows;
                                     for (const auto& finding : found.list())
                                         rows.push_back(row_of(finding));
                                     return rows;
                                 }));
    };
    Door::guarded(reply, [&] { door_.enter(call("Check", std::move(options)), reply, check); });
}

void PolicyObject::Reload(sdbus::Result<>&& result, Dictionary options) {
    const auto reply = door_.owe(std::move(result), presence_);
    const auto reload = [this, reply](const Options&) {
        supervisor_.reload_policy([reply](const supervisor::Outcome<supervisor::Done>& outcome) {
            Door::guarded(reply, [&] {
                if (const auto* failure = std::get_if<Failure>(&outcome))
                    return reply.fail(*failure);
                reply.give();
            });
        });
    };
    Door::guarded(reply, [&] { door_.enter(call("Reload", std::move(options)), reply, reload); });
}

std::string PolicyObject::State() {
    return supervisor_.policy().stale ? "stale" : "ok";
}

std::vector<std::string> PolicyObject::Sources() {
    return supervisor_.policy().sources;
}

std::vector<PolicyObject::ErrorRow> PolicyObject::Errors() {
    std::vector<ErrorRow> rows;
    for (const auto& error : supervisor_.policy().errors)
        rows.emplace_back(error.place.file, error.place.line, error.place.column, error.message,
                          error.hint);
    return rows;
}

void PolicyObject::changed(const supervisor::PolicyStatus& before,
                           const supervisor::PolicyStatus& now) {
    std::vector<MemberName> changed;
    if (before.stale != now.stale) changed.emplace_back("State");
    if (before.sources != now.sources) changed.emplace_back("Sources");
    if (before.errors != now.errors) changed.emplace_back("Errors");
    if (!changed.empty()) getObject().emitPropertiesChangedSignal(INTERFACE_NAME, changed);
}

} // namespace vmwarden::bus
