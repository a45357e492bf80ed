// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/cli/diagnostics_json.h"

namespace vmwarden::cli {

nlohmann::ordered_json diagnostics_json(const Diagnostics& diagnostics) {
    auto rows = nlohmann::ordered_json::array();
    for (const auto& found : diagnostics.list())
        rows.push_back({{"file", found.place.file},
                        {"line", found.place.line},
                        {"col", found.place.column},
                        {"end_col", found.place.column + found.length},
                        {"code", found.code},
                        {"severity", found.severity == Severity::error ? "error" : "warning"},
                        {"message", found.message},
                        {"hint", found.hint}});
    return rows;
}

std::string json_text(const nlohmann::ordered_json& value) {
    return value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace vmwarden::cli
