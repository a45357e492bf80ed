// SPDX-License-Identifier: LGPL-2.1-or-later
// <tpm>: a Trusted Platform Module.
#pragma once

#include "src/domain/device_info.h"

#include <optional>
#include <string>

namespace vmwarden {

enum class TpmModel { unsaid, tis, crb };
// emulator: swtpm beside QEMU. passthrough: the host's own.
enum class TpmBackend { emulator, passthrough };
enum class TpmVersion { unsaid, v1_2, v2_0 };

struct Tpm {
    TpmModel model = TpmModel::unsaid; // a TIS then
    TpmBackend backend = TpmBackend::emulator;
    TpmVersion version = TpmVersion::unsaid; // of emulator
    // Of emulator: what it holds stays when a guest goes that is not defined, or not any more.
    std::optional<bool> persistent;
    std::string device; // of passthrough; empty: /dev/tpm0
    SourcePlace place;
    DeviceInfo info = {};
    bool operator==(const Tpm&) const = default;
};

} // namespace vmwarden
