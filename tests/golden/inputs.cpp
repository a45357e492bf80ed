// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/golden/inputs.h"

#include "src/domain/domain_xml.h"
#include "src/hostpolicy/read_policy.h"
#include "tests/golden/facts_json.h"

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace vmwarden::tests {

std::string text_of(const std::filesystem::path& file) {
    std::ifstream stream(file);
    if (!stream) throw std::runtime_error("cannot open " + file.string());
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

Inputs read_inputs(const std::filesystem::path& directory) {
    Inputs in;
    in.policy_text = text_of(directory / "policy.yaml");
    in.domain_text = text_of(directory / "domain.xml");
    const PolicyFile file{"policy.yaml", in.policy_text};
    auto policy = read_policy({&file, 1});
    auto domain = read_domain("domain.xml", in.domain_text);
    if (!policy.policy) throw std::runtime_error(render(policy.diagnostics, in.policy_text));
    if (!domain.definition) throw std::runtime_error(render(domain.diagnostics, in.domain_text));
    in.policy = *policy.policy;
    in.definition = *domain.definition;
    in.facts =
        read_facts(directory / "facts.json", directory.parent_path().parent_path() / "facts");
    return in;
}

} // namespace vmwarden::tests
