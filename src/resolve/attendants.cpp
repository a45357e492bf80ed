// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/resolve/attendants.h"

namespace vmwarden::resolving {

std::optional<std::string> find_attendant(Draft& draft, const WantedAttendant& wanted) {
    const auto& fact = draft.file(wanted.program);
    const auto refuse = [&](const std::string& why, const std::string& hint) {
        draft.refuse(wanted.step, wanted.place, wanted.program + why, hint);
        return std::nullopt;
    };
    if (fact.state == FileFact::State::absent)
        return refuse(" is not installed", "install it: Debian's package is " + wanted.package);
    if (fact.state == FileFact::State::unreadable)
        return refuse(" cannot be examined: " + fact.error, "make it accessible");
    if (fact.type != FileType::regular) return refuse(" is no file", "install it anew");
    if (draft.facts.identity && !fact.guest_can_execute)
        return refuse(" may not be executed by the guest's user " + draft.user_text(),
                      "look at its permissions, and at those of the directories above it");
    return fact.resolved;
}

int attend(Draft& draft, plan::Attendant attendant) {
    plan::InheritedFd fd{plan::InheritedFd::Kind::attendant, -1, "", false, attendant.name};
    draft.plan.attendants.push_back(std::move(attendant));
    return draft.inherit(std::move(fd));
}

} // namespace vmwarden::resolving
