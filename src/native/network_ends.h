// SPDX-License-Identifier: LGPL-2.1-or-later
// What of the host's network stands behind a card: -netdev, and its words in -net and -nic.
#pragma once

#include "src/native/import.h"
#include "src/qemu/board.h"

namespace vmwarden::native {

// False, with a warning where there is something to say, for what the XML has no place for.
bool take_network_end(Import& import, const Option& option, Properties properties,
                      Interface& interface);

// By its name in the XML or its driver's; null for one that the XML has no name for.
const qemu::NicModel* card_called(std::string_view name);

// The cards of -device, each with its -netdev.
void settle_cards(Import& import);

} // namespace vmwarden::native
