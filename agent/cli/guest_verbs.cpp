// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/cli/offline_plan.h"
#include "agent/cli/verbs.h"
#include "src/base/units.h"

namespace vmwarden::cli {

namespace {

ExitCode run(Context& context, const std::string& method, CallOptions options = {}) {
    auto& agent = context.agent();
    agent.run_job(agent.find(context.operands[0]), method, std::move(options));
    return ExitCode::done;
}

} // namespace

ExitCode define_guest(Context& context) {
    const auto file = read_domain_file(context.operands[0]);
    context.agent().define(file.xml, file.name);
    return ExitCode::done;
}

ExitCode undefine_guest(Context& context) {
    auto& agent = context.agent();
    auto options = CallOptions::object();
    if (context.options.has("nvram")) options["nvram"] = true;
    agent.undefine(agent.find(context.operands[0]), std::move(options));
    return ExitCode::done;
}

ExitCode create_guest(Context& context) {
    const auto file = read_domain_file(context.operands[0]);
    context.agent().create(file.xml, file.name);
    return ExitCode::done;
}

ExitCode shutdown_guest(Context& context) {
    CallOptions options;
    if (const auto text = context.options.value("timeout")) {
        const auto seconds = parse_number(*text);
        if (!seconds || *seconds == 0 || *seconds > 86400)
            throw UsageError("--timeout=" + *text + " is not a number of seconds from 1 to 86400");
        options["timeout"] = *seconds;
    }
    return run(context, "Shutdown", options);
}

ExitCode start_guest(Context& context) {
    return run(context, "Start");
}
ExitCode destroy_guest(Context& context) {
    return run(context, "Destroy");
}
ExitCode reset_guest(Context& context) {
    return run(context, "Reset");
}
ExitCode suspend_guest(Context& context) {
    return run(context, "Suspend");
}
ExitCode resume_guest(Context& context) {
    return run(context, "Resume");
}

} // namespace vmwarden::cli
