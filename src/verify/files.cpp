// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/verify/rows.h"

namespace vmwarden::verifying {

namespace {

std::string id_text(const FileId& id) {
    return "device " + std::to_string(id.device) + " inode " + std::to_string(id.inode);
}

std::string owner_text(const Owner& owner) {
    return std::to_string(owner.uid.value) + ":" + std::to_string(owner.gid.value);
}

void add_rows(Rows& rows, const plan::FileGrant& grant, const FileView& file) {
    const bool same = file.id == grant.id;
    rows.push_back({"identity of " + grant.purpose, same, id_text(grant.id), id_text(file.id),
                    same ? "" : "another file stands at " + grant.resolved + " now"});
    if (grant.owner) {
        const bool owned = file.owner == *grant.owner;
        rows.push_back({"owner of " + grant.purpose, owned, owner_text(*grant.owner),
                        owner_text(file.owner),
                        owned ? "" : "somebody changed it; restart the guest to set it again"});
    }
    if (!grant.label.empty()) {
        const bool labelled = file.label == grant.label;
        rows.push_back({"label of " + grant.purpose, labelled, grant.label,
                        file.label.empty() ? "none" : file.label,
                        labelled ? "" : "somebody relabelled it (restorecon?); restart the guest"});
    }
}

} // namespace

void add_file_rows(Rows& rows, const LaunchPlan& plan, const KernelView& view) {
    for (std::size_t i = 0; i < plan.files.size(); ++i) {
        const auto& grant = plan.files[i];
        if (i < view.files.size() && view.files[i].readable)
            add_rows(rows, grant, view.files[i]);
        else
            rows.push_back({"identity of " + grant.purpose, false, id_text(grant.id),
                            "could not be looked at", "is " + grant.resolved + " still there?"});
    }
}

} // namespace vmwarden::verifying
