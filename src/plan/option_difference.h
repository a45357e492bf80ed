// SPDX-License-Identifier: LGPL-2.1-or-later
// Two command lines of one program, compared option by option.
#pragma once

#include "src/plan/compare.h"

namespace vmwarden::plan {

// An option is a word that begins with '-' and the words up to the next such.
std::vector<Difference> option_differences(const std::vector<std::string>& before,
                                           const std::vector<std::string>& now);

} // namespace vmwarden::plan
