// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/resolve/draft.h"

namespace vmwarden::resolving {

namespace {

Refusal refusal(Refusal::Kind kind, std::string step, SourcePlace place, std::string message,
                std::string hint) {
    return {kind,
            std::move(step),
            Diagnostic{Severity::error, std::move(place), std::move(message), std::move(hint)},
            {}};
}

SourcePlace place_or(SourcePlace place, const SourcePlace& instead) {
    return place == SourcePlace{} ? instead : place;
}

} // namespace

void Draft::deny(std::string step, SourcePlace place, const Origin& rule, std::string message,
                 std::string hint) {
    refusals.push_back(refusal(Refusal::Kind::denied, std::move(step),
                               place_or(std::move(place), definition.place), std::move(message),
                               std::move(hint)));
    refusals.back().rule = rule;
}

void Draft::refuse(std::string step, SourcePlace place, std::string message, std::string hint) {
    refusals.push_back(refusal(Refusal::Kind::impossible, std::move(step),
                               place_or(std::move(place), definition.place), std::move(message),
                               std::move(hint)));
}

void Draft::decide(std::string what, std::string value, std::string because) {
    plan.decisions.push_back({std::move(what), std::move(value), std::move(because)});
}

int Draft::inherit(plan::InheritedFd fd) {
    // Standard ones are the shim's to choose, and below 10 it keeps its own while it sets these up.
    constexpr int first_fd = 10;
    auto& fds = plan.process.fds;
    fd.number = first_fd + static_cast<int>(fds.size());
    fds.push_back(std::move(fd));
    return fds.back().number;
}

const FileFact& Draft::file(const std::string& path) const {
    static const FileFact not_probed = [] {
        FileFact fact;
        fact.state = FileFact::State::unreadable;
        fact.error = "it was not looked at";
        return fact;
    }();
    const auto found = facts.files.find(path);
    return found == facts.files.end() ? not_probed : found->second;
}

std::string Draft::user_text() const {
    const auto& account = policy.user.value;
    if (!facts.identity) return account_text(account);
    const auto uid = "uid " + std::to_string(facts.identity->uid.value);
    if (!std::holds_alternative<AccountName>(account)) return uid;
    return account_text(account) + " (" + uid + ")";
}

std::string defined_at(const SourcePlace& place) {
    return Origin{Origin::Kind::definition, place}.text();
}

std::string policy_line(std::string_view key, const Origin& origin) {
    return "`" + std::string(key) + "` (" + origin.text() + ")";
}

} // namespace vmwarden::resolving
