// SPDX-License-Identifier: LGPL-2.1-or-later
// Firmware descriptors of any bytes: what is understood names files by absolute paths alone.
#include "agent/host/firmware_descriptors.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto firmware =
        vmwarden::host::parse_firmware({reinterpret_cast<const char*>(data), size});
    if (!firmware) return 0;
    if (!firmware->executable.starts_with('/')) std::abort();
    const auto& variables = firmware->nvram_template;
    if (!variables.empty() && !variables.starts_with('/')) std::abort();
    return 0;
}
