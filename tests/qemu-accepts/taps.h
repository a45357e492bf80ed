// SPDX-License-Identifier: LGPL-2.1-or-later
// Tap devices for a guest's cards, in a network namespace of their own: nothing of the host's.
#pragma once

#include "src/domain/guest_definition.h"
#include "src/qemu/command.h"

#include "src/base/unique_fd.h"

#include <map>
#include <vector>

namespace vmwarden::accepts {

class Taps {
  public:
    // For cards that want a device of the host's. Without the privilege there are none, and such a
    // card has QEMU's own network.
    explicit Taps(const GuestDefinition& guest);

    [[nodiscard]] const std::map<std::size_t, qemu::NetworkBackEnd>& back_ends() const {
        return back_ends_;
    }

  private:
    std::map<std::size_t, qemu::NetworkBackEnd> back_ends_;
    std::vector<UniqueFd> queues_; // inherited by QEMU
};

} // namespace vmwarden::accepts
