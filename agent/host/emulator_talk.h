// SPDX-License-Identifier: LGPL-2.1-or-later
// The conversation with an emulator that is asked what it can do.
#pragma once

#include "agent/host/qmp_client.h"
#include "src/capabilities/emulator_abilities.h"

#include <stdexcept>

namespace vmwarden::host {

// Why an emulator's abilities are not known, in words that go behind its path.
class NoAnswer : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// Asks all questions over a socket on which nothing has been said yet; the caller ends QEMU. Throws
// NoAnswer for whatever the other side does wrong, the deadline included.
EmulatorAbilities ask_abilities(UniqueFd socket, QmpClient::Deadline deadline);

} // namespace vmwarden::host
