// SPDX-License-Identifier: LGPL-2.1-or-later
// What comes from other programs' configuration. Without the agent, without privilege.
#include "agent/cli/diagnostics_json.h"
#include "agent/cli/input.h"
#include "agent/cli/verbs.h"
#include "src/qemuconf/qemu_conf.h"

#include <iostream>

namespace vmwarden::cli {

namespace {

nlohmann::ordered_json as_json(const ImportedQemuConf& imported) {
    return {{"policy", imported.policy ? nlohmann::ordered_json(*imported.policy) : nullptr},
            {"report", diagnostics_json(imported.report)}};
}

} // namespace

// The policy goes to stdout, the report to stderr: `... > 60-imported.yaml` keeps the one and shows
// the other. With an error there is no policy at all, rather than a part of it.
ExitCode import_policy(Context& context) {
    const auto& file = context.operands.front();
    const auto text = read_input(file, max_qemu_conf_bytes);
    const auto imported = import_qemu_conf(input_name(file), text);
    if (context.global.json) {
        std::cout << json_text(as_json(imported)) << '\n';
    } else {
        std::cerr << render(imported.report, text);
        if (imported.policy) std::cout << *imported.policy;
    }
    return imported.policy ? ExitCode::done : ExitCode::failed;
}

} // namespace vmwarden::cli
