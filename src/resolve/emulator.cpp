// SPDX-License-Identifier: LGPL-2.1-or-later
// The program that becomes the guest, and whether KVM will do what is asked.
#include "src/base/text.h"
#include "src/resolve/emulators.h"
#include "src/resolve/steps.h"

#include <algorithm>

namespace vmwarden::resolving {

namespace {

constexpr std::string_view use_qemu = "use <domain type='qemu'> to run without KVM";

const Setting<std::string>* allowing_line(const HostPolicy& policy, const std::string& path) {
    const auto& globs = policy.emulators.value;
    const auto found = std::find_if(globs.begin(), globs.end(), [&](const auto& glob) {
        return glob_matches(glob.value, path);
    });
    return found == globs.end() ? nullptr : &*found;
}

std::string list_text(const std::vector<std::string>& paths) {
    std::string out;
    for (const auto& path : paths)
        out += (out.empty() ? "" : ", ") + path;
    return out;
}

// Why a program that is there cannot become the guest; empty when it can.
std::string unfit_because(const Draft& draft, const FileFact& fact) {
    if (fact.state == FileFact::State::unreadable) return "cannot be examined: " + fact.error;
    if (fact.type != FileType::regular) return "is not a regular file";
    if (draft.facts.identity && !fact.guest_can_execute)
        return "may not be executed by the guest's user " + draft.user_text();
    return {};
}

void take(Draft& draft, const std::string& path, const Setting<std::string>& allowed) {
    draft.emulator = path;
    draft.plan.process.executable = draft.file(path).resolved;
    const bool named = !draft.definition.emulator.empty();
    draft.decide("emulator", path + (named ? "" : ", the first here for type and architecture"),
                 allowed.origin.text());
}

void take_named(Draft& draft) {
    const auto& path = draft.definition.emulator;
    const auto& place = draft.definition.emulator_place;
    const auto* allowed = allowing_line(draft.policy, path);
    if (allowed == nullptr)
        draft.deny("emulator", place, draft.policy.emulators.origin,
                   "the policy does not allow the emulator " + path,
                   "add it to " + policy_line("emulators", draft.policy.emulators.origin));
    const auto& fact = draft.file(path);
    if (fact.state == FileFact::State::absent)
        return draft.refuse("emulator", place, "the emulator " + path + " does not exist",
                            "install it, or leave <emulator> out to have one chosen");
    if (const auto unfit = unfit_because(draft, fact); !unfit.empty())
        return draft.refuse("emulator", place, "the emulator " + path + " " + unfit,
                            "name an emulator that is an executable file in <emulator>");
    if (allowed != nullptr) take(draft, path, *allowed);
}

void choose(Draft& draft) {
    const auto candidates = emulator_candidates(draft.definition, draft.facts.machine_arch);
    std::vector<std::string> denied;
    for (const auto& path : candidates) {
        const auto& fact = draft.file(path);
        if (fact.state != FileFact::State::present || !unfit_because(draft, fact).empty()) continue;
        if (const auto* allowed = allowing_line(draft.policy, path))
            return take(draft, path, *allowed);
        denied.push_back(path);
    }
    const auto& place = draft.definition.place;
    if (!denied.empty())
        return draft.deny("emulator", place, draft.policy.emulators.origin,
                          "the policy allows none of the emulators here: " + list_text(denied),
                          "add one to " + policy_line("emulators", draft.policy.emulators.origin));
    draft.refuse("emulator", place,
                 "no emulator for this guest is installed; looked for " + list_text(candidates),
                 "install one, or name one in <emulator>");
}

void check_kvm(Draft& draft) {
    const auto& facts = draft.facts;
    const auto& definition = draft.definition;
    if (!kvm_runs(definition.os.arch, facts.machine_arch))
        draft.refuse("kvm", definition.os.place,
                     "KVM on this " + facts.machine_arch + " host runs no " + definition.os.arch +
                         " guests",
                     std::string(use_qemu));
    if (!facts.kvm_present)
        return draft.refuse("kvm", definition.place, "this host has no /dev/kvm",
                            "load the module kvm_intel or kvm_amd, or " + std::string(use_qemu));
    if (facts.identity && !facts.kvm_usable)
        draft.refuse("kvm", definition.place,
                     "the guest's user " + draft.user_text() + " may not open /dev/kvm",
                     "add it to the group that owns /dev/kvm, or " + std::string(use_qemu));
}

} // namespace

void choose_emulator(Draft& draft) {
    if (draft.definition.emulator.empty())
        choose(draft);
    else
        take_named(draft);
    if (draft.definition.type == DomainType::kvm) check_kvm(draft);
}

} // namespace vmwarden::resolving
