// SPDX-License-Identifier: LGPL-2.1-or-later
// How long a definition takes from its text to a launch plan, without the look at the host: the
// processor time of this thread, so that others' work does not count.
//     xml-to-plan DIRECTORY...   of tests/golden/plans
#include "src/domain/domain_xml.h"
#include "src/hostpolicy/read_policy.h"
#include "src/resolve/resolve.h"
#include "tests/golden/facts_json.h"

#include <algorithm>
#include <ctime>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>

namespace vmwarden::tests {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t rounds = 2000;
constexpr double aim = 300; // microseconds

std::string slurp(const fs::path& file) {
    std::ifstream stream(file);
    if (!stream) throw std::runtime_error("cannot open " + file.string());
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

double microseconds() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

bool measure(const fs::path& directory) {
    const auto policy_text = slurp(directory / "policy.yaml");
    const auto xml = slurp(directory / "domain.xml");
    const PolicyFile file{"policy.yaml", policy_text};
    const auto policy = read_policy({&file, 1}).policy.value();
    const auto facts =
        read_facts(directory / "facts.json", directory.parent_path().parent_path() / "facts");
    std::vector<double> times;
    for (std::size_t i = 0; i < rounds; ++i) {
        const auto begin = microseconds();
        const auto read = read_domain("domain.xml", xml);
        const auto request = facts_needed(policy, *read.definition);
        const auto made = resolve(policy, *read.definition, facts);
        times.push_back(microseconds() - begin);
        if (!std::holds_alternative<LaunchPlan>(made) || request.files.empty())
            throw std::runtime_error(directory.string() + " is not planned");
    }
    std::sort(times.begin(), times.end());
    const auto median = times[rounds / 2];
    std::cout << directory.filename().string() << ": median " << median << " us, of the aim "
              << median / aim << '\n';
    return median <= aim;
}

} // namespace
} // namespace vmwarden::tests

int main(int argc, char** argv) {
    bool good = true;
    for (int i = 1; i < argc; ++i)
        good = vmwarden::tests::measure(argv[i]) && good;
    return good && argc > 1 ? 0 : 1;
}
