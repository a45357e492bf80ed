// SPDX-License-Identifier: LGPL-2.1-or-later
// What the owner asks of the guest's labels: <seclabel>. Without one the host policy has its way.
#pragma once

#include "src/base/diagnostic.h"

#include <optional>
#include <string>

namespace vmwarden {

enum class LabelModel { unsaid, selinux, dac }; // unsaid: selinux

// dynamic: an own one for each start; fixed: type='static', the one that is written.
enum class LabelType { dynamic, fixed, none };

// Of the whole guest.
struct SecurityLabel {
    LabelModel model = LabelModel::unsaid;
    LabelType type = LabelType::dynamic;
    std::optional<bool> relabel = {}; // unsaid: of a dynamic one
    // Of a static one: a context, or "user:group" of model dac. Of a dynamic one: the context that
    // categories are added to; empty: the host's own.
    std::string label = {};
    SourcePlace place = {};
    bool operator==(const SecurityLabel&) const = default;
};

inline bool relabels(const SecurityLabel& label) {
    return label.relabel.value_or(label.type == LabelType::dynamic);
}

// Of one image: it keeps the label it has, or gets this one.
struct ImageLabel {
    LabelModel model = LabelModel::unsaid;
    std::string label = {}; // empty: relabel='no'
    SourcePlace place = {};
    bool operator==(const ImageLabel&) const = default;
};

} // namespace vmwarden
