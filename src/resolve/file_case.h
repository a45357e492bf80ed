// SPDX-License-Identifier: LGPL-2.1-or-later
// One wanted file on its way into the plan, and the questions asked about it. Each question is
// answered for itself, refusing with its reason, so that a reader sees all that is wrong.
#pragma once

#include "src/resolve/draft.h"
#include "src/resolve/wanted_files.h"

namespace vmwarden::resolving {

struct FileCase {
    Draft& draft;
    const WantedFile& wanted;
    const FileFact& fact;
    plan::FileGrant grant = {};

    void refuse(std::string message, std::string hint) {
        draft.refuse(wanted.purpose, wanted.place, std::move(message), std::move(hint));
    }
    void deny(const Origin& rule, std::string message, std::string hint) {
        draft.deny(wanted.purpose, wanted.place, rule, std::move(message), std::move(hint));
    }
    [[nodiscard]] bool writes() const {
        return wanted.sharing != plan::FileGrant::Sharing::readonly;
    }
};

// file_kind.cpp: is it what it should be?
bool is_there(FileCase& c);
bool has_right_type(FileCase& c);
bool has_plain_name(FileCase& c); // one that can stand on a command line and in messages

// file_admission.cpp: does the policy let disks be there?
bool is_allowed(FileCase& c);
// The entry of a list of directories that says most about the path: the deepest that holds it.
const Setting<std::string>* closest_entry(const std::vector<Setting<std::string>>& list,
                                          std::string_view path);

// file_access.cpp: may the guest's user have it, and under which owner?
bool is_reachable(FileCase& c);
bool gets_access(FileCase& c); // sets grant.owner where it must change

// After owner and label: was the guest led to somebody's file by somebody else?
bool is_no_trap(FileCase& c);

// file_socket.cpp: does somebody listen there, to whom the guest's user may connect?
bool takes_connections(FileCase& c, const std::string& letting); // a hint: how the user may

// file_label.cpp: sets grant.label
bool gets_label(FileCase& c);

// file_use.cpp: who else has it? After owner and label.
bool is_used_once(FileCase& c); // by this guest
bool is_free(FileCase& c);      // of other guests

// files.cpp: what the grant says of the file, and nothing that is decided yet.
void describe(FileCase& c);
// Asks all of these; the file is in the plan if none of them speaks against it.
void grant_file(Draft& draft, const WantedFile& wanted);

// filesystems.cpp: as grant_file(), of a directory with all that is in it.
void give_directory(Draft& draft, const WantedFile& wanted);

// server_admission.cpp: does the policy let disks be on that server?
void admit_server(Draft& draft, const Disk& disk);

// image_chain.cpp: the disk's image, what backs it and what holds their data, one by one. Returns
// them for the command line, the disk's own first; it counts only if nothing was refused.
std::vector<qemu::Image> grant_chain(Draft& draft, const Disk& disk);

} // namespace vmwarden::resolving
