// SPDX-License-Identifier: LGPL-2.1-or-later
// LaunchPlan to bytes and back: what the agent hands the shim in a sealed memfd and keeps in the
// guest's state directory. Little-endian, length-prefixed, behind a magic word and a fingerprint of
// the field list, which changes by itself when a field does: another layout is refused, never
// guessed at.
#pragma once

#include "src/plan/launch_plan.h"

#include <optional>
#include <string_view>

namespace vmwarden::plan {

// The same plan gives the same bytes, and decode() gives it back if it is within the limits below
// and broken_rule() (check.h) has nothing to say.
std::string encode(const LaunchPlan& plan);

// None when the bytes are not exactly one plan of this layout that keeps the rules of check.h:
// truncated, trailing bytes, a NUL within a string, a length over the limits, a broken rule.
// Never throws except for std::bad_alloc, and allocates at most a small multiple of the input.
std::optional<LaunchPlan> decode(std::string_view bytes);

constexpr std::size_t max_encoded_bytes = 4 * 1024 * 1024;
// Linux' MAX_ARG_STRLEN without its NUL: what one word of a command line may hold.
constexpr std::size_t max_string_bytes = 128 * 1024 - 1;
constexpr std::size_t max_list_items = 16 * 1024;

} // namespace vmwarden::plan
