// SPDX-License-Identifier: LGPL-2.1-or-later
// How long a definition takes from its text to a launch plan, without the look at the host: the
// processor time of this thread, so that others' work does not count.
//     xml-to-plan DIRECTORY...   of tests/golden/plans
#include "src/domain/domain_xml.h"
#include "src/resolve/resolve.h"
#include "tests/golden/inputs.h"

#include <algorithm>
#include <ctime>
#include <iostream>
#include <stdexcept>

namespace vmwarden::tests {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t rounds = 2000;
constexpr double aim = 300; // microseconds

double microseconds() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

bool measure(const fs::path& directory) {
    const auto in = read_inputs(directory);
    std::vector<double> times;
    for (std::size_t i = 0; i < rounds; ++i) {
        const auto begin = microseconds();
        const auto read = read_domain("domain.xml", in.domain_text);
        const auto request = facts_needed(in.policy, *read.definition);
        const auto made = resolve(in.policy, *read.definition, in.facts);
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
