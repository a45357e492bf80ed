// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/supervisor/failure.h"

#include "agent/supervisor/log.h"

#include <algorithm>

namespace vmwarden::supervisor {

namespace {

std::string render_one(const Diagnostic& diagnostic, Sources sources) {
    const auto source = std::find_if(sources.begin(), sources.end(), [&](const PolicyFile& file) {
        return file.name == diagnostic.place.file;
    });
    if (diagnostic.place.file.empty()) {
        std::string out = diagnostic.message;
        if (!diagnostic.hint.empty()) out += "; " + diagnostic.hint;
        return out;
    }
    return render(diagnostic, source == sources.end() ? std::string_view() : source->text);
}

std::string render_all(const Diagnostics& diagnostics, Sources sources) {
    std::string out;
    for (const auto& diagnostic : diagnostics.list()) {
        if (!out.empty()) out += "\n";
        out += render_one(diagnostic, sources);
    }
    return out;
}

} // namespace

Failure no_such_guest(const std::string& name) {
    return {Failure::Kind::no_such_guest,
            "no guest is called '" + name + "'; 'vmwarden list --all' shows those there are"};
}

Failure invalid_definition(const Diagnostics& diagnostics, Sources sources) {
    return {Failure::Kind::invalid_definition, render_all(diagnostics, sources)};
}

Failure invalid_policy(const std::string& outcome, const Diagnostics& diagnostics,
                       Sources sources) {
    return {Failure::Kind::invalid_policy, outcome + "\n" + render_all(diagnostics, sources)};
}

Failure refused(const std::vector<Refusal>& refusals, Sources sources) {
    Failure failure{Failure::Kind::launch_failed, {}};
    for (const auto& refusal : refusals) {
        if (refusal.kind == Refusal::Kind::denied) {
            failure.kind = Failure::Kind::policy_denied;
            if (refusal.rule.kind == Origin::Kind::policy)
                failure.policy_lines.push_back(refusal.rule.place);
        }
        Diagnostic diagnostic = refusal.diagnostic;
        diagnostic.message = refusal.step + ": " + diagnostic.message;
        if (!failure.message.empty()) failure.message += "\n";
        failure.message += render_one(diagnostic, sources);
    }
    return failure;
}

Failure unexpected(const std::string& detail, const std::string& guest) {
    log(LOG_ERR, detail, guest);
    return {Failure::Kind::operation_failed,
            "the agent could not do this; 'journalctl -u vmwardend' has the detail"};
}

} // namespace vmwarden::supervisor
