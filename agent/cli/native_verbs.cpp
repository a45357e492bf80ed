// SPDX-License-Identifier: LGPL-2.1-or-later
// Domain XML and QEMU's command lines, one made of the other. Without the agent, without privilege.
#include "agent/cli/diagnostics_json.h"
#include "agent/cli/input.h"
#include "agent/cli/verbs.h"
#include "src/domain/domain_xml.h"
#include "src/native/native.h"

#include <cstdlib>
#include <iostream>

namespace vmwarden::cli {

namespace {

void check_format(const std::string& format) {
    if (const auto problem = native::format_problem(format); !problem.empty())
        throw UsageError(problem);
}

native::Dialect dialect_of(const VerbOptions& options) {
    const auto name = options.value("dialect").value_or("modern");
    const auto dialect = native::dialect_called(name);
    if (!dialect) throw UsageError(native::dialect_problem(name));
    return *dialect;
}

// Of this process, as the exporter of 2009 took its own.
std::vector<RawVariable> environment() {
    std::vector<RawVariable> out;
    for (const auto& name : native::legacy_variables())
        if (const char* value = std::getenv(name.c_str())) out.push_back({name, value, {}});
    return out;
}

// What was made goes to stdout, what there is to say of it to stderr.
ExitCode give(const Context& context, const native::Converted& converted,
              const std::string& source) {
    if (context.global.json) {
        const nlohmann::ordered_json answer{
            {"text", converted.text ? nlohmann::ordered_json(*converted.text) : nullptr},
            {"report", diagnostics_json(converted.diagnostics)}};
        std::cout << json_text(answer) << '\n';
    } else {
        std::cerr << render(converted.diagnostics, source);
        if (converted.text) std::cout << *converted.text;
    }
    return converted.text ? ExitCode::done : ExitCode::failed;
}

} // namespace

ExitCode domain_from_native(Context& context) {
    check_format(context.operands[0]);
    const auto& file = context.operands[1];
    const auto text = read_input(file, native::max_line_bytes);
    return give(context, native::from_native(input_name(file), text), text);
}

ExitCode domain_to_native(Context& context) {
    check_format(context.operands[0]);
    const auto dialect = dialect_of(context.options);
    const auto& file = context.operands[1];
    const auto xml = read_input(file, max_domain_bytes);
    return give(context, native::to_native(input_name(file), xml, dialect, environment()), xml);
}

} // namespace vmwarden::cli
