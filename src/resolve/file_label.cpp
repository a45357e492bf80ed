// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/base/text.h"
#include "src/resolve/categories.h"
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

// A file system mounted with context= gives all its files one label, which cannot have a pair.
bool mount_labels(FileCase& c, const std::string& label) {
    if (c.fact.label == label) return true;
    if (without_categories(label) != c.fact.label) return false;
    c.draft.decide("label of " + c.wanted.purpose,
                   c.fact.label + ", fixed by its mount: other guests' labels reach it as well",
                   Origin{Origin::Kind::host, {}}.text());
    return true;
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
    if (mount_labels(c, label)) return true;
    c.refuse("the file system of '" + c.wanted.path + "' cannot carry the label " + label,
             "move the image to one that can, or mount it with -o context=" +
                 shell_quoted(without_categories(label).value_or(label)));
    return false;
}

} // namespace vmwarden::resolving
