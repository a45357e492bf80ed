// SPDX-License-Identifier: LGPL-2.1-or-later
// A host in memory: launches succeed, fail or wait as a test says; guests end when it says.
#pragma once

#include "agent/supervisor/effects.h"

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>

namespace vmwarden::tests {

// Plays QEMU at the other end of the monitor: stop and cont are followed by their events; every
// command is noted.
class FakeQemu {
  public:
    explicit FakeQemu(UniqueFd socket);
    ~FakeQemu();
    FakeQemu(const FakeQemu&) = delete;
    FakeQemu& operator=(const FakeQemu&) = delete;
    // Blocks until that command has come.
    void wait_for(const std::string& command);
    void say(const std::string& line);

  private:
    UniqueFd socket_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::multiset<std::string> commands_;
    std::thread thread_;

    void serve();
    void answer(const std::string& line);
};

class FakeHost final : public supervisor::Effects {
  public:
    // What a test sets and sees. All of it under the lock.
    struct Script {
        std::string policy = "version: 1\nemulators: [/usr/bin/qemu-system-x86_64]\n";
        std::map<std::string, std::string> own_policies; // beside it, by name
        host::LastGoodPolicy last_good;
        std::optional<std::string> launch_error;
        bool hold_launches = false; // until let_go()
        bool kill_fails = false;
        executor::ExitRecord record{true, false, 0, {}};
        std::vector<LaunchPlan> launched;
        std::vector<std::string> nvram_removed; // paths
        std::vector<std::string> taken_back;
        std::vector<std::string> removed; // directories of guests
        bool hold_limits = false;         // until a test changes it
        bool limits_fail = false;
        std::vector<LaunchPlan> limited; // plans whose limits were set, in order
        struct Owned {
            std::string user, group;
            std::set<FileId> in_use;
        };
        std::vector<Owned> owned;     // passes over our directories
        bool pass_is_complete = true; // what they answer
        std::vector<executor::Survivor> survivors;
        supervisor::CapabilitiesSeen capabilities;                      // what a look finds
        unsigned looks = 0;                                             // that have begun
        bool hold_looks = false;                                        // until a test changes it
        std::map<std::string, std::vector<executor::FileClaim>> claims; // by guest
        std::set<std::string> closed; // files that the guest's user may not use as they are
    };
    template <class Change>
    auto script(Change change) {
        const std::lock_guard lock(mutex_);
        auto undo = [this] { changed_.notify_all(); };
        if constexpr (std::is_void_v<decltype(change(script_))>) {
            change(script_);
            undo();
        } else {
            return change(script_);
        }
    }
    void let_go() {
        script([](Script& s) { s.hold_launches = false; });
    }
    // How many launches have begun, once that many have.
    void wait_for_launches(std::size_t count);
    // Once that many settings of limits have begun.
    void wait_for_limits(std::size_t count);
    // Once that many looks at the host's capabilities have begun.
    void wait_for_looks(unsigned count);
    // Once that many passes over our directories are over.
    void wait_for_passes(std::size_t count);
    // QEMU and shim are gone.
    void end(const std::string& guest);
    FakeQemu& qemu(const std::string& guest);
    // A running guest as launch() returns it.
    executor::RunningGuest make_guest(const LaunchPlan& plan);

    host::PolicyTree policy_tree() override;
    host::LastGoodPolicy last_good_policy() override;
    void keep_last_good_policy(const std::vector<PolicyFile>& files) override;
    std::optional<std::string> read_own_policy(const std::string& name,
                                               Diagnostics& diagnostics) override;
    bool replace_own_policy(const std::string& name, const host::EditablePolicyFile::Edit& edit,
                            Diagnostics& diagnostics) override;
    HostFacts probe(const FactsRequest& request) override;
    std::uint32_t give_guest_id(const std::string& guest, IdRange range) override;
    std::vector<executor::Survivor> survey() override;
    executor::RunningGuest launch(const LaunchPlan& plan) override;
    bool remove_nvram(const std::string& path) override;
    // No guest of these tests has firmware.
    void take_devices(const LaunchPlan&) override { throw std::logic_error("take_devices"); }
    void give_back_devices(const std::string&, std::vector<std::string>&) override {
        throw std::logic_error("give_back_devices");
    }
    void make_new_file(const plan::NewFile&) override { throw std::logic_error("make_new_file"); }
    void remove_guest_directory(const std::string& path) override;
    executor::ExitRecord take_back(const std::string& guest,
                                   std::vector<std::string>& log) override;
    void kill_scope(const std::string& guest) override;
    bool set_limits(const executor::RunningGuest& guest, const LaunchPlan& changed) override;
    std::vector<executor::FileClaim> sole_claims(const std::string& guest) override;
    KernelView kernel_view(const executor::RunningGuest& guest) override;
    executor::OwnershipPass own_directories(const Account& user, const Account& group,
                                            std::set<FileId> in_use) override;
    supervisor::CapabilitiesSeen capabilities(const HostPolicy& policy) override;
    std::string user_name(Uid uid) override { return "user" + std::to_string(uid.value); }
    std::string group_name(Gid gid) override { return "group" + std::to_string(gid.value); }

  private:
    struct Machine {
        std::unique_ptr<FakeQemu> qemu;
        UniqueFd alive; // closing it makes the shim's pidfd readable
    };
    std::mutex mutex_;
    std::condition_variable changed_;
    Script script_;
    std::size_t begun_ = 0;
    std::size_t limits_begun_ = 0;
    pid_t last_pid_ = 1000;
    std::map<std::string, Machine> machines_;
    std::map<std::string, std::uint32_t> ids_;
};

} // namespace vmwarden::tests
