// SPDX-License-Identifier: LGPL-2.1-or-later
// Directories of the host's that the guest sees. They stay as they are, owner and label: a tree is
// not given back file by file, so the guest's user must be able to reach it already.
#include "src/base/text.h"
#include "src/resolve/file_case.h"
#include "src/resolve/steps.h"

namespace vmwarden::resolving {

namespace {

WantedFile wanted_file(const Filesystem& filesystem, std::size_t number) {
    WantedFile wanted;
    wanted.path = filesystem.socket.empty() ? filesystem.directory : filesystem.socket;
    wanted.purpose = "filesystem " + std::to_string(number);
    wanted.element = "<source>";
    wanted.place = filesystem.source_place;
    wanted.sharing =
        filesystem.readonly ? plan::FileGrant::Sharing::readonly : plan::FileGrant::Sharing::shared;
    if (!filesystem.socket.empty())
        wanted.creating = "virtiofsd --socket-path=" + shell_quoted(filesystem.socket) +
                          " --shared-dir=DIRECTORY, in a unit of its own";
    return wanted;
}

bool is_admitted(FileCase& c) {
    const auto& allowed = c.draft.policy.filesystems_allow;
    if (closest_entry(allowed.value, c.fact.resolved) != nullptr) return true;
    const auto& path = c.fact.resolved;
    c.deny(allowed.origin,
           (path == c.wanted.path ? path : c.wanted.path + " (" + path + ")") +
               " lies in no directory that the policy lets guests see",
           "add it to " + policy_line("filesystems.allow", allowed.origin) + ", or remove " +
               (c.wanted.is_disk ? "the disk" : "<filesystem>"));
    return false;
}

bool is_directory(FileCase& c) {
    if (c.fact.type == FileType::directory) return true;
    c.refuse("'" + c.wanted.path + "' is no directory", "correct <source>");
    return false;
}

bool is_open_to_guest(FileCase& c) {
    const auto& fact = c.fact;
    const bool writes = c.writes();
    if (fact.guest_can_read && fact.guest_can_execute && (!writes || fact.guest_can_write))
        return true;
    const auto& account = c.draft.policy.user.value;
    const auto user = std::holds_alternative<AccountName>(account)
                          ? account_text(account)
                          : std::to_string(c.draft.plan.process.identity.uid.value);
    const auto quoted = shell_quoted(c.wanted.path);
    c.refuse("the guest's user " + c.draft.user_text() + " may not " +
                 (writes ? "read, write and search '" : "read and search '") + c.wanted.path +
                 "', whose owner is not changed",
             "run: setfacl -R -m u:" + user + (writes ? ":rwX " : ":rX ") + quoted +
                 (writes ? "; add <readonly/> if it is not to write" : ""));
    return false;
}

// QEMU connects to it as the guest's user.
void admit_server(Draft& draft, const Filesystem& filesystem, std::size_t number) {
    const auto wanted = wanted_file(filesystem, number);
    FileCase c{draft, wanted, draft.file(wanted.path)};
    if (!is_there(c) || !has_plain_name(c)) return;
    const bool admitted = is_admitted(c);
    const auto letting =
        "start virtiofsd with --socket-group=" +
        (has_own_id(draft.policy) ? std::to_string(draft.plan.process.identity.gid.value)
                                  : account_text(draft.policy.group.value));
    if (takes_connections(c, letting) && admitted)
        draft.decide(wanted.purpose, "served at " + c.fact.resolved,
                     draft.policy.filesystems_allow.origin.text());
}

} // namespace

void give_directory(Draft& draft, const WantedFile& wanted) {
    FileCase c{draft, wanted, draft.file(wanted.path)};
    if (!is_there(c) || !has_plain_name(c) || !is_directory(c)) return;
    bool good = is_admitted(c);
    if (draft.facts.identity) good = is_reachable(c) && is_open_to_guest(c) && good;
    if (!good) return;
    describe(c);
    c.grant.is_directory = true;
    draft.decide(wanted.purpose,
                 c.grant.resolved + (c.writes() ? "" : ", read-only") +
                     "; owner and label are left alone",
                 draft.policy.filesystems_allow.origin.text());
    draft.plan.files.push_back(std::move(c.grant));
}

void share_filesystems(Draft& draft) {
    const auto& filesystems = draft.definition.filesystems;
    for (std::size_t i = 0; i < filesystems.size(); ++i)
        if (filesystems[i].socket.empty())
            give_directory(draft, wanted_file(filesystems[i], i));
        else
            admit_server(draft, filesystems[i], i);
}

} // namespace vmwarden::resolving
