// SPDX-License-Identifier: LGPL-2.1-or-later
// Whose owner and label a file has while guests use it, and what it goes back to. Pure: what a file
// looks like comes in, what to do comes out.
//
// A guest's claim on an attribute holds what the file had before any guest, so that the last guest
// to end gives it back, in whatever order they end.
#pragma once

#include "src/plan/launch_plan.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace vmwarden::executor {

struct FileState {
    FileId id;
    bool is_device = false;
    DeviceNumber device;
    Owner owner;
    unsigned mode = 0; // permission bits, set-id bits included
    std::string label;
    bool operator==(const FileState&) const = default;
};

struct FileClaim {
    std::string path; // the plan's resolved one
    std::string boot; // id of the boot in which it was made: device numbers hold for it alone
    FileState original;
    std::optional<Owner> set_owner; // absent: the owner is not claimed
    std::string set_label;          // empty: the label is not claimed
    bool operator==(const FileClaim&) const = default;
};

// The driver that a PCI device had before a guest.
struct DriverClaim {
    std::string address; // "0000:06:02.0"
    std::string boot;    // in which it was made: the next one binds drivers anew
    std::string driver;  // empty: none, as of the next
    std::string override_name;
    bool operator==(const DriverClaim&) const = default;
};

// The claims of one guest, as the journal keeps them.
struct Claims {
    std::string guest;
    std::vector<FileClaim> files;
    std::vector<DriverClaim> drivers = {};
    bool operator==(const Claims&) const = default;
};

struct ClaimConflict {
    std::string guest; // who holds the file otherwise
    std::string why;
};

// The claim that a grant needs, given what the file is now, in this boot, and what live guests
// claim of it: what one of those has changed is claimed by this guest as well, which perhaps has
// access for that reason alone.
std::variant<FileClaim, ClaimConflict> claim_file(const plan::FileGrant& grant,
                                                  const FileState& now, const std::string& boot,
                                                  const std::vector<Claims>& others);

// Whether something will have to be given back.
bool owes(const FileClaim& claim);
// Whether there is anything in it.
bool claims_anything(const FileClaim& claim);

// What to do with a claimed file when its guest has ended.
struct GiveBack {
    std::optional<Owner> owner;
    std::optional<unsigned> mode; // to be set after the owner, which clears set-id bits
    std::string label;
    std::string complaint; // why something stays as it is; empty: nothing to say
};
GiveBack give_back(const FileClaim& claim, const FileState& now, const std::string& boot,
                   const std::vector<Claims>& others);

} // namespace vmwarden::executor
