// SPDX-License-Identifier: LGPL-2.1-or-later
// The slice that the scope lies in: the policy's, or one inside it that the definition names.
#include "src/resolve/steps.h"
#include "src/resolve/unit_name.h"

namespace vmwarden::resolving {

namespace {

// "/machine/production" -> "machine-production.slice"; slices nest by the dashes in their names.
std::string slice_of(std::string_view partition) {
    while (partition.starts_with('/'))
        partition.remove_prefix(1);
    return unit_escaped(partition) + ".slice";
}

std::string_view stem(std::string_view slice) {
    return slice.substr(0, slice.rfind(".slice"));
}

bool is_inside(std::string_view slice, std::string_view frame) {
    if (frame == "-.slice" || slice == frame) return true;
    return stem(slice).starts_with(std::string(stem(frame)) + "-");
}

// "machine-production.slice" -> "/machine/production", for people.
std::string partition_of(std::string_view slice) {
    if (slice == "-.slice") return "/";
    std::string out = "/";
    for (const char c : stem(slice))
        out += c == '-' ? '/' : c;
    return out;
}

} // namespace

void choose_slice(Draft& draft) {
    const auto& frame = draft.policy.slice;
    const auto& partition = draft.definition.partition;
    auto& slice = draft.plan.scope.slice;
    slice = frame.value;
    if (partition.path.empty()) return draft.decide("slice", slice, frame.origin.text());
    const auto wanted = slice_of(partition.path);
    if (!is_inside(wanted, frame.value))
        return draft.deny("slice", partition.place, frame.origin,
                          "partition " + partition.path + " is " + wanted +
                              ", outside of the policy's " + frame.value,
                          "name " + partition_of(frame.value) + " or a partition in it; see " +
                              policy_line("slice", frame.origin));
    if (wanted.size() > max_unit_name)
        return draft.refuse("slice", partition.place,
                            "partition " + partition.path + " makes too long a unit name",
                            "name a shorter one");
    slice = wanted;
    draft.decide("slice", slice, defined_at(partition.place));
}

} // namespace vmwarden::resolving
