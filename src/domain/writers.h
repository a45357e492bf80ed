// SPDX-License-Identifier: LGPL-2.1-or-later
// The other direction of readers.h.
#pragma once

#include "src/domain/guest_definition.h"
#include "src/domain/xml_writer.h"

namespace vmwarden::domain {

void write_devices(XmlWriter& xml, const GuestDefinition& guest);

} // namespace vmwarden::domain
