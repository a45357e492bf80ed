// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/shim/descriptors.h"

#include <algorithm>
#include <fcntl.h>
#include <limits>
#include <unistd.h>

namespace vmwarden::shim {
namespace {

constexpr int highest_number = 1024;

bool numbers_are_sound(std::vector<Placement> placements) {
    std::sort(placements.begin(), placements.end(),
              [](const Placement& a, const Placement& b) { return a.number < b.number; });
    for (std::size_t i = 0; i < placements.size(); ++i) {
        if (placements[i].number < 0 || placements[i].number > highest_number) return false;
        if (i > 0 && placements[i - 1].number == placements[i].number) return false;
    }
    return true;
}

// Above every number that will be taken, so that placing one source cannot overwrite another.
Outcome move_away(int& fd, int above) {
    fd = fcntl(fd, F_DUPFD_CLOEXEC, above);
    return errno_of(fd);
}

} // namespace

Outcome place_descriptors(const std::vector<Placement>& placements, int& status) {
    if (!numbers_are_sound(placements)) return failed(EINVAL);
    int above = 0;
    for (const Placement& placement : placements)
        above = std::max(above, placement.number + 1);

    if (auto bad = move_away(status, above)) return bad;
    std::vector<Placement> moved = placements;
    for (Placement& placement : moved)
        if (auto bad = move_away(placement.source, above)) return bad;

    std::vector<int> kept{status};
    for (const Placement& placement : moved) {
        // dup2() leaves the copy inheritable.
        if (auto bad = errno_of(dup2(placement.source, placement.number))) return bad;
        kept.push_back(placement.number);
    }
    return close_all_but(std::move(kept));
}

Outcome close_all_but(std::vector<int> kept) {
    std::sort(kept.begin(), kept.end());
    unsigned first = 0;
    for (const int fd : kept) {
        if (fd < 0) continue;
        const auto number = static_cast<unsigned>(fd);
        if (number > first)
            if (auto bad = errno_of(close_range(first, number - 1, 0))) return bad;
        first = number + 1;
    }
    return errno_of(close_range(first, std::numeric_limits<unsigned>::max(), 0));
}

} // namespace vmwarden::shim
