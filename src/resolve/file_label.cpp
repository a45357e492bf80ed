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

// The part of a context that says what it is: a file's user and role mean nothing.
std::string_view type_and_level(std::string_view context) {
    for (int colons = 0; colons < 2; ++colons)
        context.remove_prefix(std::min(context.size(), context.find(':') + 1));
    return context;
}

bool same_type(std::string_view context, std::string_view other) {
    return type_and_level(context) == type_and_level(other);
}

std::string type_of(std::string_view context) {
    const auto rest = type_and_level(context);
    return std::string(rest.substr(0, rest.find(':')));
}

// The switch of the reference policy that lets guests use such files, for those that have one.
std::string boolean_for(std::string_view type) {
    constexpr std::pair<std::string_view, std::string_view> booleans[] = {
        {"nfs_t", "virt_use_nfs"}, {"cifs_t", "virt_use_samba"}, {"fusefs_t", "virt_use_fusefs"}};
    for (const auto& [name, boolean] : booleans)
        if (type == name) return std::string(boolean);
    return {};
}

// How to have the file system show the label, as the last resort of a hint.
std::string by_mount(const std::string& label) {
    return "mount it with -o context=" + shell_quoted(without_categories(label).value_or(label));
}

bool may_use_as_labelled(const FileCase& c) {
    return c.fact.label_can_read && (c.fact.label_can_write || !c.writes());
}

// The file's file system cannot carry the label: what the policy says of such.
bool does_without(FileCase& c, const std::string& label) {
    const auto& key = c.draft.policy.unlabelled_filesystems;
    const bool usable = may_use_as_labelled(c);
    if (key.value == UnlabelledFilesystems::skip ||
        (key.value == UnlabelledFilesystems::best_effort && usable)) {
        c.draft.decide("label of " + c.wanted.purpose,
                       "stays " + printable(c.fact.label) + ", as its file system carries none" +
                           (usable ? "; every guest may use what is labelled so"
                                   : "; SELinux will deny it to the guest"),
                       key.origin.text());
        return true;
    }
    const auto boolean = boolean_for(type_of(c.fact.label));
    std::string hint = "move the image to one that can, or " + by_mount(label);
    if (!boolean.empty()) hint += ", or setsebool -P " + boolean + " on";
    if (key.value == UnlabelledFilesystems::required) {
        if (!boolean.empty())
            hint += " and";
        else
            hint += ", or";
        hint += " change " + policy_line("unlabelled_filesystems", key.origin) + " to best-effort";
    }
    c.refuse("the file system of '" + c.wanted.path + "' cannot carry the label " + label +
                 (key.value == UnlabelledFilesystems::best_effort
                      ? ", and SELinux does not let guests use " + printable(c.fact.label)
                      : ""),
             hint);
    return false;
}

std::string mend(const FileCase& c, const std::string& label) {
    constexpr std::string_view our_images = "/var/lib/vmwarden/images/";
    const auto path = shell_quoted(c.fact.resolved);
    if (!c.fact.can_label) {
        const auto boolean = boolean_for(type_of(c.fact.label));
        return by_mount(label) + (boolean.empty() ? "" : ", or setsebool -P " + boolean + " on");
    }
    if (c.fact.resolved.starts_with(our_images)) return "restorecon -F " + path;
    return "semanage fcontext -a -t " + type_of(label) + " " + path + " && restorecon -F " + path;
}

// The basic model gives disks no label: they must have it, as their administrator gave it.
bool carries_label(FileCase& c) {
    const auto& label = c.draft.plan.security.image_label;
    if (same_type(c.fact.label, label)) return true;
    if (!c.writes() && same_type(c.fact.label, c.draft.facts.selinux.content_context)) return true;
    if (!c.fact.can_label && !boolean_for(type_of(c.fact.label)).empty() && may_use_as_labelled(c))
        return true;
    c.refuse("'" + c.wanted.path + "' is labelled " + printable(c.fact.label) +
                 "; the basic security model has it labelled " + label + " beforehand",
             mend(c, label));
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
    if (own == nullptr && c.draft.basic_labels && c.wanted.is_disk) return carries_label(c);
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
    return does_without(c, label);
}

} // namespace vmwarden::resolving
