// SPDX-License-Identifier: LGPL-2.1-or-later
// The kept policy, as it is and behind a right checksum: refused, or what would be written again.
#include "agent/host/last_good_policy.h"

#include <cstdint>
#include <cstdlib>

namespace {

void decode(const std::string& bytes) {
    using namespace vmwarden::host;
    const auto files = decode_last_good(bytes);
    if (files && !decode_last_good(encode_last_good(*files))) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    decode(bytes);
    decode(vmwarden::host::seal_last_good(bytes));
    return 0;
}
