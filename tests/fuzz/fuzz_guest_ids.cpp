// SPDX-License-Identifier: LGPL-2.1-or-later
// The list of guests' ids: refused, or what would be written again.
#include "agent/host/guest_ids.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vmwarden::host;
    const auto ids = decode_guest_ids({reinterpret_cast<const char*>(data), size});
    if (ids && decode_guest_ids(encode(*ids)) != ids) std::abort();
    return 0;
}
