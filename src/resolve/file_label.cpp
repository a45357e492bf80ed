// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/base/text.h"
#include "src/resolve/categories.h"
#include "src/resolve/file_case.h"
#include "src/resolve/wishes.h"

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

// A label of its own, where the policy lets definitions name such.
bool may_have(FileCase& c, const ImageLabel& own) {
    const auto& permission = c.draft.policy.static_labels;
    if (permission.value == Permission::deny) {
        c.deny(permission.origin, "the image's label is named, and the policy does not let it",
               "remove <seclabel>, or change " + policy_line("static_labels", permission.origin));
        return false;
    }
    if (!c.draft.facts.selinux.unknown_contexts.contains(own.label)) return true;
    c.refuse("the host's SELinux policy knows no context '" + printable(own.label) + "'",
             "see contexts/virtual_image_context for what it has for images");
    return false;
}

} // namespace

bool gets_label(FileCase& c) {
    if (c.draft.plan.security.process_label.empty()) return true;
    const auto* own = label_of(c.wanted.labels, LabelModel::selinux);
    if (!c.draft.relabel || (own != nullptr && own->label.empty())) {
        if (own != nullptr)
            c.draft.decide("label of " + c.wanted.purpose, "stays as it is",
                           defined_at(own->place));
        return true;
    }
    if (own != nullptr && !may_have(c, *own)) return false;
    const auto label = own != nullptr ? own->label : wanted_label(c);
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
