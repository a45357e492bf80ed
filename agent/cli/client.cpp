// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/cli/client.h"

#include "agent/bus/json_variant.h"
#include "agent/bus/sdbus_compat.h"

#include <array>
#include <utility>

namespace vmwarden::cli {

namespace {

constexpr auto service = "org.vmwarden1";
constexpr auto root_path = "/org/vmwarden1";
constexpr auto manager = "org.vmwarden1.Manager";
constexpr auto guest_interface = "org.vmwarden1.Guest";

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
        throw Failure(code, "the agent vmwardend does not answer: " + std::string(error.getMessage()) +
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

} // namespace

Client::Client(bool ask_password)
  : connection_(translated([] { return sdbus::createSystemBusConnection(); }))
  , ask_password_(ask_password) {}

Client::~Client() = default;

CallOptions Client::with_defaults(CallOptions options) const {
    if (options.is_null()) options = CallOptions::object();
    if (!ask_password_) options["auth.no_user_interaction"] = true;
    return options;
}

std::vector<ListedGuest> Client::list() {
    return translated([&] {
        std::vector<sdbus::Struct<std::string, std::string, sdbus::ObjectPath>> rows;
        auto proxy = bus::make_proxy(*connection_, service, root_path);
        proxy->callMethod("ListGuests")
            .onInterface(manager)
            .withTimeout(call_timeout_usec)
            .withArguments(bus::to_dictionary(with_defaults({})))
            .storeResultsTo(rows);
        std::vector<ListedGuest> out;
        for (const auto& row : rows) out.push_back({row.get<0>(), row.get<1>(), row.get<2>()});
        return out;
    });
}

std::string Client::find(const std::string& name) {
    return translated([&] {
        sdbus::ObjectPath path;
        auto proxy = bus::make_proxy(*connection_, service, root_path);
        proxy->callMethod("GetGuest")
            .onInterface(manager)
            .withTimeout(call_timeout_usec)
            .withArguments(name, bus::to_dictionary(with_defaults({})))
            .storeResultsTo(path);
        return std::string(path);
    });
}

std::string Client::define(const std::string& xml, const std::string& file) {
    return translated([&] {
        sdbus::ObjectPath path;
        auto proxy = bus::make_proxy(*connection_, service, root_path);
        proxy->callMethod("DefineGuest")
            .onInterface(manager)
            .withTimeout(call_timeout_usec)
            .withArguments(xml, bus::to_dictionary(with_defaults({{"file", file}})))
            .storeResultsTo(path);
        return std::string(path);
    });
}

void Client::create(const std::string& xml, const std::string& file) {
    translated([&] {
        sdbus::ObjectPath guest, job;
        auto proxy = bus::make_proxy(*connection_, service, root_path);
        proxy->callMethod("CreateGuest")
            .onInterface(manager)
            .withTimeout(job_timeout_usec)
            .withArguments(xml, bus::to_dictionary(with_defaults({{"file", file}, {"wait", true}})))
            .storeResultsTo(guest, job);
    });
}

nlohmann::ordered_json Client::plan(const std::string& xml, const std::string& file) {
    return translated([&] {
        bus::Dictionary plan;
        auto proxy = bus::make_proxy(*connection_, service, root_path);
        proxy->callMethod("PlanGuest")
            .onInterface(manager)
            .withTimeout(call_timeout_usec)
            .withArguments(xml, bus::to_dictionary(with_defaults({{"file", file}})))
            .storeResultsTo(plan);
        return bus::to_json(plan);
    });
}

void Client::run_job(const std::string& path, const std::string& method, CallOptions options) {
    translated([&] {
        options["wait"] = true;
        sdbus::ObjectPath job;
        auto proxy = bus::make_proxy(*connection_, service, path);
        proxy->callMethod(method)
            .onInterface(guest_interface)
            .withTimeout(job_timeout_usec)
            .withArguments(bus::to_dictionary(with_defaults(std::move(options))))
            .storeResultsTo(job);
    });
}

void Client::undefine(const std::string& path) {
    translated([&] {
        auto proxy = bus::make_proxy(*connection_, service, path);
        proxy->callMethod("Undefine")
            .onInterface(guest_interface)
            .withTimeout(call_timeout_usec)
            .withArguments(bus::to_dictionary(with_defaults({})));
    });
}

std::string Client::xml(const std::string& path) {
    return translated([&] {
        std::string xml;
        auto proxy = bus::make_proxy(*connection_, service, path);
        proxy->callMethod("GetXML")
            .onInterface(guest_interface)
            .withTimeout(call_timeout_usec)
            .withArguments(bus::to_dictionary(with_defaults({})))
            .storeResultsTo(xml);
        return xml;
    });
}

nlohmann::ordered_json Client::guest_plan(const std::string& path) {
    return translated([&] {
        bus::Dictionary plan;
        auto proxy = bus::make_proxy(*connection_, service, path);
        proxy->callMethod("GetPlan")
            .onInterface(guest_interface)
            .withTimeout(call_timeout_usec)
            .withArguments(bus::to_dictionary(with_defaults({})))
            .storeResultsTo(plan);
        return bus::to_json(plan);
    });
}

nlohmann::ordered_json Client::verify(const std::string& path) {
    return translated([&] {
        std::vector<bus::Dictionary> rows;
        auto proxy = bus::make_proxy(*connection_, service, path);
        proxy->callMethod("Verify")
            .onInterface(guest_interface)
            .withTimeout(call_timeout_usec)
            .withArguments(bus::to_dictionary(with_defaults({})))
            .storeResultsTo(rows);
        auto out = nlohmann::ordered_json::array();
        for (const auto& row : rows) out.push_back(bus::to_json(row));
        return out;
    });
}

nlohmann::ordered_json Client::properties(const std::string& path) {
    return translated([&] {
        bus::Dictionary properties;
        auto proxy = bus::make_proxy(*connection_, service, path);
        proxy->callMethod("GetAll")
            .onInterface("org.freedesktop.DBus.Properties")
            .withTimeout(call_timeout_usec)
            .withArguments(std::string(guest_interface))
            .storeResultsTo(properties);
        return bus::to_json(properties);
    });
}

} // namespace vmwarden::cli
