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
    grant.is_character = c.fact.type == FileType::character;
    grant.is_device = c.fact.type == FileType::block || grant.is_character;
    if (grant.is_device) grant.device = c.fact.device;
    grant.purpose = c.wanted.purpose;
    grant.sharing = c.wanted.sharing;
    grant.because = defined_at(c.wanted.place);
    if (!c.wanted.named_by.empty())
        grant.because = "header of " + c.wanted.named_by + ", " + grant.because;
}

// Each takes a descriptor of QEMU's, and the whole of it a few dozen besides.
void check_count(Draft& draft) {
    constexpr std::uint64_t other_descriptors = 32;
    const auto count = draft.plan.files.size();
    const auto& limit = draft.policy.limits_open_files;
    if (count > max_images)
        draft.refuse("files", {},
                     "the guest needs " + std::to_string(count) +
                         " files with all backing chains;"
                         " at most " +
                         std::to_string(max_images) + " can be given",
                     "shorten the chains with qemu-img convert");
    else if (count != 0 && count + other_descriptors > limit.value)
        draft.deny("files", {}, limit.origin,
                   "the guest's " + std::to_string(count) +
                       " files, backing chains included, do "
                       "not fit in " +
                       std::to_string(limit.value) + " descriptors",
                   "raise " + policy_line("limits.open_files", limit.origin));
}

} // namespace

void grant_file(Draft& draft, const WantedFile& wanted) {
    FileCase c{draft, wanted, draft.file(wanted.path)};
    if (!is_there(c) || !has_plain_name(c) || !has_right_type(c)) return;
    describe(c);
    // Each of these speaks for itself; a reader wants to know all that is wrong.
    bool good = is_allowed(c);
    good = is_used_once(c) && good;
    if (draft.facts.identity) good = is_reachable(c) && gets_access(c) && good;
    good = gets_label(c) && good;
    good = is_free(c) && good;
    if (good) draft.plan.files.push_back(std::move(c.grant));
}

void grant_files(Draft& draft) {
    const auto& dynamic = draft.policy.dynamic_ownership;
    const auto& disks = draft.definition.disks;
    for (std::size_t i = 0; i < disks.size(); ++i)
        if (!disks[i].source.empty()) draft.images[i] = grant_chain(draft, disks[i]);
    for (const auto& wanted : wanted_boot_files(draft.definition.os))
        grant_file(draft, wanted);
    for (const auto& wanted : wanted_roms(draft.definition))
        grant_file(draft, wanted);
    grant_host_devices(draft);
    check_count(draft);
    draft.decide("dynamic ownership",
                 dynamic.value ? "on: what the guest's user cannot reach changes owner meanwhile"
                               : "off: files keep their owner",
                 dynamic.origin.text());
}

} // namespace vmwarden::resolving
