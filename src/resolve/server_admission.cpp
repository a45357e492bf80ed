// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/resolve/file_case.h"

namespace vmwarden::resolving {

namespace {

// An entry ends where a part of the URL does: "https://a.example" says nothing of
// "https://a.example.org".
bool begins_with(std::string_view url, std::string_view entry) {
    if (!url.starts_with(entry)) return false;
    return url.size() == entry.size() || entry.ends_with('/') || url[entry.size()] == '/' ||
           url[entry.size()] == '?';
}

// A path that climbs out of its beginning; servers read %2e as a dot.
bool climbs(std::string_view url) {
    for (const std::string_view mark : {"/..", "%2e", "%2E", "%2f", "%2F", "%5c", "%5C"})
        if (url.find(mark) != std::string_view::npos) return true;
    return false;
}

} // namespace

void admit_server(Draft& draft, const Disk& disk) {
    const auto& allowed = draft.policy.disks_network;
    const auto step = "disk " + disk.target;
    for (const auto& entry : allowed.value)
        if (begins_with(disk.source, entry.value) && !climbs(disk.source))
            return draft.decide(step, disk.source + ", as QEMU finds it at its start",
                                entry.origin.text());
    draft.deny(step, disk.source_place, allowed.origin,
               disk.source + " is on no server that the policy allows for disks",
               "add its beginning, as https://server.example/images, to " +
                   policy_line("disks.network", allowed.origin));
}

} // namespace vmwarden::resolving
