// SPDX-License-Identifier: LGPL-2.1-or-later
// LaunchPlan to bytes and back: what the agent hands the shim in a sealed memfd and keeps in the
// guest's state directory. Little-endian, length-prefixed, with a magic word and a version; both
// ends are one build, so another version is refused, never guessed at.
#pragma once

#include "src/plan/launch_plan.h"

#include <optional>
#include <string_view>

namespace vmwarden::plan {

std::string encode(const LaunchPlan& plan);

// None when the bytes are not exactly one plan of this version (truncated, trailing bytes, a length
// over the limits). Never throws except for std::bad_alloc, and allocates at most a small multiple
// of the input.
std::optional<LaunchPlan> decode(std::string_view bytes);

constexpr std::size_t max_encoded_bytes = 4 * 1024 * 1024;

} // namespace vmwarden::plan
