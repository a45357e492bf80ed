// SPDX-License-Identifier: LGPL-2.1-or-later
// -tpmdev and the device before it.
#include "src/base/text.h"
#include "src/native/device_reader.h"
#include "src/qemu/tpm.h"

namespace vmwarden::native {

namespace {

// swtpm is the agent's to start, wherever that of the line listened.
Pending* emulator_of(Import& import, Properties& backend) {
    const auto found = import.chardevs.find(backend.take("chardev").value_or(""));
    if (found == import.chardevs.end() || found->second.done) return nullptr;
    const auto& socket = found->second.properties;
    const bool known = socket.peek("backend") == "socket" && socket.has("path");
    return known ? &found->second : nullptr;
}

void tell_of_emulator(Import& import, const Pending& socket, const Tpm& tpm) {
    const auto path = socket.properties.peek("path").value_or("");
    if (path != qemu::tpm_socket_by_hand)
        import.warn(*socket.option,
                    "the swtpm at '" + printable(path) + "' is left out: the agent starts its own",
                    "what it holds is not taken along");
    if (tpm.model != TpmModel::crb && path != qemu::tpm_socket_by_hand)
        import.warn(*socket.option,
                    "the line does not say which version of TPM this is: 1.2, for a tpm-tis",
                    "write <backend type='emulator' version='2.0'/> if it is one");
}

// No command is cancelled here.
void tell_of_cancelling(Import& import, const Pending& end) {
    const auto path = end.properties.peek("cancel-path").value_or("/dev/null");
    if (path != "/dev/null")
        import.warn(*end.option, "'cancel-path' is left out: the launcher gives its own");
}

bool take_passthrough(Properties& backend, Tpm& tpm) {
    tpm.backend = TpmBackend::passthrough;
    tpm.device = backend.take("path").value_or("");
    if (tpm.device == "/dev/tpm0") tpm.device.clear();
    const auto cancel = backend.take("cancel-path");
    return (tpm.device.empty() || tpm.device.starts_with('/')) &&
           (!cancel || *cancel == "/dev/null" || cancel->starts_with("/sys/"));
}

} // namespace

void import_tpmdev(Import& import, const Option& option) {
    auto properties = Properties::parse(option.value(), "type").value_or(Properties());
    const auto id = properties.peek("id").value_or("");
    if (!import.tpmdevs.emplace(id, Pending{&option, std::move(properties)}).second)
        import.error(option, "two TPMs have the id '" + printable(id) + "'");
}

bool read_tpm(DeviceReader& device) {
    auto& import = device.import();
    auto* end = device.end("tpmdev", import.tpmdevs);
    if (end == nullptr || import.guest.tpm) return false;
    Tpm tpm;
    tpm.place = device.place();
    tpm.model = device.driver() == "tpm-crb" ? TpmModel::crb : TpmModel::tis;
    device.on_no_bus(tpm.info);
    auto backend = end->properties;
    backend.take("id");
    const auto type = backend.take("type").value_or("");
    Pending* socket = nullptr;
    if (type == "emulator") {
        socket = emulator_of(import, backend);
        if (socket == nullptr) return false;
    } else if (type != "passthrough" || !take_passthrough(backend, tpm)) {
        return false;
    }
    if (!backend.left().empty() || !device.complete()) return false;
    if (socket != nullptr) {
        tell_of_emulator(import, *socket, tpm);
        socket->done = true;
    }
    tell_of_cancelling(import, *end);
    end->done = true;
    import.guest.tpm = std::move(tpm);
    return true;
}

} // namespace vmwarden::native
