// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/readers.h"
#include "src/domain/values.h"

namespace vmwarden::domain {

namespace {

constexpr std::string_view pseries_only = "only pSeries guests have one";
constexpr std::string_view swtpm_only = "only an emulated TPM has it";
constexpr NotDone models_refused[] = {{"tpm-spapr", pseries_only},
                                      {"spapr-tpm-proxy", pseries_only}};
constexpr NotDone backends_refused[] = {
    {"external", "QEMU would reach out to a socket of the host's"}};
constexpr std::string_view no_profiles = "swtpm chooses what the TPM can do";
constexpr NotDone emulator_refused[] = {
    {"encryption", "there are no secrets for guests in this version: keep /var/lib/vmwarden on an "
                   "encrypted disk"},
    {"active_pcr_banks", no_profiles},
    {"profile", no_profiles},
    {"source", "its state has a place of the agent's"},
    {"device", "only type='passthrough' has one"}};
constexpr NotDone emulator_attributes_refused[] = {{"debug", "swtpm's log is the guest's"}};
constexpr NotDone passthrough_refused[] = {{"encryption", swtpm_only},
                                           {"active_pcr_banks", swtpm_only},
                                           {"profile", swtpm_only},
                                           {"source", "its <device> says which"}};
constexpr NotDone passthrough_attributes_refused[] = {
    {"version", swtpm_only}, {"persistent_state", swtpm_only}, {"debug", swtpm_only}};

void read_backend(ElementReader& backend, Tpm& tpm) {
    const auto type = backend.required_word("type", tpm_backends, backends_refused);
    if (!type) return backend.skip_rest();
    tpm.backend = *type;
    if (tpm.backend == TpmBackend::emulator) {
        tpm.version = backend.word("version", tpm_versions).value_or(TpmVersion::unsaid);
        tpm.persistent = backend.word("persistent_state", yes_no);
        backend.refuse_attributes(emulator_attributes_refused);
        return backend.refuse_children(emulator_refused);
    }
    backend.child("device", [&](ElementReader& device) {
        if (const auto path = device.attribute("path"))
            tpm.device = path_from(*path, device.report()).value_or("");
    });
    backend.refuse_attributes(passthrough_attributes_refused);
    backend.refuse_children(passthrough_refused);
}

} // namespace

void read_tpm(ElementReader& element, GuestDefinition& guest) {
    Tpm tpm;
    tpm.place = element.place();
    const bool named = element.attribute("model").has_value();
    const auto model = element.word("model", tpm_models, models_refused);
    if (named && !model) return element.skip_rest();
    tpm.model = model.value_or(TpmModel::unsaid);
    if (!element.child("backend", [&](ElementReader& backend) { read_backend(backend, tpm); }))
        element.error(element.at(), "<tpm> has no <backend>",
                      "write <backend type='emulator' version='2.0'/>");
    tpm.info = read_device_info(element, {});
    if (tpm.model == TpmModel::crb && tpm.version == TpmVersion::v1_2)
        element.error(element.at(), "a tpm-crb is a TPM 2.0", "write version='2.0', or tpm-tis");
    guest.tpm = std::move(tpm);
}

} // namespace vmwarden::domain
