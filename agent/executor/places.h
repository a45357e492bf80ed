// SPDX-License-Identifier: LGPL-2.1-or-later
// Where the executor keeps what it must remember.
#pragma once

#include <string>

namespace vmwarden::executor {

struct Places {
    std::string guests;  // a directory for each running guest; gone after a boot
    std::string restore; // a journal for each; stays over a crash of the host
    std::string shim;    // the program
};

const Places& system_places();

} // namespace vmwarden::executor
