// SPDX-License-Identifier: LGPL-2.1-or-later
// Supervisor: what is asked of guests.
#include "agent/supervisor/log.h"
#include "agent/supervisor/supervisor.h"

#include <algorithm>

namespace vmwarden::supervisor {

namespace {

Failure not_now(const GuestStatus& status, guest::Verb verb, const std::string& reason) {
    auto kind = Failure::Kind::operation_failed;
    if (verb == guest::Verb::start)
        kind = Failure::Kind::already_running;
    else if (!guest::active(status.state))
        kind = Failure::Kind::not_running;
    return {kind, "cannot " + std::string(guest::to_text(verb)) + " '" + status.name + "', it is " +
                      std::string(guest::to_text(status.state)) +
                      (reason.empty() ? std::string() : ": " + reason)};
}

} // namespace

Outcome<JobStatus> Supervisor::create(DefinitionPointer definition) {
    const auto& name = definition->guest.name;
    if (guest(name) != nullptr)
        return Failure{Failure::Kind::guest_exists,
                       "there is a guest '" + name +
                           "' already; choose another <name>, or start or undefine that one"};
    if (auto failure = may_define(definition->guest)) return std::move(*failure);

    auto& status = guests_[name].status;
    status.name = name;
    status.uuid = definition->guest.uuid ? definition->guest.uuid->text() : std::string();
    status.transient = true;
    status.state = guest::next(guest::State::defined, guest::Event::start_asked);
    status.since_usec = realtime_usec();
    listener_->guest_added(status);
    const auto job = jobs_.open(*listener_, name, guest::Verb::start);
    begin_start(name, job, std::move(definition));
    return job;
}

Outcome<JobStatus> Supervisor::ask(const std::string& name, guest::Verb verb,
                                   std::chrono::seconds shutdown_timeout) {
    auto* asked = guest(name);
    if (asked == nullptr) return no_such_guest(name);
    if (auto same = jobs_.find(name, verb)) return std::move(*same);

    const auto answer = guest::may(asked->status.state, verb);
    const bool again = answer.kind == guest::Answer::Kind::already;
    if (answer.kind == guest::Answer::Kind::denied || (again && verb == guest::Verb::start))
        return not_now(asked->status, verb, answer.reason);
    const auto job = jobs_.open(*listener_, name, verb);
    log(LOG_INFO, std::string(guest::to_text(verb)) + " asked", name);
    if (again && verb != guest::Verb::shutdown && verb != guest::Verb::destroy)
        finish(job.id, JobResult::done);
    else
        begin(job, verb, shutdown_timeout);
    return job;
}

void Supervisor::begin(const JobStatus& job, guest::Verb verb, std::chrono::seconds timeout) {
    auto& asked = *guest(job.guest);
    switch (verb) {
    case guest::Verb::start:
        change(asked, guest::Event::start_asked,
               [](GuestStatus& status) { status.exit_reason.clear(); });
        return begin_start(job.guest, job, nullptr);
    case guest::Verb::shutdown:
        return begin_shutdown(asked, job, timeout);
    case guest::Verb::destroy:
        return begin_destroy(asked, job);
    case guest::Verb::suspend:
        return begin_monitor(asked, job, "stop", false);
    case guest::Verb::resume:
        return begin_monitor(asked, job, "cont", false);
    case guest::Verb::reset:
        return begin_monitor(asked, job, "system_reset", true);
    case guest::Verb::reboot:
        break;
    }
    finish(job.id, JobResult::failed,
           Failure{Failure::Kind::operation_failed, "this agent cannot do that yet"});
}

void Supervisor::begin_start(const std::string& name, const JobStatus& job,
                             DefinitionPointer definition) {
    // A transient guest's text goes to disk, a persistent one's comes from there.
    const auto fetch = [this, name, definition]() -> Outcome<DefinitionPointer> {
        if (!definition) return read_definition(name, false);
        transient_.write(name, definition->source.text);
        return definition;
    };
    disk_.run<DefinitionPointer>(fetch, [this, name, job](Outcome<DefinitionPointer> fetched) {
        if (auto* failure = std::get_if<Failure>(&fetched))
            return launched(name, job, std::move(*failure));
        hands_.run<Launched>([this, definition = std::get<DefinitionPointer>(
                                        fetched)] { return pipeline_.launch(*definition); },
                             [this, name, job](Outcome<Launched> outcome) {
                                 launched(name, job, std::move(outcome));
                             });
    });
}

void Supervisor::begin_shutdown(Guest& guest, const JobStatus& job, std::chrono::seconds timeout) {
    change(guest, guest::Event::shutdown_asked);
    press_power_button(job, timeout, timeout);
}

// A guest that is still booting misses a press, so the button is pressed again until the guest has
// ended or its time is over.
void Supervisor::press_power_button(const JobStatus& job, std::chrono::seconds timeout,
                                    std::chrono::seconds left) {
    constexpr std::chrono::seconds interval{10};
    auto* asked = guest(job.guest);
    if (asked == nullptr || !asked->monitor || asked->destroyed) return;
    if (left <= std::chrono::seconds::zero()) return give_shutdown_up(*asked, job, timeout);
    // QEMU closes its monitor before it is gone: no answer to a later press is no failure.
    const bool first = left == timeout;
    asked->monitor->send("system_powerdown", [this, job, first](const Outcome<Done>& outcome) {
        if (const auto* failure = std::get_if<Failure>(&outcome); failure != nullptr && first)
            finish(job.id, JobResult::failed, *failure);
    });
    const auto wait = std::min(left, interval);
    jobs_.attach(job.id, loop_.after(wait, [this, job, timeout, left, wait] {
        loop_.post([=, this] { press_power_button(job, timeout, left - wait); });
    }));
}

void Supervisor::give_shutdown_up(Guest& guest, const JobStatus& job,
                                  std::chrono::seconds timeout) {
    change(guest, guest::Event::shutdown_given_up);
    finish(job.id, JobResult::timeout,
           Failure{Failure::Kind::timeout,
                   "guest '" + job.guest + "' did not shut down within " +
                       std::to_string(timeout.count()) +
                       " s; it may ignore its power button, 'vmwarden destroy' ends it"});
}

void Supervisor::begin_destroy(Guest& guest, const JobStatus& job) {
    guest.destroyed = true;
    change(guest, guest::Event::destroy_asked);
    hands_.run<Done>(
        [this, name = job.guest]() -> Outcome<Done> {
            try {
                effects_.kill_scope(name);
                return Done();
            } catch (const executor::LaunchError& error) {
                return Failure{Failure::Kind::operation_failed, error.what()};
            }
        },
        [this, job](Outcome<Done> outcome) {
            if (auto* failure = std::get_if<Failure>(&outcome))
                finish(job.id, JobResult::failed, std::move(*failure));
        });
}

void Supervisor::begin_monitor(Guest& guest, const JobStatus& job, const std::string& command,
                               bool done_with_reply) {
    guest.monitor->send(command, [this, job, done_with_reply](const Outcome<Done>& outcome) {
        if (const auto* failure = std::get_if<Failure>(&outcome))
            finish(job.id, JobResult::failed, *failure);
        else if (done_with_reply)
            finish(job.id, JobResult::done);
    });
}

// Posted: whoever asked gets the job before its end.
void Supervisor::finish(std::uint32_t job, JobResult result, std::optional<Failure> failure) {
    loop_.post([this, job, result, failure = std::move(failure)] {
        jobs_.close(*listener_, job, result, failure);
    });
}

void Supervisor::verify(const std::string& name, Then<std::vector<VerifyRow>> then) {
    const auto* known = guest(name);
    if (known == nullptr) return then(no_such_guest(name));
    if (!known->running)
        return then(Failure{Failure::Kind::not_running,
                            "guest '" + name + "' does not run, so nothing confines it"});
    hands_.run<std::vector<VerifyRow>>(
        [this, running = known->running, plan = known->plan] {
            return vmwarden::verify(*plan, effects_.kernel_view(*running));
        },
        std::move(then));
}

} // namespace vmwarden::supervisor
