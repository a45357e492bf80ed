// SPDX-License-Identifier: LGPL-2.1-or-later
// Which accounts our directories were given to, and what that says of one file in them
// (docs/adr/0021). Pure.
#pragma once

#include "src/base/units.h"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace vmwarden::executor {

// As kept on disk, the account of the policy in force last, those before it first. While anything
// may still belong to an account of an earlier policy, that one stands here.
std::string encode(const std::vector<Owner>& accounts);
// None when the text is not exactly such a list: nobody's files are given away by a guess.
std::optional<std::vector<Owner>> decode_accounts(std::string_view text);

// The list once `now` is the account in force; the oldest are forgotten beyond 64.
std::vector<Owner> with_account(std::vector<Owner> accounts, const Owner& now);

// An entry of a directory, as fstat(2) has it.
struct OwnedEntry {
    enum class Kind { directory, file, other };
    Kind kind = Kind::other;
    FileId id;
    Owner owner;
    std::uint64_t names = 1; // hard links
};

struct Giving {
    std::vector<Owner> before; // accounts whose files follow
    Owner now;
    std::set<FileId> in_use; // by guests
};

struct Verdict {
    enum class Kind {
        leave, // it is somebody else's, or as it should be, or neither file nor directory
        give,
        in_use,     // to be given when the guest has ended
        many_names, // under another of them it may be a file that a guest has no right to
    };
    Kind kind = Kind::leave;
    Owner owner; // to give
    bool operator==(const Verdict&) const = default;
};

// `guests_own`: the directory is for guests' files alone, so that what root owns in it is theirs as
// well when they ran as root; elsewhere it may be the administrator's.
Verdict judge(const OwnedEntry& entry, const Giving& giving, bool guests_own);

} // namespace vmwarden::executor
