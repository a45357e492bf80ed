// SPDX-License-Identifier: LGPL-2.1-or-later
// PolicyStore: a policy file on trial begins, lies over the files on disk, and ends.
#include "agent/supervisor/policy_trial.h"

#include "agent/supervisor/guest.h"
#include "agent/supervisor/log.h"
#include "agent/supervisor/policy_store.h"
#include "src/hostpolicy/candidate.h"

#include <ctime>

namespace vmwarden::supervisor {

namespace {

std::string path_of(const std::string& name) {
    return std::string(own_policy_directory) + "/" + name;
}

std::string clock_text(std::uint64_t usec) {
    const auto seconds = static_cast<std::time_t>(usec / 1'000'000);
    std::tm broken{};
    char text[16] = "?";
    if (::localtime_r(&seconds, &broken) != nullptr)
        (void)std::strftime(text, sizeof text, "%H:%M:%S", &broken);
    return text;
}

// TRIAL is "begun", "confirmed", "reverted", "expired" or "ended".
void log_trial(const PolicyCandidate& candidate, const std::string& word,
               const std::string& message) {
    log_with({{"POLICY_FILE", path_of(candidate.name)}, {"TRIAL", word}},
             word == "ended" ? LOG_WARNING : LOG_NOTICE, candidate.name + message);
}

Failure no_trial() {
    return {Failure::Kind::no_trial,
            "no policy file is on trial: none was, or its time is over; 'vmwarden policy try FILE' "
            "puts one on trial"};
}

Failure cannot_write(const Diagnostics& problems) {
    std::string text;
    for (const auto& problem : problems.list())
        text += (text.empty() ? "" : "\n") + render(problem, {});
    return {Failure::Kind::operation_failed, text};
}

std::vector<PolicyFile> together(const std::vector<PolicyFile>& tree,
                                 const PolicyCandidate& candidate, const std::string& called) {
    return with_candidate(tree, {called, candidate.text}, candidate.name);
}

} // namespace

TrialTerm trial_term(std::chrono::seconds length) {
    const auto usec = std::chrono::duration_cast<std::chrono::microseconds>(length).count();
    return {realtime_usec() + static_cast<std::uint64_t>(usec),
            std::chrono::steady_clock::now() + length};
}

Outcome<PolicyPointer> PolicyStore::judge(const PolicyCandidate& candidate) {
    const std::lock_guard lock(mutex_);
    refresh_locked();
    return judge_locked(candidate);
}

Outcome<PolicyPointer> PolicyStore::judge_locked(const PolicyCandidate& candidate) {
    const auto path = path_of(candidate.name);
    auto fresh = std::make_shared<PolicySnapshot>();
    fresh->origin = PolicySnapshot::Origin::files;
    fresh->files = together(tree_.files, candidate, path);
    auto read = read_policy(fresh->files);
    if (read.policy && !tree_.diagnostics.has_errors()) {
        fresh->policy = std::move(*read.policy);
        return PolicyPointer(std::move(fresh));
    }
    const auto shown = candidate.shown_as.empty() ? path : candidate.shown_as;
    const auto files = together(tree_.files, candidate, shown);
    auto problems = tree_.diagnostics;
    problems.append(read_policy(files).diagnostics);
    return invalid_policy("the policy files do not check with " + candidate.name +
                              " among them, so nothing is changed",
                          problems, files);
}

Outcome<Done> PolicyStore::begin_trial(const PolicyCandidate& candidate, TrialTerm term) {
    const std::lock_guard lock(mutex_);
    refresh_locked();
    if (trial_ && trial_->candidate.name != candidate.name)
        return Failure{Failure::Kind::trial_in_progress,
                       trial_->candidate.name + " is on trial until " +
                           clock_text(trial_->term.until_usec) +
                           "; confirm or revert it first, 'vmwarden policy confirm' or "
                           "'vmwarden policy revert'"};
    auto judged = judge_locked(candidate);
    if (auto* failure = std::get_if<Failure>(&judged)) return std::move(*failure);
    Diagnostics problems;
    auto replaces = effects_.read_own_policy(candidate.name, problems);
    if (!replaces) return cannot_write(problems);
    trial_ = Trial{candidate, term, std::move(*replaces)};
    put_in_force(std::move(tree_));
    log_trial(candidate, "begun", " is on trial until " + clock_text(term.until_usec));
    return Done();
}

// Of a snapshot that has just been made of the files on disk.
void PolicyStore::lay_trial_over(PolicySnapshot& fresh) {
    const auto& candidate = trial_->candidate;
    auto files = together(tree_.files, candidate, path_of(candidate.name));
    auto read = read_policy(files);
    if (!read.policy || tree_.diagnostics.has_errors()) {
        auto problems = tree_.diagnostics;
        problems.append(std::move(read.diagnostics));
        log_trial(candidate, "ended",
                  invalid_policy(": its trial is over, the policy files changed and do not check "
                                 "with it",
                                 problems, files)
                      .message);
        trial_.reset();
        return;
    }
    fresh.policy = std::move(*read.policy);
    fresh.files = std::move(files);
    fresh.trial = candidate.name;
    fresh.trial_term = trial_->term;
}

Outcome<std::string> PolicyStore::confirm_trial() {
    const std::lock_guard lock(mutex_);
    if (!trial_) return no_trial();
    refresh_locked();
    if (!trial_)
        return Failure{Failure::Kind::no_trial,
                       "the policy files changed and do not check with the file on trial any more, "
                       "so its trial is over; the journal says why"};
    const auto candidate = trial_->candidate;
    bool changed_meanwhile = false;
    const auto edit = [&](const std::string& now) -> std::optional<std::string> {
        changed_meanwhile = now != trial_->replaces && now != candidate.text;
        if (changed_meanwhile) return std::nullopt;
        return candidate.text;
    };
    Diagnostics problems;
    const bool written = effects_.replace_own_policy(candidate.name, edit, problems);
    if (changed_meanwhile)
        return Failure{Failure::Kind::operation_failed,
                       path_of(candidate.name) +
                           " has been changed since the trial began, and to confirm would undo "
                           "that; revert, and try again with that change"};
    if (!written) return cannot_write(problems);
    trial_.reset();
    put_in_force(settled(effects_.policy_tree()));
    if (!kept_) keep();
    log_trial(candidate, "confirmed", " is confirmed and in force");
    return path_of(candidate.name);
}

Outcome<Done> PolicyStore::revert_trial() {
    const std::lock_guard lock(mutex_);
    if (!trial_) return no_trial();
    end_trial("reverted");
    return Done();
}

void PolicyStore::expire_trial(const TrialTerm& term) {
    const std::lock_guard lock(mutex_);
    if (trial_ && trial_->term.until_usec == term.until_usec) end_trial("expired");
}

void PolicyStore::end_trial(const std::string& why) {
    const auto candidate = std::move(trial_->candidate);
    trial_.reset();
    put_in_force(settled(effects_.policy_tree()));
    if (!kept_) keep();
    log_trial(candidate, why,
              why == "expired" ? " was not confirmed in time: the policy files on disk hold again"
                               : " is reverted: the policy files on disk hold again");
}

} // namespace vmwarden::supervisor
