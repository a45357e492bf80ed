// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/resolve/file_case.h"

namespace vmwarden::resolving {

using plan::FileGrant;
using Sharing = FileGrant::Sharing;

namespace {

bool same_image(const FileGrant& one, const FileGrant& other) {
    if (one.is_device && other.is_device)
        return one.device == other.device && one.is_character == other.is_character;
    return one.id == other.id;
}

} // namespace

bool is_used_once(FileCase& c) {
    for (const auto& other : c.draft.plan.files) {
        if (!same_image(other, c.grant)) continue;
        if (other.sharing == c.grant.sharing && other.sharing != Sharing::exclusive) continue;
        c.refuse("'" + c.wanted.path + "' is " + other.purpose + " of this guest already",
                 "give each drive an image of its own, or mark both <readonly/> or <shareable/>");
        return false;
    }
    return true;
}

bool is_free(FileCase& c) {
    const auto& facts = c.draft.facts;
    const auto in_use = [&](const std::string& guest, const char* how) {
        c.refuse("'" + c.wanted.path + "' is in use by guest " + guest + how,
                 "stop " + guest + " first, or give each guest an image of its own");
        return false;
    };
    const auto writer = facts.exclusive_images.find(c.fact.id);
    if (writer != facts.exclusive_images.end())
        return in_use(writer->second, ", which has it for itself");
    const auto sharer = facts.shared_images.find(c.fact.id);
    if (sharer == facts.shared_images.end()) return true;
    if (c.wanted.sharing == Sharing::exclusive)
        return in_use(sharer->second, "; sharing takes <shareable/> or <readonly/> on both sides");
    const bool relabelled = !c.grant.label.empty() && c.grant.label != c.fact.label;
    if (relabelled || c.grant.owner) return in_use(sharer->second, " under another label or owner");
    return true;
}

} // namespace vmwarden::resolving
