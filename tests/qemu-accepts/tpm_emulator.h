// SPDX-License-Identifier: LGPL-2.1-or-later
// A real swtpm for a guest that has one, as our shim starts it.
#pragma once

#include "src/base/unique_fd.h"
#include "src/domain/guest_definition.h"

#include <string>
#include <sys/types.h>

namespace vmwarden::accepts {

class TpmEmulator {
  public:
    // Nothing for a guest without an emulated TPM. Throws where swtpm is not installed.
    TpmEmulator(const GuestDefinition& guest, const std::string& directory);
    TpmEmulator(const TpmEmulator&) = delete;
    TpmEmulator& operator=(const TpmEmulator&) = delete;
    ~TpmEmulator(); // kills what still runs, and reaps it

    // QEMU's end; -1: none. Close it once QEMU has it.
    [[nodiscard]] int fd() const { return qemus_end_.get(); }
    void close_here() { qemus_end_.reset(); }
    // Its wait status, after QEMU has gone; 0 where there is none.
    int end();

  private:
    UniqueFd qemus_end_;
    pid_t pid_ = -1;
};

} // namespace vmwarden::accepts
