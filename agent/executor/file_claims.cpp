// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/executor/file_claims.h"

#include <algorithm>

namespace vmwarden::executor {
namespace {

struct Holder {
    const Claims* guest = nullptr;
    const FileClaim* claim = nullptr;
    explicit operator bool() const { return claim != nullptr; }
};

template <class Wanted>
Holder holder_of(FileId file, const std::vector<Claims>& others, Wanted wanted) {
    for (const Claims& guest : others)
        for (const FileClaim& claim : guest.files)
            if (claim.original.id == file && wanted(claim)) return {&guest, &claim};
    return {};
}

Holder owner_holder(FileId file, const std::vector<Claims>& others) {
    return holder_of(file, others,
                     [](const FileClaim& claim) { return claim.set_owner.has_value(); });
}

Holder label_holder(FileId file, const std::vector<Claims>& others) {
    return holder_of(file, others, [](const FileClaim& claim) { return !claim.set_label.empty(); });
}

std::string text(const Owner& owner) {
    return std::to_string(owner.uid.value) + ":" + std::to_string(owner.gid.value);
}

bool same_file(const FileClaim& claim, const FileState& now, bool same_boot) {
    if (claim.original.is_device != now.is_device) return false;
    if (now.is_device && claim.original.device != now.device) return false;
    return same_boot ? claim.original.id == now.id : claim.original.id.inode == now.id.inode;
}

constexpr unsigned set_id_bits = 06000;

// Cut short between the owner and the mode: the change of owner has cleared them.
bool lost_set_id_bits(const FileState& now, const FileState& original) {
    return now.mode != original.mode && (now.mode | set_id_bits) == (original.mode | set_id_bits) &&
           (now.mode & ~original.mode) == 0;
}

void give_owner_back(const FileClaim& claim, const FileState& now, GiveBack& back) {
    if (now.owner == claim.original.owner) {
        if (lost_set_id_bits(now, claim.original)) back.mode = claim.original.mode;
        return;
    }
    if (now.owner != *claim.set_owner) {
        back.complaint = "its owner is " + text(now.owner) + " now, not " + text(*claim.set_owner) +
                         " as was set, so it does not go back to " + text(claim.original.owner);
        return;
    }
    back.owner = claim.original.owner;
    back.mode = claim.original.mode;
}

void give_label_back(const FileClaim& claim, const FileState& now, GiveBack& back) {
    if (now.label == claim.original.label) return;
    if (now.label != claim.set_label) {
        back.complaint += (back.complaint.empty() ? "" : "; ") + ("its label is " + now.label) +
                          " now, not " + claim.set_label +
                          " as was set, so it does not go back to " + claim.original.label;
        return;
    }
    back.label = claim.original.label;
}

} // namespace

std::variant<FileClaim, ClaimConflict> claim_file(const plan::FileGrant& grant,
                                                  const FileState& now, const std::string& boot,
                                                  const std::vector<Claims>& others) {
    FileClaim claim{grant.resolved, boot, now, grant.owner, grant.label};
    if (const Holder held = owner_holder(now.id, others)) {
        if (!grant.owner)
            claim.set_owner = held.claim->set_owner;
        else if (*held.claim->set_owner != *grant.owner)
            return ClaimConflict{held.guest->guest, "it needs owner " + text(*grant.owner) +
                                                        " where that guest has set " +
                                                        text(*held.claim->set_owner)};
        claim.original.owner = held.claim->original.owner;
        claim.original.mode = held.claim->original.mode;
    }
    if (const Holder held = label_holder(now.id, others)) {
        if (grant.label.empty())
            claim.set_label = held.claim->set_label;
        else if (held.claim->set_label != grant.label)
            return ClaimConflict{held.guest->guest, "it needs label " + grant.label +
                                                        " where that guest has set " +
                                                        held.claim->set_label};
        claim.original.label = held.claim->original.label;
    }
    return claim;
}

bool owes(const FileClaim& claim) {
    return (claim.set_owner && *claim.set_owner != claim.original.owner) ||
           (!claim.set_label.empty() && claim.set_label != claim.original.label);
}

bool claims_anything(const FileClaim& claim) {
    return claim.set_owner || !claim.set_label.empty();
}

GiveBack give_back(const FileClaim& claim, const FileState& now, const std::string& boot,
                   const std::vector<Claims>& others) {
    GiveBack back;
    if (!same_file(claim, now, claim.boot == boot)) {
        back.complaint = "it is another file by now";
        return back;
    }
    if (claim.set_owner && !owner_holder(now.id, others)) give_owner_back(claim, now, back);
    if (!claim.set_label.empty() && !label_holder(now.id, others))
        give_label_back(claim, now, back);
    return back;
}

} // namespace vmwarden::executor
