// SPDX-License-Identifier: LGPL-2.1-or-later
// Just enough QMP to be started and shut down like an emulator.
#pragma once

namespace vmwarden::escape {

// Sockets that QEMU was given: a listening one is its monitor, a connected one the shim's line.
struct Given {
    int listener = -1;
    int shim_line = -1;
};

// Exits with 0 when told to power down, and by another code when a connection breaks.
[[noreturn]] void serve(const Given& given);

} // namespace vmwarden::escape
