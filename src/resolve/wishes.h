// SPDX-License-Identifier: LGPL-2.1-or-later
// What <seclabel> asks for, and whether the policy's static_labels lets it.
#pragma once

#include "src/resolve/draft.h"

namespace vmwarden::resolving {

// The host's policy as it is for this guest: its rules applied, then the user and group that a
// static label of model dac names, where the policy lets it.
HostPolicy policy_of(const HostPolicy& host, const GuestDefinition& definition);

// The guest's <seclabel> of this model, if there is one. One without a model is SELinux's.
const SecurityLabel* label_of(const GuestDefinition& definition, LabelModel model);

// The SELinux contexts that the definition names: whether the host's policy knows them is asked.
std::vector<std::string> named_contexts(const GuestDefinition& definition);

// Of an image: what it is to keep or get. None: as all.
const ImageLabel* label_of(const std::vector<ImageLabel>& labels, LabelModel model);

} // namespace vmwarden::resolving
