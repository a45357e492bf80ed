// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/resolve/wishes.h"

#include "src/base/text.h"

#include <algorithm>

namespace vmwarden::resolving {

namespace {

template <class Label>
const Label* of_model(const std::vector<Label>& labels, LabelModel model) {
    const auto found = std::ranges::find_if(labels, [&](const Label& label) {
        return label.model == model ||
               (label.model == LabelModel::unsaid && model == LabelModel::selinux);
    });
    return found == labels.end() ? nullptr : &*found;
}

// "107" and "+107" are ids, other words are names.
Account account_of(std::string_view text) {
    const auto digits = text.substr(text.starts_with('+') ? 1 : 0);
    if (const auto id = parse_number(digits); id && *id < 0xffffffffU)
        return AccountId{static_cast<std::uint32_t>(*id)};
    return AccountName(text);
}

void add(std::vector<std::string>& contexts, const std::vector<ImageLabel>& labels) {
    const auto* label = label_of(labels, LabelModel::selinux);
    if (label != nullptr && !label->label.empty()) contexts.push_back(label->label);
}

} // namespace

const SecurityLabel* label_of(const GuestDefinition& definition, LabelModel model) {
    return of_model(definition.security_labels, model);
}

const ImageLabel* label_of(const std::vector<ImageLabel>& labels, LabelModel model) {
    return of_model(labels, model);
}

HostPolicy policy_of(const HostPolicy& host, const GuestDefinition& definition) {
    auto policy = policy_for(host, traits_of(definition));
    const auto* label = label_of(definition, LabelModel::dac);
    if (label == nullptr || label->type != LabelType::fixed ||
        policy.static_labels.value == Permission::deny)
        return policy;
    const Origin origin{Origin::Kind::definition, label->place};
    const auto colon = label->label.find(':');
    policy.user = {account_of(std::string_view(label->label).substr(0, colon)), origin};
    policy.group = {account_of(std::string_view(label->label).substr(colon + 1)), origin};
    if (!relabels(*label)) policy.dynamic_ownership = {false, origin};
    return policy;
}

std::vector<std::string> named_contexts(const GuestDefinition& definition) {
    std::vector<std::string> contexts;
    const auto* label = label_of(definition, LabelModel::selinux);
    if (label != nullptr && !label->label.empty()) contexts.push_back(label->label);
    for (const auto& disk : definition.disks) {
        add(contexts, disk.labels);
        for (const auto& store : disk.backing)
            add(contexts, store.labels);
    }
    return contexts;
}

} // namespace vmwarden::resolving
