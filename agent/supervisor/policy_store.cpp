// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/supervisor/policy_store.h"

#include "agent/supervisor/log.h"
#include "src/hostpolicy/restrictive.h"

#include <algorithm>

namespace vmwarden::supervisor {

namespace {

using Origin = PolicySnapshot::Origin;

// A writer that is slower than this many readings of the tree is not waited for.
constexpr unsigned most_readings = 8;

bool same_files(const std::vector<PolicyFile>& left, const std::vector<PolicyFile>& right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](const PolicyFile& a, const PolicyFile& b) {
                          return a.name == b.name && a.text == b.text;
                      });
}

bool same_tree(const host::PolicyTree& left, const host::PolicyTree& right) {
    return same_files(left.files, right.files) &&
           left.diagnostics.list() == right.diagnostics.list();
}

LogFields place_fields(const Diagnostics& diagnostics) {
    const auto& list = diagnostics.list();
    const auto first = std::find_if(list.begin(), list.end(), [](const Diagnostic& diagnostic) {
        return diagnostic.severity == Severity::error && !diagnostic.place.file.empty();
    });
    if (first == list.end()) return {};
    return {{"POLICY_FILE", first->place.file}, {"POLICY_LINE", std::to_string(first->place.line)}};
}

// A good policy at the agent's start is no news.
void announce(const PolicySnapshot* before, const PolicySnapshot& now) {
    if (const auto failure = now.failure())
        return log_with(place_fields(now.diagnostics), LOG_ERR, failure->message);
    if (before == nullptr) return;
    const std::string together = now.trial.empty() ? "" : ", with " + now.trial + " on trial";
    log(LOG_NOTICE, before->origin == Origin::files
                        ? "the policy files changed and are in force" + together
                        : "the policy files check and are in force" + together);
}

} // namespace

PolicyStatus PolicySnapshot::status() const {
    PolicyStatus status;
    status.stale = origin != Origin::files;
    for (const auto& file : files)
        status.sources.push_back(file.name);
    for (const auto& diagnostic : diagnostics.list())
        if (diagnostic.severity == Severity::error) status.errors.push_back(diagnostic);
    status.trial = trial;
    status.trial_until_usec = trial_term.until_usec;
    return status;
}

std::optional<Failure> PolicySnapshot::failure() const {
    if (origin != Origin::files && !trial.empty())
        return invalid_policy("the policy files do not check; " + trial + " stays on trial",
                              diagnostics, on_disk);
    switch (origin) {
    case Origin::files:
        return std::nullopt;
    case Origin::last_good:
        return invalid_policy("the policy files do not check; the last good policy stays in force",
                              diagnostics, on_disk);
    case Origin::restrictive:
        break;
    }
    return invalid_policy("the policy files do not check and there is no earlier good policy, so "
                          "no guest is started until they are mended",
                          diagnostics, on_disk);
}

PolicyPointer PolicyStore::refresh() {
    const std::lock_guard lock(mutex_);
    return refresh_locked();
}

PolicyPointer PolicyStore::refresh_locked() {
    auto tree = effects_.policy_tree();
    if (!current_) load_last_good();
    if (!current_ || !same_tree(tree_, tree)) {
        const auto before = current_;
        put_in_force(settled(std::move(tree)));
        announce(before.get(), *current_);
    }
    if (!kept_) keep();
    return current_;
}

void PolicyStore::put_in_force(host::PolicyTree tree) {
    tree_ = std::move(tree);
    current_ = judge(tree_);
    changed_(current_);
}

PolicyPointer PolicyStore::current() {
    {
        const std::lock_guard lock(mutex_);
        if (current_) return current_;
    }
    return refresh();
}

void PolicyStore::load_last_good() {
    auto found = effects_.last_good_policy();
    if (!found.fault.empty())
        return log(LOG_ERR, "the last good policy is not used: " + found.fault);
    if (!found.files) return;
    auto read = read_policy(*found.files);
    if (!read.policy)
        return log(LOG_ERR, "the last good policy is not used: this version does not accept it");
    last_good_ = Good{std::move(*read.policy), std::move(*found.files)};
}

// Reads again until two readings agree, so that no file is taken that is half written.
host::PolicyTree PolicyStore::settled(host::PolicyTree tree) {
    for (unsigned readings = 1; readings < most_readings; ++readings) {
        auto again = effects_.policy_tree();
        if (same_tree(tree, again)) return again;
        tree = std::move(again);
    }
    tree.diagnostics.error({}, "the policy files change all the time while they are read",
                           "let whoever writes them finish, then run: vmwarden policy reload");
    return tree;
}

PolicyPointer PolicyStore::judge(const host::PolicyTree& tree) {
    auto fresh = std::make_shared<PolicySnapshot>();
    fresh->on_disk = tree.files;
    fresh->diagnostics = tree.diagnostics;
    auto read = read_policy(tree.files);
    fresh->diagnostics.append(std::move(read.diagnostics));
    if (read.policy && !fresh->diagnostics.has_errors()) {
        if (!last_good_ || !same_files(last_good_->files, tree.files)) kept_ = false;
        last_good_ = Good{std::move(*read.policy), tree.files};
        fresh->origin = Origin::files;
    } else {
        fresh->origin = last_good_ ? Origin::last_good : Origin::restrictive;
    }
    fresh->policy = last_good_ ? last_good_->policy : restrictive_policy();
    if (last_good_) fresh->files = last_good_->files;
    if (trial_) lay_trial_over(*fresh);
    return fresh;
}

// Tried again at every refresh: a full disk is mended without a change of policy.
void PolicyStore::keep() {
    try {
        effects_.keep_last_good_policy(last_good_->files);
        kept_ = true;
    } catch (const std::exception& error) {
        log(LOG_ERR,
            std::string("the policy in force cannot be kept for a later start: ") + error.what());
    }
}

} // namespace vmwarden::supervisor
