// SPDX-License-Identifier: LGPL-2.1-or-later
// The guest's TPM: swtpm beside QEMU, or the host's own.
#include "src/resolve/tpm.h"

#include "src/qemu/tpm.h"
#include "src/resolve/attendants.h"
#include "src/resolve/file_case.h"
#include "src/resolve/steps.h"

namespace vmwarden {
namespace resolving {

namespace {

constexpr const char* step = "tpm";
constexpr const char* purpose = "tpm state";

void give_node(Draft& draft, const Tpm& tpm) {
    const auto& allowed = draft.policy.host_devices_tpm;
    if (allowed.value == Permission::deny)
        return draft.deny(step, tpm.place, allowed.origin,
                          "the policy gives guests no TPM of the host",
                          "write <backend type='emulator' version='2.0'/>, or change " +
                              policy_line("host_devices.tpm", allowed.origin));
    WantedFile wanted;
    wanted.path = qemu::tpm_node(tpm);
    wanted.purpose = step;
    wanted.element = "<device>";
    wanted.place = tpm.place;
    wanted.sharing = plan::FileGrant::Sharing::exclusive;
    wanted.character = true;
    grant_file(draft, wanted);
}

void start_emulator(Draft& draft, const Tpm& tpm) {
    const auto program = find_attendant(
        draft,
        {.step = step, .place = tpm.place, .program = qemu::swtpm_program, .package = "swtpm"});
    if (!program) return;
    const auto directory = tpm_state(draft.definition);
    const auto& plan = draft.plan;
    const Owner owner{plan.process.identity.uid, plan.process.identity.gid};
    draft.plan.directories.push_back({directory, purpose, owner, plan.security.image_label});
    draft.tpm_fd = attend(draft, {.name = "tpm0",
                                  .executable = *program,
                                  .argv = qemu::swtpm_argv(tpm, directory, attendant_fd),
                                  .fd = attendant_fd,
                                  .because = defined_at(tpm.place)});
    draft.decide(step, "emulated by " + *program + ", which keeps its state in " + directory,
                 defined_at(tpm.place));
}

} // namespace

std::string tpm_state(const GuestDefinition& definition) {
    const auto& tpm = definition.tpm;
    if (!tpm || tpm->backend != TpmBackend::emulator) return {};
    return "/var/lib/vmwarden/tpm/" + definition.name;
}

void grant_tpm(Draft& draft) {
    const auto& tpm = draft.definition.tpm;
    if (tpm && tpm->backend == TpmBackend::passthrough) give_node(draft, *tpm);
}

void emulate_tpm(Draft& draft) {
    const auto& tpm = draft.definition.tpm;
    if (tpm && tpm->backend == TpmBackend::emulator) start_emulator(draft, *tpm);
}

} // namespace resolving

std::string directory_to_forget(const GuestDefinition& definition) {
    if (definition.tpm && definition.tpm->persistent == true) return {};
    return resolving::tpm_state(definition);
}

} // namespace vmwarden
