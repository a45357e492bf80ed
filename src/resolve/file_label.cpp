// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/base/text.h"
#include "src/resolve/file_case.h"

namespace vmwarden::resolving {

using Sharing = plan::FileGrant::Sharing;

namespace {

// Exclusive images carry the guest's pair. Shared and read-only ones cannot: other guests use them.
std::string wanted_label(const FileCase& c) {
    const auto& selinux = c.draft.facts.selinux;
    if (c.draft.plan.security.process_label.empty()) return {};
    if (c.wanted.sharing == Sharing::exclusive) return c.draft.plan.security.image_label;
    if (c.wanted.sharing == Sharing::shared) return selinux.image_context;
    return selinux.content_context;
}

} // namespace

bool gets_label(FileCase& c) {
    if (c.draft.plan.security.process_label.empty()) return true;
    const auto label = wanted_label(c);
    if (label.empty()) {
        c.refuse("the host's SELinux policy has no label for read-only media",
                 "it belongs on the second line of contexts/virtual_image_context");
        return false;
    }
    if (c.fact.can_label) {
        c.grant.label = label;
        return true;
    }
    if (c.fact.label == label) return true; // as a mount with context= gives it
    c.refuse("the file system of '" + c.wanted.path + "' cannot carry the label " + label,
             "move the image to one that can, or mount it with -o context=" + shell_quoted(label));
    return false;
}

} // namespace vmwarden::resolving
