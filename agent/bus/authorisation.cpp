// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/bus/authorisation.h"

#include <algorithm>
#include <stdexcept>

namespace vmwarden::bus {

namespace {

using supervisor::Failure;

constexpr std::string_view manager_interface = "org.vmwarden1.Manager";
constexpr std::string_view guest_interface = "org.vmwarden1.Guest";
constexpr std::string_view policy_interface = "org.vmwarden1.Policy";

constexpr std::string_view define_guest = "org.vmwarden1.define-guest";
constexpr std::string_view create_guest = "org.vmwarden1.create-guest";
constexpr std::string_view manage_guest = "org.vmwarden1.manage-guest";
constexpr std::string_view inspect_guest = "org.vmwarden1.inspect-guest";
constexpr std::string_view manage_policy = "org.vmwarden1.manage-policy";

// Reading the registry is free to all, as properties are, and so is what the host can run: however
// often it is asked for, an emulator is started for that once (docs/adr/0023). Plans are not: to
// make one, files are looked at with our rights; nor is converting a text, which tells nothing but
// is work for a process with privilege, and which `vmwarden domxml-*` does without it. tests/bus
// compares this with dbus/*.xml and policy/polkit.
constexpr MethodRule table[] = {
    {manager_interface, "DefineGuest", define_guest, "define", {"file"}},
    {manager_interface, "CreateGuest", create_guest, "create", {"file", "wait"}},
    {manager_interface, "GetGuest", {}, {}},
    {manager_interface, "GetGuestByUUID", {}, {}},
    {manager_interface, "GetGuestByPID", {}, {}},
    {manager_interface, "ListGuests", {}, {}},
    {manager_interface, "PlanGuest", inspect_guest, "plan", {"file"}},
    {manager_interface, "GetCapabilities", {}, {}},
    {manager_interface, "DomainXMLFromNative", inspect_guest, "domxml-from-native", {"file"}},
    {manager_interface,
     "DomainXMLToNative",
     inspect_guest,
     "domxml-to-native",
     {"file", "dialect"}},
    {manager_interface, "Can", {}, {}},
    {guest_interface, "Start", manage_guest, "start", {"wait"}},
    {guest_interface, "Shutdown", manage_guest, "shutdown", {"wait", "timeout"}},
    {guest_interface, "Destroy", manage_guest, "destroy", {"wait"}},
    {guest_interface, "Suspend", manage_guest, "suspend", {"wait"}},
    {guest_interface, "Resume", manage_guest, "resume", {"wait"}},
    {guest_interface, "Reset", manage_guest, "reset", {"wait"}},
    {guest_interface, "Undefine", define_guest, "undefine", {"nvram"}},
    {guest_interface, "GetXML", inspect_guest, "dumpxml"},
    {guest_interface, "GetPlan", inspect_guest, "plan"},
    {guest_interface, "Verify", inspect_guest, "verify"},
    {policy_interface, "Check", inspect_guest, "policy-check"},
    {policy_interface, "GetEffective", inspect_guest, "policy-show"},
    {policy_interface, "Explain", inspect_guest, "policy-explain"},
    {policy_interface, "ExplainDevice", inspect_guest, "policy-explain"},
    {policy_interface, "Reload", manage_policy, "policy-reload"},
    {policy_interface, "Try", manage_policy, "policy-try", {"file"}},
    {policy_interface, "Confirm", manage_policy, "policy-confirm"},
    {policy_interface, "Revert", manage_policy, "policy-revert"},
    {policy_interface, "Simulate", inspect_guest, "policy-simulate", {"file"}},
};

Failure refusal(host::Authority::Answer answer, const MethodRule& rule) {
    const std::string action(rule.action);
    const auto refused = [](const std::string& message) {
        return Failure{Failure::Kind::not_authorized, message};
    };
    switch (answer) {
    case host::Authority::Answer::challenge:
        return refused(action + " needs a password, and none may be asked for here; drop the " +
                       "option auth.no_user_interaction, or call as root");
    case host::Authority::Answer::unavailable:
        return refused("polkit cannot be asked for " + action +
                       ", so only root may do this; install or start polkitd");
    case host::Authority::Answer::yes:
    case host::Authority::Answer::no:
        break;
    }
    return refused("polkit denies " + action +
                   "; a rule of the administrator or a password would allow it, and root may");
}

host::Authority::Question question(const Caller& caller, const MethodRule& rule,
                                   const std::string& guest, bool interactive) {
    return {caller.name,
            std::string(rule.action),
            {{"guest", guest}, {"verb", std::string(rule.verb)}},
            interactive};
}

bool free_for(const Caller& caller, const MethodRule& rule) {
    return rule.action.empty() || caller.uid == 0;
}

} // namespace

std::span<const std::string_view> MethodRule::known_options() const {
    const auto end = std::find(options.begin(), options.end(), std::string_view());
    return {options.begin(), end};
}

std::span<const MethodRule> authorisation_table() {
    return table;
}

const MethodRule& rule_of(std::string_view interface, std::string_view member) {
    for (const auto& rule : table)
        if (rule.interface == interface && rule.member == member) return rule;
    throw std::logic_error("no authorisation rule for " + std::string(member));
}

const MethodRule* rule_of_verb(std::string_view verb) {
    for (const auto& rule : table)
        if (rule.interface == guest_interface && rule.verb == verb) return &rule;
    return nullptr;
}

void Gate::ask(const Caller& caller, const MethodRule& rule, const std::string& guest,
               bool interactive, Verdict verdict) {
    if (free_for(caller, rule)) return verdict(std::nullopt);
    authority_.ask(question(caller, rule, guest, interactive),
                   [&rule, verdict = std::move(verdict)](host::Authority::Answer answer) {
                       if (answer == host::Authority::Answer::yes) return verdict(std::nullopt);
                       verdict(refusal(answer, rule));
                   });
}

void Gate::preview(const Caller& caller, const MethodRule& rule, const std::string& guest,
                   Preview preview) {
    if (free_for(caller, rule)) return preview("yes");
    authority_.ask(question(caller, rule, guest, false),
                   [preview = std::move(preview)](host::Authority::Answer answer) {
                       switch (answer) {
                       case host::Authority::Answer::yes:
                           return preview("yes");
                       case host::Authority::Answer::challenge:
                           return preview("challenge");
                       case host::Authority::Answer::no:
                       case host::Authority::Answer::unavailable:
                           break;
                       }
                       preview("no");
                   });
}

} // namespace vmwarden::bus
