// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/cli/client.h"

#include "agent/bus/json_variant.h"
#include "agent/bus/sdbus_compat.h"

#include <array>
#include <tuple>
#include <type_traits>
#include <utility>

namespace vmwarden::cli {

namespace {

constexpr auto service = "org.vmwarden1";
constexpr auto root_path = "/org/vmwarden1";
constexpr auto manager = "org.vmwarden1.Manager";
constexpr auto guest_interface = "org.vmwarden1.Guest";
constexpr auto policy_interface = "org.vmwarden1.Policy";
constexpr auto properties_interface = "org.freedesktop.DBus.Properties";

// A job may take as long as a guest takes to shut down; the agent bounds it, not we.
constexpr std::uint64_t job_timeout_usec = std::uint64_t{25} * 3600 * 1000000;
// A person may be typing a password for polkit meanwhile.
constexpr std::uint64_t call_timeout_usec = std::uint64_t{300} * 1000000;

ExitCode exit_code_of(const std::string& name) {
    constexpr std::array<std::pair<std::string_view, ExitCode>, 15> codes{{
        {"org.vmwarden1.Error.NoSuchGuest", ExitCode::no_such_guest},
        {"org.vmwarden1.Error.PolicyDenied", ExitCode::refused},
        {"org.vmwarden1.Error.NotAuthorized", ExitCode::refused},
        {"org.freedesktop.DBus.Error.AccessDenied", ExitCode::refused},
        {"org.freedesktop.DBus.Error.InteractiveAuthorizationRequired", ExitCode::refused},
        {"org.freedesktop.DBus.Error.ServiceUnknown", ExitCode::unreachable},
        {"org.freedesktop.DBus.Error.NameHasNoOwner", ExitCode::unreachable},
        {"org.freedesktop.DBus.Error.NoServer", ExitCode::unreachable},
        {"org.freedesktop.DBus.Error.NoReply", ExitCode::unreachable},
        {"org.freedesktop.DBus.Error.Timeout", ExitCode::unreachable},
        {"org.freedesktop.DBus.Error.Disconnected", ExitCode::unreachable},
        {"org.freedesktop.DBus.Error.FileNotFound", ExitCode::unreachable},
        {"org.freedesktop.DBus.Error.TimedOut", ExitCode::unreachable},
        {"org.freedesktop.DBus.Error.Spawn.ChildExited", ExitCode::unreachable},
        {"org.freedesktop.DBus.Error.Spawn.ServiceNotFound", ExitCode::unreachable},
    }};
    for (const auto& [known, code] : codes)
        if (name == known) return code;
    const bool systemd = name.starts_with("org.freedesktop.systemd1.");
    return systemd ? ExitCode::unreachable : ExitCode::failed;
}

[[noreturn]] void fail(const sdbus::Error& error) {
    const auto code = exit_code_of(error.getName());
    if (code == ExitCode::unreachable)
        throw Failure(code,
                      "the agent vmwardend does not answer: " + std::string(error.getMessage()) +
                          "; systemctl status vmwardend.service and the journal say why");
    throw Failure(code, error.getMessage());
}

template <class Call>
auto translated(Call call) {
    try {
        return call();
    } catch (const sdbus::Error& error) {
        fail(error);
    }
}

// One call: arguments in, result out ("void" asks for none).
template <class Result, class... Arguments>
Result ask(sdbus::IConnection& connection, const std::string& path, const char* interface,
           const std::string& method, std::uint64_t timeout_usec, const Arguments&... arguments) {
    return translated([&] {
        auto proxy = bus::make_proxy(connection, service, path);
        auto call = proxy->callMethod(method);
        call.onInterface(interface).withTimeout(timeout_usec).withArguments(arguments...);
        if constexpr (!std::is_void_v<Result>) {
            Result result;
            call.storeResultsTo(result);
            return result;
        }
    });
}

} // namespace

Client::Client(bool ask_password)
  : connection_(translated([] { return sdbus::createSystemBusConnection(); }))
  , ask_password_(ask_password) {}

Client::~Client() = default;

bus::Dictionary Client::options(CallOptions options) const {
    if (options.is_null()) options = CallOptions::object();
    if (!ask_password_) options["auth.no_user_interaction"] = true;
    return bus::to_dictionary(options);
}

std::vector<ListedGuest> Client::list() {
    using Row = sdbus::Struct<std::string, std::string, sdbus::ObjectPath>;
    const auto rows = ask<std::vector<Row>>(*connection_, root_path, manager, "ListGuests",
                                            call_timeout_usec, options());
    std::vector<ListedGuest> out;
    for (const auto& row : rows)
        out.push_back({std::get<0>(row), std::get<1>(row), std::get<2>(row)});
    return out;
}

std::string Client::capabilities() {
    return ask<std::string>(*connection_, root_path, manager, "GetCapabilities", call_timeout_usec,
                            options());
}

std::string Client::find(const std::string& name) {
    return ask<sdbus::ObjectPath>(*connection_, root_path, manager, "GetGuest", call_timeout_usec,
                                  name, options());
}

void Client::define(const std::string& xml, const std::string& file) {
    (void)ask<sdbus::ObjectPath>(*connection_, root_path, manager, "DefineGuest", call_timeout_usec,
                                 xml, options({{"file", file}}));
}

void Client::create(const std::string& xml, const std::string& file) {
    translated([&] {
        sdbus::ObjectPath guest, job;
        auto proxy = bus::make_proxy(*connection_, service, root_path);
        proxy->callMethod("CreateGuest")
            .onInterface(manager)
            .withTimeout(job_timeout_usec)
            .withArguments(xml, options({{"file", file}, {"wait", true}}))
            .storeResultsTo(guest, job);
    });
}

nlohmann::ordered_json Client::plan(const std::string& xml, const std::string& file) {
    return bus::to_json(ask<bus::Dictionary>(*connection_, root_path, manager, "PlanGuest",
                                             call_timeout_usec, xml, options({{"file", file}})));
}

void Client::run_job(const std::string& path, const std::string& method, CallOptions given) {
    given["wait"] = true;
    (void)ask<sdbus::ObjectPath>(*connection_, path, guest_interface, method, job_timeout_usec,
                                 options(std::move(given)));
}

void Client::undefine(const std::string& path, CallOptions given) {
    ask<void>(*connection_, path, guest_interface, "Undefine", call_timeout_usec,
              options(std::move(given)));
}

void Client::reload_policy() {
    ask<void>(*connection_, root_path, policy_interface, "Reload", call_timeout_usec, options());
}

std::uint64_t Client::try_policy(const PolicyText& policy, std::uint32_t seconds) {
    return ask<std::uint64_t>(*connection_, root_path, policy_interface, "Try", call_timeout_usec,
                              policy.text, policy.name, seconds, options({{"file", policy.file}}));
}

std::string Client::confirm_policy() {
    return ask<std::string>(*connection_, root_path, policy_interface, "Confirm", call_timeout_usec,
                            options());
}

void Client::revert_policy() {
    ask<void>(*connection_, root_path, policy_interface, "Revert", call_timeout_usec, options());
}

nlohmann::ordered_json Client::simulate_policy(const PolicyText& policy) {
    using Row = sdbus::Struct<std::string, std::string, std::string, std::vector<std::string>>;
    const auto rows = ask<std::vector<Row>>(*connection_, root_path, policy_interface, "Simulate",
                                            call_timeout_usec, policy.text, policy.name,
                                            options({{"file", policy.file}}));
    auto out = nlohmann::ordered_json::array();
    for (const auto& row : rows)
        out.push_back({{"guest", std::get<0>(row)},
                       {"state", std::get<1>(row)},
                       {"verdict", std::get<2>(row)},
                       {"lines", std::get<3>(row)}});
    return out;
}

std::vector<EffectiveEntry> Client::effective_policy(const std::string& guest) {
    using Row = sdbus::Struct<std::string, std::string, std::string>;
    const auto rows = ask<std::vector<Row>>(*connection_, root_path, policy_interface,
                                            "GetEffective", call_timeout_usec, guest, options());
    std::vector<EffectiveEntry> out;
    for (const auto& row : rows)
        out.push_back({std::get<0>(row), std::get<1>(row), std::get<2>(row)});
    return out;
}

nlohmann::ordered_json Client::explain(const std::string& key, const std::string& guest) {
    return bus::to_json(ask<bus::Dictionary>(*connection_, root_path, policy_interface, "Explain",
                                             call_timeout_usec, key, guest, options()));
}

nlohmann::ordered_json Client::explain_device(const std::string& guest, const std::string& device) {
    return bus::to_json(ask<bus::Dictionary>(*connection_, root_path, policy_interface,
                                             "ExplainDevice", call_timeout_usec, guest, device,
                                             options()));
}

std::string Client::xml(const std::string& path) {
    return ask<std::string>(*connection_, path, guest_interface, "GetXML", call_timeout_usec,
                            options());
}

nlohmann::ordered_json Client::guest_plan(const std::string& path) {
    return bus::to_json(ask<bus::Dictionary>(*connection_, path, guest_interface, "GetPlan",
                                             call_timeout_usec, options()));
}

nlohmann::ordered_json Client::verify(const std::string& path) {
    const auto rows = ask<std::vector<bus::Dictionary>>(*connection_, path, guest_interface,
                                                        "Verify", call_timeout_usec, options());
    auto out = nlohmann::ordered_json::array();
    for (const auto& row : rows)
        out.push_back(bus::to_json(row));
    return out;
}

nlohmann::ordered_json Client::properties(const std::string& path) {
    return bus::to_json(ask<bus::Dictionary>(*connection_, path, properties_interface, "GetAll",
                                             call_timeout_usec, std::string(guest_interface)));
}

} // namespace vmwarden::cli
