// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/executor/granted_files.h"

#include "agent/executor/file_claims.h"
#include "agent/executor/restore_journal.h"
#include "agent/host/files.h"
#include "agent/host/process.h"
#include "agent/host/selinux.h"
#include "src/base/text.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <system_error>

namespace vmwarden::executor {
namespace {

constexpr unsigned permission_bits = 07777;
constexpr unsigned set_id_bits = 06000;

struct OpenGrant {
    const plan::FileGrant& grant;
    UniqueFd file; // O_PATH: everything below is done to this file, whatever its name is by then
    FileState now;
};

FileState state_of(int fd) {
    const auto status = host::status_of(fd);
    FileState state;
    state.id = host::id_of(status);
    state.is_device = S_ISBLK(status.st_mode) || S_ISCHR(status.st_mode);
    if (state.is_device) state.device = host::device_of(status);
    state.owner = {Uid{status.st_uid}, Gid{status.st_gid}};
    state.mode = status.st_mode & permission_bits;
    if (host::selinux::enabled()) state.label = host::selinux::label_of(fd);
    return state;
}

void require_planned_file(const plan::FileGrant& grant, const FileState& now) {
    const bool same_device = !grant.is_device || now.device == grant.device;
    if (now.id == grant.id && now.is_device == grant.is_device && same_device) return;
    throw LaunchError(grant.purpose, grant.resolved + " is not the file that was looked at before",
                      "somebody has replaced it meanwhile: start the guest again");
}

OpenGrant open_grant(const plan::FileGrant& grant) {
    try {
        UniqueFd file = host::open_in_place(grant.resolved);
        FileState now = state_of(file.get());
        require_planned_file(grant, now);
        return {grant, std::move(file), std::move(now)};
    } catch (const std::system_error& error) {
        throw LaunchError(grant.purpose, error.what());
    }
}

void set_owner(int fd, Owner owner) {
    if (fchownat(fd, "", owner.uid.value, owner.gid.value, AT_EMPTY_PATH) < 0)
        throw std::system_error(errno, std::generic_category(), "cannot change the owner");
}

// chmod(2) has no form for O_PATH descriptors; the link in /proc leads to the file itself.
void set_mode(int fd, unsigned mode) {
    if (chmod(("/proc/self/fd/" + std::to_string(fd)).c_str(), mode) < 0)
        throw std::system_error(errno, std::generic_category(), "cannot change the mode");
}

// Without SELinux a label is bytes in an attribute that nobody obeys: no protection, so no launch.
void set_label(int fd, const std::string& label) {
    if (!host::selinux::enabled())
        throw std::system_error(ENOTSUP, std::generic_category(),
                                "cannot label it where SELinux is off");
    host::selinux::set_label(fd, label);
}

void apply(const OpenGrant& open) {
    const plan::FileGrant& grant = open.grant;
    try {
        if (grant.owner && *grant.owner != open.now.owner) set_owner(open.file.get(), *grant.owner);
        if (!grant.label.empty() && grant.label != open.now.label)
            set_label(open.file.get(), grant.label);
    } catch (const std::system_error& error) {
        throw LaunchError(grant.purpose, grant.resolved + ": " + error.what(),
                          "dynamic_ownership: false leaves files as they are");
    }
}

FileClaim claim_or_refuse(const OpenGrant& open, const std::string& boot,
                          const std::vector<Claims>& others) {
    auto answer = claim_file(open.grant, open.now, boot, others);
    if (auto* claim = std::get_if<FileClaim>(&answer)) return std::move(*claim);
    const auto& conflict = std::get<ClaimConflict>(answer);
    throw LaunchError(open.grant.purpose,
                      open.grant.resolved + " is in use by guest '" + conflict.guest +
                          "': " + conflict.why,
                      "stop that guest first, or give this one an image of its own");
}

// What a change of owner would take from the file for good, or give to whoever the guest is.
void refuse_special(const OpenGrant& open) {
    const plan::FileGrant& grant = open.grant;
    if (!grant.owner || *grant.owner == open.now.owner || open.now.is_device) return;
    const bool readonly = grant.sharing == plan::FileGrant::Sharing::readonly;
    if ((open.now.mode & set_id_bits) != 0 && !readonly)
        throw LaunchError(grant.purpose,
                          grant.resolved + " has set-id bits: what the guest writes to it would "
                                           "run as its owner when they are given back",
                          "run: chmod ug-s " + shell_quoted(grant.resolved));
    // To set it for a group that is not one's own takes CAP_FSETID, which we do without.
    if ((open.now.mode & S_ISGID) != 0)
        throw LaunchError(grant.purpose,
                          grant.resolved + " has the set-group-id bit, which goes when it changes "
                                           "owner",
                          "run: chmod g-s " + shell_quoted(grant.resolved));
    if (host::has_file_capabilities(open.file.get()))
        throw LaunchError(grant.purpose,
                          grant.resolved + " has file capabilities, which go when it changes owner",
                          "run: setcap -r " + shell_quoted(grant.resolved));
}

void carry_out(const std::vector<OpenGrant>& open, const LaunchPlan& plan, const Places& places) {
    RestoreDirectory directory(places.restore);
    auto others = directory.others(plan.name);
    // What an earlier run of this guest could not give back yet still counts.
    if (auto left = directory.read(plan.name)) others.push_back(std::move(*left));
    Claims claims{plan.name, {}};
    if (!others.empty() && others.back().guest == plan.name) claims = others.back();
    const std::string boot = host::boot_id();

    bool durable = false;
    for (const OpenGrant& each : open) {
        refuse_special(each);
        FileClaim claim = claim_or_refuse(each, boot, others);
        if (!claims_anything(claim)) continue;
        durable = durable || owes(claim);
        // A plan may name a file twice; the second must agree with the first.
        others.push_back({plan.name, {claim}});
        claims.files.push_back(std::move(claim));
    }
    if (!claims.files.empty()) directory.write(claims, durable);
    for (const OpenGrant& each : open)
        apply(each);
}

// Errors of one file do not keep the others from going back.
bool restore_one(const FileClaim& claim, const std::string& boot, const std::vector<Claims>& others,
                 std::vector<std::string>& log) {
    try {
        const UniqueFd file = host::open_in_place(claim.path);
        const GiveBack back = give_back(claim, state_of(file.get()), boot, others);
        if (!back.complaint.empty()) log.push_back(claim.path + ": " + back.complaint);
        if (!back.label.empty()) set_label(file.get(), back.label);
        if (back.owner) set_owner(file.get(), *back.owner);
        if (back.mode && back.mode != state_of(file.get()).mode) set_mode(file.get(), *back.mode);
        return true;
    } catch (const std::system_error& error) {
        log.push_back(claim.path + ": " + error.what());
        return claim.boot == boot && error.code().value() == ENOENT; // deleted: nothing is owed
    }
}

std::optional<Claims> readable_claims(RestoreDirectory& directory, const std::string& guest,
                                      std::vector<std::string>& log) {
    try {
        return directory.read(guest);
    } catch (const DamagedJournal& error) {
        log.push_back(std::string(error.what()) + "; it is kept as " + directory.set_aside(guest));
        return std::nullopt;
    }
}

} // namespace

void grant_files(const LaunchPlan& plan, const Places& places) {
    std::vector<OpenGrant> open;
    for (const plan::FileGrant& grant : plan.files)
        open.push_back(open_grant(grant));
    if (!open.empty()) carry_out(open, plan, places);
}

void restore_files(const std::string& guest, const Places& places, std::vector<std::string>& log) {
    RestoreDirectory directory(places.restore);
    const auto claims = readable_claims(directory, guest, log);
    if (!claims) return;
    const auto others = directory.others(guest);
    const std::string boot = host::boot_id();
    Claims owed{guest, {}, claims->drivers};
    for (const FileClaim& claim : claims->files)
        if (!restore_one(claim, boot, others, log)) owed.files.push_back(claim);
    if (owed.files.empty() && owed.drivers.empty())
        directory.remove(guest);
    else
        directory.write(owed, true);
}

} // namespace vmwarden::executor
