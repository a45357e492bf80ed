// SPDX-License-Identifier: LGPL-2.1-or-later
// The other end of a port: what a -chardev says, or a word of -serial.
#pragma once

#include "src/native/import.h"

namespace vmwarden::native {

// False, and `character` of no use, for an end that the XML has no word for.
bool take_end(Import& import, const Option& option, Properties properties,
              CharacterDevice& character);

// By the id of a -chardev that nothing else has; it stays pending.
Pending* take_chardev(Import& import, const std::string& id, CharacterDevice& character);

// "tcp:…", "file:…", "/dev/ttyS0" as QEMU has them behind -serial and -parallel.
Properties short_end(const std::string& text);

} // namespace vmwarden::native
