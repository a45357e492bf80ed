// SPDX-License-Identifier: LGPL-2.1-or-later
// Disks, kernel, initrd: what the definition wants, one by one.
#include "src/resolve/file_case.h"
#include "src/resolve/steps.h"

namespace vmwarden::resolving {

namespace {

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

// What the guest's user may read itself, and no more, becomes its own.
bool may_be_copied(Draft& draft, const WantedFile& wanted) {
    const WantedFile from{.path = wanted.made_from,
                          .purpose = wanted.purpose,
                          .element = "the template of <nvram>",
                          .place = wanted.place};
    FileCase c{draft, from, draft.file(from.path)};
    if (!is_there(c) || !has_plain_name(c) || !has_right_type(c)) return false;
    if (!draft.facts.identity || !is_reachable(c)) return false;
    if (c.fact.guest_can_read) return true;
    c.refuse("the guest's user " + draft.user_text() + " may not read '" + from.path + "'",
             "name a template that everybody may read");
    return false;
}

void make_file(Draft& draft, const WantedFile& wanted) {
    FileCase c{draft, wanted, draft.file(wanted.path)};
    FileFact to_be = c.fact;
    to_be.resolved = wanted.path;
    FileCase place{draft, wanted, to_be};
    const bool allowed = is_allowed(place);
    if (!may_be_copied(draft, wanted) || !allowed) return;
    const auto& from = draft.file(wanted.made_from);
    const auto& identity = draft.plan.process.identity;
    draft.plan.new_files.push_back({.path = wanted.path,
                                    .from = from.resolved,
                                    .from_id = from.id,
                                    .purpose = wanted.purpose,
                                    .owner = Owner{identity.uid, identity.gid}});
    draft.decide(wanted.purpose, wanted.path + ", made at the first start out of " + from.resolved,
                 defined_at(wanted.place));
}

} // namespace

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

void grant_file(Draft& draft, const WantedFile& wanted) {
    FileCase c{draft, wanted, draft.file(wanted.path)};
    if (!is_there(c) || !has_plain_name(c) || !has_right_type(c)) return;
    describe(c);
    // Each of these speaks for itself; a reader wants to know all that is wrong.
    bool good = is_allowed(c);
    good = is_used_once(c) && good;
    if (draft.facts.identity) good = is_reachable(c) && gets_access(c) && good;
    good = gets_label(c) && good;
    good = is_no_trap(c) && good;
    good = is_free(c) && good;
    if (good) draft.plan.files.push_back(std::move(c.grant));
}

void grant_files(Draft& draft) {
    const auto& dynamic = draft.policy.dynamic_ownership;
    const auto& disks = draft.definition.disks;
    for (std::size_t i = 0; i < disks.size(); ++i)
        if (!disks[i].source.empty()) draft.images[i] = grant_chain(draft, disks[i]);
    for (const auto& wanted : wanted_boot_files(draft.definition))
        if (!wanted.made_from.empty() && draft.file(wanted.path).state == FileFact::State::absent)
            make_file(draft, wanted);
        else
            grant_file(draft, wanted);
    for (const auto& wanted : wanted_roms(draft.definition))
        grant_file(draft, wanted);
    for (const auto& wanted : wanted_ports(draft.definition))
        grant_file(draft, wanted);
    grant_host_devices(draft);
    grant_tpm(draft);
    share_filesystems(draft);
    share_memory(draft);
    check_count(draft);
    draft.decide("dynamic ownership",
                 dynamic.value ? "on: what the guest's user cannot reach changes owner meanwhile"
                               : "off: files keep their owner",
                 dynamic.origin.text());
}

} // namespace vmwarden::resolving
