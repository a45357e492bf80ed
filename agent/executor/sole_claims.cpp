// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/executor/sole_claims.h"

#include "agent/executor/restore_journal.h"

#include <algorithm>

namespace vmwarden::executor {

namespace {

bool claimed(const std::vector<Claims>& guests, const FileId& id) {
    return std::any_of(guests.begin(), guests.end(), [&](const Claims& guest) {
        return std::any_of(guest.files.begin(), guest.files.end(),
                           [&](const FileClaim& claim) { return claim.original.id == id; });
    });
}

} // namespace

std::vector<FileClaim> sole_claims(const std::string& guest, const Places& places) {
    const RestoreDirectory directory(places.restore);
    auto own = directory.read(guest);
    if (!own) return {};
    const auto others = directory.others(guest);
    std::erase_if(own->files,
                  [&](const FileClaim& claim) { return claimed(others, claim.original.id); });
    return std::move(own->files);
}

} // namespace vmwarden::executor
