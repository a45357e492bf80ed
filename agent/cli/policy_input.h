// SPDX-License-Identifier: LGPL-2.1-or-later
// The policy files of this host as this process can read them.
#pragma once

#include "src/hostpolicy/read_policy.h"

#include <string>

namespace vmwarden::cli {

// Below `root`, "/" for the host. Throws Failure with every diagnostic when they do not check, so
// `policy` is there.
ReadPolicy read_good_policy(const std::string& root);

} // namespace vmwarden::cli
