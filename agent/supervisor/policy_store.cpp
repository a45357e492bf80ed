// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/supervisor/policy_store.h"

#include <algorithm>

namespace vmwarden::supervisor {

namespace {

bool same_files(const std::vector<PolicyFile>& left, const std::vector<PolicyFile>& right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](const PolicyFile& a, const PolicyFile& b) {
                          return a.name == b.name && a.text == b.text;
                      });
}

} // namespace

PolicyStatus PolicySnapshot::status() const {
    PolicyStatus status;
    status.stale = !policy;
    for (const auto& file : files)
        status.sources.push_back(file.name);
    for (const auto& diagnostic : diagnostics.list())
        if (diagnostic.severity == Severity::error) status.errors.push_back(diagnostic);
    return status;
}

PolicyPointer PolicyStore::refresh() {
    // The texts are compared, not their times: a few small files, and times can be set.
    const std::lock_guard lock(mutex_);
    auto tree = effects_.policy_tree();
    if (current_ && !tree.diagnostics.has_errors() && current_->policy &&
        same_files(current_->files, tree.files))
        return current_;

    auto fresh = std::make_shared<PolicySnapshot>();
    fresh->files = std::move(tree.files);
    fresh->diagnostics = std::move(tree.diagnostics);
    auto read = read_policy(fresh->files);
    if (!fresh->diagnostics.has_errors()) fresh->policy = std::move(read.policy);
    fresh->diagnostics.append(std::move(read.diagnostics));
    current_ = std::move(fresh);
    return current_;
}

} // namespace vmwarden::supervisor
