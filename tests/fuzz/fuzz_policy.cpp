// SPDX-License-Identifier: LGPL-2.1-or-later
// Any bytes as a policy file: no crash, and a policy exactly when there is no error.
#include "src/hostpolicy/read_policy.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vmwarden;
    const PolicyFile file{"fuzz.yaml", std::string(reinterpret_cast<const char*>(data), size)};
    const auto read = read_policy({&file, 1});
    if (read.policy.has_value() == read.diagnostics.has_errors()) std::abort();
    const auto text = render(read.diagnostics, std::span(&file, 1));
    if (text.empty() != read.diagnostics.empty()) std::abort();
    return 0;
}
