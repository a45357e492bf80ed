// SPDX-License-Identifier: LGPL-2.1-or-later
// What `--json` makes of diagnostics, for editors and CI.
#pragma once

#include "src/base/diagnostic.h"

#include <nlohmann/json.hpp>
#include <string>

namespace vmwarden::cli {

// An array with an object for each: file, line, col, end_col, code, severity, message, hint.
nlohmann::ordered_json diagnostics_json(const Diagnostics& diagnostics);

// As printed: bytes that are no UTF-8 are replaced.
std::string json_text(const nlohmann::ordered_json& value);

} // namespace vmwarden::cli
