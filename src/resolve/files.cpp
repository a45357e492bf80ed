// SPDX-License-Identifier: LGPL-2.1-or-later
// Disks, kernel, initrd: what the definition wants, one by one.
#include "src/resolve/file_case.h"
#include "src/resolve/steps.h"

namespace vmwarden::resolving {

namespace {

void describe(FileCase& c) {
    auto& grant = c.grant;
    grant.path = c.wanted.path;
    grant.resolved = c.fact.resolved;
    grant.id = c.fact.id;
    grant.is_device = c.fact.type == FileType::block;
    if (grant.is_device) grant.device = c.fact.device;
    grant.purpose = c.wanted.purpose;
    grant.sharing = c.wanted.sharing;
    grant.because = defined_at(c.wanted.place);
}

void grant_file(Draft& draft, const WantedFile& wanted) {
    FileCase c{draft, wanted, draft.file(wanted.path)};
    if (!is_there(c) || !has_right_type(c)) return;
    describe(c);
    // Each of these speaks for itself; a reader wants to know all that is wrong.
    bool good = stands_alone(c);
    good = is_allowed(c) && good;
    good = is_used_once(c) && good;
    if (draft.facts.identity) good = is_reachable(c) && gets_access(c) && good;
    good = gets_label(c) && good;
    good = is_free(c) && good;
    if (good) draft.plan.files.push_back(std::move(c.grant));
}

} // namespace

void grant_files(Draft& draft) {
    const auto& dynamic = draft.policy.dynamic_ownership;
    for (const auto& wanted : wanted_files(draft.definition))
        grant_file(draft, wanted);
    draft.decide("dynamic ownership",
                 dynamic.value ? "on: what the guest's user cannot reach changes owner meanwhile"
                               : "off: files keep their owner",
                 dynamic.origin.text());
}

} // namespace vmwarden::resolving
