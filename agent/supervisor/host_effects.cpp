// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/executor/emulator_survey.h"
#include "agent/executor/guest_directory.h"
#include "agent/executor/guest_ids.h"
#include "agent/executor/new_file.h"
#include "agent/executor/remove_nvram.h"
#include "agent/executor/sole_claims.h"
#include "agent/executor/taken_devices.h"
#include "agent/host/accounts.h"
#include "agent/host/emulator_files.h"
#include "agent/host/kernel_view.h"
#include "agent/host/probe.h"
#include "agent/supervisor/effects.h"

#include <grp.h>
#include <pwd.h>

namespace vmwarden::supervisor {

namespace {

constexpr const char* emulators_own_id = "/emulators"; // no guest's name

constexpr std::size_t account_buffer = 64 * 1024; // group entries list all members

Owner owner_of(const Identity& identity) {
    return {identity.uid, identity.gid};
}

class HostEffects final : public Effects {
  public:
    explicit HostEffects(std::string root)
      : root_(std::move(root)) {}

    host::PolicyTree policy_tree() override { return host::read_policy_tree(root_); }
    host::LastGoodPolicy last_good_policy() override {
        return host::read_last_good(std::string(host::last_good_directory));
    }
    void keep_last_good_policy(const std::vector<PolicyFile>& files) override {
        host::keep_last_good(std::string(host::last_good_directory), files);
    }
    std::optional<std::string> read_own_policy(const std::string& name,
                                               Diagnostics& diagnostics) override {
        const auto file = host::EditablePolicyFile::find(root_, name, diagnostics);
        return file ? file->read(diagnostics) : std::nullopt;
    }
    bool replace_own_policy(const std::string& name, const host::EditablePolicyFile::Edit& edit,
                            Diagnostics& diagnostics) override {
        const auto file = host::EditablePolicyFile::find(root_, name, diagnostics);
        return file && file->replace(edit, diagnostics);
    }
    HostFacts probe(const FactsRequest& request) override { return host::probe(request); }
    std::uint32_t give_guest_id(const std::string& guest, IdRange range) override {
        return ids_.give(guest, range);
    }
    std::vector<executor::Survivor> survey() override { return executor::survey(); }
    bool remove_nvram(const std::string& path) override { return executor::remove_nvram(path); }
    void make_new_file(const plan::NewFile& file) override { executor::make_new_file(file); }
    void remove_guest_directory(const std::string& path) override {
        executor::remove_guest_directory(path);
    }
    executor::RunningGuest launch(const LaunchPlan& plan) override {
        return executor::launch(plan);
    }
    void take_devices(const LaunchPlan& plan) override { executor::take_devices(plan); }
    void give_back_devices(const std::string& guest, std::vector<std::string>& log) override {
        executor::give_back_devices(guest, log);
    }
    executor::ExitRecord take_back(const std::string& guest,
                                   std::vector<std::string>& log) override {
        ids_.forget(guest);
        return executor::take_back(guest, log);
    }
    void kill_scope(const std::string& guest) override { executor::kill_scope(guest); }
    bool set_limits(const executor::RunningGuest& guest, const LaunchPlan& changed) override {
        return executor::set_limits(guest, changed);
    }
    std::vector<executor::FileClaim> sole_claims(const std::string& guest) override {
        return executor::sole_claims(guest);
    }
    KernelView kernel_view(const executor::RunningGuest& guest) override {
        return host::read_kernel_view(guest.qemu_pid, guest.qemu_pidfd.get(), guest.plan);
    }

    executor::OwnershipPass own_directories(const Account& user, const Account& group,
                                            std::set<FileId> in_use) override {
        if (std::holds_alternative<AccountPerGuest>(user)) return {}; // they belong to no guest
        const auto wanted = host::look_up_identity(user, group);
        if (!wanted.identity) {
            executor::OwnershipPass pass;
            pass.log.push_back(wanted.error + ": our directories keep their owner");
            return pass;
        }
        const auto built_in = built_in_policy();
        const auto build =
            host::look_up_identity(built_in.user.value, built_in.group.value).identity;
        return executor::give_own_directories(
            owner_of(*wanted.identity), build ? std::optional(owner_of(*build)) : std::nullopt,
            std::move(in_use));
    }

    CapabilitiesSeen capabilities(const HostPolicy& policy) override {
        std::vector<std::string> globs;
        for (const auto& glob : policy.emulators.value)
            globs.push_back(glob.value);
        const auto programs = host::programs_matching(globs);
        FactsRequest request{policy.user.value, policy.group.value, programs};
        if (has_own_id(policy)) ask_as_guest(request, policy);
        const auto facts = host::probe(request);
        if (!facts.identity)
            return {{},
                    "emulators are asked as the guests' user, and " + facts.identity_error +
                        "; create it, or change " + policy.user.origin.text(),
                    {}};
        auto survey = survey_.run(programs, facts);
        return {host_capabilities(policy, facts, survey.found), {}, std::move(survey.log)};
    }

    std::string user_name(Uid uid) override {
        std::vector<char> buffer(account_buffer);
        passwd entry{};
        passwd* found = nullptr;
        getpwuid_r(uid.value, &entry, buffer.data(), buffer.size(), &found);
        return found != nullptr ? found->pw_name : "+" + std::to_string(uid.value);
    }
    std::string group_name(Gid gid) override {
        std::vector<char> buffer(account_buffer);
        group entry{};
        group* found = nullptr;
        getgrgid_r(gid.value, &entry, buffer.data(), buffer.size(), &found);
        return found != nullptr ? found->gr_name : "+" + std::to_string(gid.value);
    }

  private:
    // Emulators are nobody's guest, and no guest's id is theirs.
    void ask_as_guest(FactsRequest& request, const HostPolicy& policy) {
        const auto range = parse_id_range(policy.per_guest_ids.value);
        if (range) request.user = AccountId{ids_.give(emulators_own_id, *range)};
        request.group = request.user;
    }

    std::string root_;
    executor::EmulatorSurvey survey_;
    executor::GuestIdGiver ids_;
};

} // namespace

std::unique_ptr<Effects> host_effects(std::string root) {
    return std::make_unique<HostEffects>(std::move(root));
}

} // namespace vmwarden::supervisor
