// SPDX-License-Identifier: LGPL-2.1-or-later
// The registry of guests. Feeds src/guest's life cycle with what happens to them and carries out
// what is asked. Loop thread throughout; what blocks goes to Workers.
#pragma once

#include "agent/supervisor/definition_store.h"
#include "agent/supervisor/effects.h"
#include "agent/supervisor/guest.h"
#include "agent/supervisor/jobs.h"
#include "agent/supervisor/pipeline.h"
#include "agent/supervisor/simulation.h"
#include "agent/supervisor/status.h"
#include "agent/supervisor/workers.h"
#include "src/hostpolicy/explain.h"
#include "src/resolve/explain_device.h"
#include "src/verify/verify.h"

#include <chrono>
#include <functional>
#include <map>
#include <string>

namespace vmwarden::supervisor {

class Supervisor {
  public:
    struct Directories {
        std::string persistent; // /etc/vmwarden/guests
        std::string transient;  // /run/vmwarden/definitions
    };
    template <class T>
    using Then = std::function<void(Outcome<T>)>;

    Supervisor(Loop& loop, Effects& effects, Directories directories);
    // Guests stay; waits for effects that have begun.
    ~Supervisor();

    // Reads the definitions and the policy, adopts guests that run and takes back what others left.
    // Blocks: to be called once, before the loop runs and anything is asked.
    void start(Listener& listener);

    [[nodiscard]] const GuestStatus* find(const std::string& name) const;
    [[nodiscard]] const GuestStatus* find_uuid(const std::string& uuid) const;
    // Of QEMU or its shim.
    [[nodiscard]] const GuestStatus* find_pid(std::uint32_t pid) const;
    [[nodiscard]] std::vector<const GuestStatus*> list() const;
    [[nodiscard]] const PolicyStatus& policy() const { return policy_; }
    // No QEMU, no job, no policy on trial, no work under way.
    [[nodiscard]] bool idle() const;
    [[nodiscard]] bool guests_running() const;
    // Work is under way on other threads whose result has not arrived.
    [[nodiscard]] bool working() const {
        return disk_.unfinished() + hands_.unfinished() + owner_.unfinished() +
                   asking_.unfinished() !=
               0;
    }

    void parse(std::string file, std::string xml, Then<DefinitionPointer> then);
    // Work that needs nothing of ours: done beside the loop.
    void aside(std::function<Outcome<std::string>()> work, Then<std::string> then);
    // Gives the name.
    void define(DefinitionPointer definition, Then<std::string> then);
    // `nvram`: the firmware variables that we made for it go as well; it must not run then.
    void undefine(const std::string& name, bool nvram, Then<Done> then);
    void xml(const std::string& name, Then<std::string> then);
    void plan(DefinitionPointer definition, Then<LaunchPlan> then);
    // The plan a running guest was started with, or the one it would get.
    void plan_of(const std::string& name, Then<LaunchPlan> then);
    void verify(const std::string& name, Then<std::vector<VerifyRow>> then);
    // Reads the policy files; when they do not check, what was in force stays so, and that is the
    // failure. Done when what follows the policy has followed.
    void reload_policy(Then<Done> then);
    // Of one file alone, whatever it is called.
    void check_policy(PolicyFile file, Then<Diagnostics> then);
    // trial.cpp. Gives when the trial will end, CLOCK_REALTIME in microseconds.
    void try_policy(PolicyCandidate candidate, std::chrono::seconds length,
                    Then<std::uint64_t> then);
    // Gives the path of the file that was on trial and is on disk now.
    void confirm_policy(Then<std::string> then);
    void revert_policy(Then<Done> then);
    // What the candidate would mean for each guest.
    void simulate_policy(PolicyCandidate candidate, Then<std::vector<Forecast>> then);

    // capabilities.cpp. libvirt's capabilities XML of this host under the policy in force. However
    // many ask, one look at the host at a time is taken for all of them.
    void capabilities(Then<std::string> then);

    // Of the policy in force; with a guest's name, of that which holds for it.
    void effective_policy(const std::string& guest, Then<std::vector<PolicyEntry>> then);
    void explain_key(std::string key, const std::string& guest, Then<KeyExplanation> then);
    // What the guest's device filter says to a node, or would if it ran.
    void explain_device(const std::string& guest, std::string node, Then<DeviceExplanation> then);

    // The job has only begun when these return.
    Outcome<JobStatus> create(DefinitionPointer definition);
    Outcome<JobStatus> ask(const std::string& name, guest::Verb verb,
                           std::chrono::seconds shutdown_timeout);
    void when_done(std::uint32_t job, Jobs::Waiter waiter) {
        jobs_.when_done(job, std::move(waiter));
    }

  private:
    Loop& loop_;
    Effects& effects_;
    Listener* listener_ = nullptr;
    DefinitionStore persistent_;
    DefinitionStore transient_;
    PolicyStatus policy_;
    PolicyPointer in_force_; // as the loop knows it; none before the first turn of the loop
    Loop::Source trial_end_;
    std::map<std::string, Guest> guests_;
    Jobs jobs_;
    Pipeline pipeline_;
    Workers disk_;   // one thread: definitions change in the order asked
    Workers hands_;  // everything else
    Workers owner_;  // one thread, of our directories: the last policy wins
    Workers asking_; // one thread, of emulators
    std::vector<Then<std::string>> capabilities_wanted_;
    std::vector<std::string> capabilities_log_; // what the last look had to say
    bool files_left_ = false;                   // by the last of those, for when a guest ends
    unsigned following_ = 0; // workers that carry the policy to what was made under another
    std::vector<std::function<void()>> when_followed_;

    // definitions.cpp
    void load_definitions();
    void load_definition(const std::string& name);
    std::optional<Failure> may_define(const GuestDefinition& definition) const;
    void defined(const GuestDefinition& definition);
    Outcome<std::string> read_xml(const std::string& name, bool transient) const;
    Outcome<DefinitionPointer> read_definition(const std::string& name, bool transient) const;
    void forget(const std::string& name);
    void forget_if_transient(const std::string& name);
    void remove_transient(const std::string& name);

    // verbs.cpp
    void begin(const JobStatus& job, guest::Verb verb, std::chrono::seconds shutdown_timeout);
    void begin_start(const std::string& name, const JobStatus& job, DefinitionPointer definition);
    void begin_shutdown(Guest& guest, const JobStatus& job, std::chrono::seconds timeout);
    void press_power_button(const JobStatus& job, std::chrono::seconds timeout,
                            std::chrono::seconds left);
    void give_shutdown_up(Guest& guest, const JobStatus& job, std::chrono::seconds timeout);
    void begin_destroy(Guest& guest, const JobStatus& job);
    void begin_monitor(Guest& guest, const JobStatus& job, const std::string& command,
                       bool done_with_reply);
    void finish(std::uint32_t job, JobResult result, std::optional<Failure> failure = {});

    // life.cpp
    void survey();
    void left_behind(const std::string& name);
    void watch(Guest& guest, Launched launched);
    void launched(const std::string& name, const JobStatus& job, Outcome<Launched> outcome);
    void launch_failed(Guest& guest, const JobStatus& job, const Failure& failure);
    void on_monitor_event(const std::string& name, const qmp::Event& event);
    void on_shutdown_event(Guest& guest);
    void on_exit(const std::string& name);
    void ended(const std::string& name, const EndingOf& ending);

    // insight.cpp
    void with_definition(const std::string& name, Then<DefinitionPointer> then);

    // capabilities.cpp
    void log_capabilities(std::vector<std::string> lines);

    // policy.cpp
    void policy_seen(const PolicyPointer& policy);

    // follow.cpp
    [[nodiscard]] bool follows() const;
    void follow_policy();
    void follow_limits(Guest& guest);
    void limits_set(const std::string& name, const std::shared_ptr<const LaunchPlan>& changed,
                    const PolicyPointer& policy, const Outcome<bool>& outcome);
    void own_directories();
    void directories_owned(const Outcome<executor::OwnershipPass>& outcome);
    void when_followed(std::function<void()> then);
    void followed();

    // trial.cpp
    void time_trial(const PolicyPointer& policy);

    Guest* guest(const std::string& name);
    void running_xml(const std::string& name, const Guest& known, Then<std::string> then);
    // Applies an event and what came with it, and tells the listener what changed.
    template <class Change>
    void change(Guest& guest, std::optional<guest::Event> event, Change change);
    void change(Guest& guest, guest::Event event) {
        change(guest, event, [](GuestStatus&) {});
    }
};

template <class Change>
void Supervisor::change(Guest& guest, std::optional<guest::Event> event, Change change) {
    const GuestStatus before = guest.status;
    if (event) guest.status.state = guest::next(before.state, *event);
    if (guest.status.state != before.state) guest.status.since_usec = realtime_usec();
    change(guest.status);
    if (guest.status != before) listener_->guest_changed(before, guest.status);
}

} // namespace vmwarden::supervisor
