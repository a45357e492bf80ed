// SPDX-License-Identifier: LGPL-2.1-or-later
// Any bytes as a qemu.conf: no crash, a policy exactly when there is no error, and one that the
// policy's reader takes. Seeds: tests/golden/qemu-conf.
#include "src/hostpolicy/read_policy.h"
#include "src/qemuconf/qemu_conf.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vmwarden;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto imported = import_qemu_conf("fuzz.conf", text);
    if (imported.policy.has_value() == imported.report.has_errors()) std::abort();
    if (render(imported.report, text).empty() != imported.report.empty()) std::abort();
    for (const auto& found : imported.report.list())
        if (found.message.starts_with("the policy of it is refused") && size < 64 * 1024)
            std::abort();
    if (!imported.policy) return 0;
    const PolicyFile file{"fuzz.yaml", *imported.policy};
    if (!read_policy({&file, 1}).policy) std::abort();
    return 0;
}
