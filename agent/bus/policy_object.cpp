// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/bus/policy_object.h"

#include "agent/bus/json_variant.h"
#include "agent/bus/paths.h"
#include "src/hostpolicy/explain.h"

namespace vmwarden::bus {

namespace {

std::function<void(supervisor::Outcome<supervisor::Done>)> give(const Reply<>& reply) {
    return [reply](const supervisor::Outcome<supervisor::Done>& outcome) {
        Door::guarded(reply, [&] {
            if (const auto* failure = std::get_if<supervisor::Failure>(&outcome))
                return reply.fail(*failure);
            reply.give();
        });
    };
}

} // namespace

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

Call PolicyObject::call(std::string_view member, Dictionary options, std::string guest) const {
    return {current_caller(getObject()), &rule_of(INTERFACE_NAME, member), std::move(guest),
            std::move(options)};
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

void PolicyObject::GetEffective(sdbus::Result<std::vector<EntryRow>>&& result, std::string guest,
                                Dictionary options) {
    const auto reply = door_.owe(std::move(result), presence_);
    const auto rows_of = [](const std::vector<PolicyEntry>& entries) {
        std::vector<EntryRow> rows;
        for (const auto& entry : entries)
            rows.emplace_back(entry.key, entry.value, entry.origin.text());
        return rows;
    };
    Door::guarded(reply, [&] {
        door_.enter(call("GetEffective", std::move(options), guest), reply,
                    [this, reply, guest, rows_of](const Options&) {
                        supervisor_.effective_policy(
                            guest, give_to<std::vector<PolicyEntry>>(reply, rows_of));
                    });
    });
}

void PolicyObject::Explain(sdbus::Result<Dictionary>&& result, std::string key, std::string guest,
                           Dictionary options) {
    const auto reply = door_.owe(std::move(result), presence_);
    Door::guarded(reply, [&] {
        door_.enter(call("Explain", std::move(options), guest), reply,
                    [this, reply, key = std::move(key), guest](const Options&) {
                        supervisor_.explain_key(
                            key, guest,
                            give_to<KeyExplanation>(reply, [](const KeyExplanation& explanation) {
                                return to_dictionary(to_json(explanation));
                            }));
                    });
    });
}

void PolicyObject::ExplainDevice(sdbus::Result<Dictionary>&& result, std::string guest,
                                 std::string device, Dictionary options) {
    const auto reply = door_.owe(std::move(result), presence_);
    const auto dictionary = [](const DeviceExplanation& answer) {
        return to_dictionary({{"allowed", answer.allowed},
                              {"permissions", answer.permissions},
                              {"because", answer.because},
                              {"hint", answer.hint}});
    };
    Door::guarded(reply, [&] {
        door_.enter(call("ExplainDevice", std::move(options), guest), reply,
                    [this, reply, guest, device = std::move(device), dictionary](const Options&) {
                        supervisor_.explain_device(guest, device,
                                                   give_to<DeviceExplanation>(reply, dictionary));
                    });
    });
}

void PolicyObject::Reload(sdbus::Result<>&& result, Dictionary options) {
    const auto reply = door_.owe(std::move(result), presence_);
    const auto reload = [this, reply](const Options&) { supervisor_.reload_policy(give(reply)); };
    Door::guarded(reply, [&] { door_.enter(call("Reload", std::move(options)), reply, reload); });
}

void PolicyObject::Try(sdbus::Result<std::uint64_t>&& result, std::string text, std::string name,
                       std::uint32_t seconds, Dictionary options) {
    const auto reply = door_.owe(std::move(result), presence_);
    const auto begin = [this, reply, text = std::move(text), name = std::move(name),
                        seconds](const Options& allowed) {
        supervisor_.try_policy(
            {name, text, allowed.file.value_or("")}, std::chrono::seconds(seconds),
            give_to<std::uint64_t>(reply, [](std::uint64_t until) { return until; }));
    };
    Door::guarded(reply, [&] { door_.enter(call("Try", std::move(options)), reply, begin); });
}

void PolicyObject::Confirm(sdbus::Result<std::string>&& result, Dictionary options) {
    const auto reply = door_.owe(std::move(result), presence_);
    const auto confirm = [this, reply](const Options&) {
        supervisor_.confirm_policy(
            give_to<std::string>(reply, [](const std::string& file) { return file; }));
    };
    Door::guarded(reply, [&] { door_.enter(call("Confirm", std::move(options)), reply, confirm); });
}

void PolicyObject::Revert(sdbus::Result<>&& result, Dictionary options) {
    const auto reply = door_.owe(std::move(result), presence_);
    const auto revert = [this, reply](const Options&) { supervisor_.revert_policy(give(reply)); };
    Door::guarded(reply, [&] { door_.enter(call("Revert", std::move(options)), reply, revert); });
}

void PolicyObject::Simulate(sdbus::Result<std::vector<ForecastRow>>&& result, std::string text,
                            std::string name, Dictionary options) {
    using supervisor::Forecast;
    const auto reply = door_.owe(std::move(result), presence_);
    const auto rows_of = [](const std::vector<Forecast>& forecasts) {
        std::vector<ForecastRow> rows;
        for (const auto& one : forecasts)
            rows.emplace_back(one.guest, one.runs ? "running" : "defined",
                              std::string(supervisor::to_text(one.verdict)), one.lines);
        return rows;
    };
    const auto simulate = [this, reply, rows_of, text = std::move(text),
                           name = std::move(name)](const Options& allowed) {
        supervisor_.simulate_policy({name, text, allowed.file.value_or("")},
                                    give_to<std::vector<Forecast>>(reply, rows_of));
    };
    Door::guarded(reply,
                  [&] { door_.enter(call("Simulate", std::move(options)), reply, simulate); });
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

std::string PolicyObject::Trial() {
    return supervisor_.policy().trial;
}

std::uint64_t PolicyObject::TrialUntil() {
    return supervisor_.policy().trial_until_usec;
}

void PolicyObject::changed(const supervisor::PolicyStatus& before,
                           const supervisor::PolicyStatus& now) {
    std::vector<MemberName> changed;
    if (before.stale != now.stale) changed.emplace_back("State");
    if (before.sources != now.sources) changed.emplace_back("Sources");
    if (before.errors != now.errors) changed.emplace_back("Errors");
    if (before.trial != now.trial) changed.emplace_back("Trial");
    if (before.trial_until_usec != now.trial_until_usec) changed.emplace_back("TrialUntil");
    if (!changed.empty()) getObject().emitPropertiesChangedSignal(INTERFACE_NAME, changed);
}

} // namespace vmwarden::bus
