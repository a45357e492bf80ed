// SPDX-License-Identifier: LGPL-2.1-or-later
// The other end of a serial port, console or channel: what these have alike.
#pragma once

#include "src/domain/element_reader.h"
#include "src/domain/guest_definition.h"

namespace vmwarden::domain {

// Takes what stands there about it into `device`, whose target is known. False for a type that was
// refused: then nothing more is worth saying about the element.
bool read_other_end(ElementReader& element, CharacterDevice& device);

bool same_other_end(const CharacterDevice& one, const CharacterDevice& other);

} // namespace vmwarden::domain
