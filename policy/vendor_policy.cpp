// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes 10-vendor.yaml: the default policy, which names the accounts of this build, explained out
// of the table of keys.
#include "src/hostpolicy/describe.h"

#include <iostream>

int main() {
    std::cout << vmwarden::default_policy_file();
    return std::cout.good() ? 0 : 1;
}
