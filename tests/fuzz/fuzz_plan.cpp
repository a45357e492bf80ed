// SPDX-License-Identifier: LGPL-2.1-or-later
// The shim decodes what a sealed memfd holds: whatever it accepts must be a plan that keeps the
// rules, have this one encoding, and be showable.
#include "src/plan/check.h"
#include "src/plan/codec.h"
#include "src/plan/show.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

// Random bytes seldom hold the fingerprint, so every input is also tried behind the right head.
std::string_view head() {
    static const std::string empty = vmwarden::plan::encode({});
    return std::string_view(empty).substr(0, 16);
}

void require(bool holds) {
    if (!holds) std::abort();
}

void decode_and_compare(std::string_view bytes) {
    using namespace vmwarden::plan;
    const auto plan = decode(bytes);
    if (!plan) return;
    require(broken_rule(*plan).empty());
    require(encode(*plan) == bytes);
    require(!to_text(*plan).empty());
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    decode_and_compare(bytes);
    decode_and_compare(std::string(head()) + bytes);
    return 0;
}
