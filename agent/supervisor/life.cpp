// SPDX-License-Identifier: LGPL-2.1-or-later
// Supervisor: what happens to guests.
#include "agent/supervisor/log.h"
#include "agent/supervisor/supervisor.h"

#include <sys/epoll.h>

namespace vmwarden::supervisor {

void Supervisor::survey() {
    for (auto& survivor : effects_.survey()) {
        const auto& name = survivor.name;
        if (!survivor.guest) {
            left_behind(name);
            continue;
        }
        const bool known = guest(name) != nullptr;
        auto& adopted = guests_[name];
        adopted.status.name = name;
        adopted.status.transient = !known;
        adopted.status.since_usec = realtime_usec();
        adopted.status.state = guest::next(adopted.status.state, guest::Event::start_asked);
        if (!known) listener_->guest_added(adopted.status);
        watch(adopted, pipeline_.adopt(std::move(*survivor.guest)));
        log(LOG_NOTICE, "adopted, it was running when the agent started", name);
    }
    for (const auto& name : transient_.names())
        if (guest(name) == nullptr || !guest(name)->status.transient) remove_transient(name);
}

void Supervisor::left_behind(const std::string& name) {
    try {
        std::vector<std::string> lines;
        const auto ending = ending_of(false, effects_.take_back(name, lines));
        for (const auto& line : lines)
            log(LOG_WARNING, line, name);
        log(LOG_NOTICE, "ended while no agent was there: " + ending.reason, name);
        auto* known = guest(name);
        if (known == nullptr) return;
        change(*known, {}, [&](GuestStatus& status) {
            status.state = guest::next(guest::State::running, ending.event);
            status.exit_reason = ending.reason;
        });
    } catch (const std::exception& error) {
        log(LOG_ERR, std::string("what it left could not be taken back: ") + error.what(), name);
    }
}

void Supervisor::launched(const std::string& name, const JobStatus& job,
                          Outcome<Launched> outcome) {
    auto& started = *guest(name);
    if (const auto* failure = std::get_if<Failure>(&outcome))
        return launch_failed(started, job, *failure);
    watch(started, std::move(std::get<Launched>(outcome)));
    follow_limits(started);
    log(LOG_INFO, "runs as PID " + std::to_string(started.status.main_pid), name);
    finish(job.id, JobResult::done);
}

void Supervisor::watch(Guest& guest, Launched launched) {
    const std::string name = guest.status.name;
    guest.running = std::move(launched.guest);
    guest.plan = std::make_shared<const LaunchPlan>(guest.running->plan);
    guest.monitor = std::make_unique<Monitor>(
        loop_, std::move(guest.running->qmp), name,
        [this, name](const qmp::Event& event) { on_monitor_event(name, event); });
    guest.exit_watch =
        loop_.watch(guest.running->shim_pidfd.get(), EPOLLIN, [this, name] { on_exit(name); });
    change(guest, guest::Event::launched, [&](GuestStatus& status) {
        const auto& plan = guest.running->plan;
        status.uuid = plan.uuid.text();
        status.unit = plan.scope.unit;
        status.main_pid = static_cast<std::uint32_t>(guest.running->qemu_pid);
        status.process_label = plan.security.process_label;
        status.image_label = plan.security.image_label;
        status.user = launched.user;
        status.group = launched.group;
        status.exit_reason.clear();
    });
    if (guest.running->paused) change(guest, guest::Event::paused);
}

void Supervisor::launch_failed(Guest& guest, const JobStatus& job, const Failure& failure) {
    const std::string name = guest.status.name;
    log(LOG_NOTICE, "did not start:\n" + failure.message, name);
    // An entry each: of fields given twice the journal keeps no order.
    for (const auto& place : failure.policy_lines)
        log_with({{"GUEST", name},
                  {"POLICY_FILE", place.file},
                  {"POLICY_LINE", std::to_string(place.line)}},
                 LOG_NOTICE, name + ": denied by " + place.text());
    change(guest, guest::Event::launch_failed, [&](GuestStatus& status) {
        status.exit_reason = failure.message.substr(0, failure.message.find('\n'));
    });
    finish(job.id, JobResult::failed, failure);
    forget_if_transient(name);
}

void Supervisor::on_monitor_event(const std::string& name, const qmp::Event& event) {
    auto& told = *guest(name);
    const auto finish_verb = [&](guest::Verb verb) {
        if (const auto job = jobs_.find(name, verb)) finish(job->id, JobResult::done);
    };
    if (event.name == "STOP") {
        change(told, guest::Event::paused);
        finish_verb(guest::Verb::suspend);
    } else if (event.name == "RESUME") {
        change(told, guest::Event::resumed);
        finish_verb(guest::Verb::resume);
    } else if (event.name == "POWERDOWN") {
        change(told, guest::Event::shutdown_asked); // asked by the shim, for whoever stops the unit
    } else if (event.name == "SHUTDOWN") {
        on_shutdown_event(told);
    }
}

// With on_poweroff='restart' QEMU does not end by itself but waits to be told what now.
void Supervisor::on_shutdown_event(Guest& guest) {
    if (!guest.running->plan.restart_on_poweroff) return;
    const auto ignore = [](const Outcome<Done>&) {};
    if (guest.status.state == guest::State::stopping) return guest.monitor->send("quit", ignore);
    guest.monitor->send("system_reset", ignore);
    guest.monitor->send("cont", ignore);
}

void Supervisor::on_exit(const std::string& name) {
    auto& over = *guest(name);
    over.exit_watch = {};
    over.monitor->give_up();
    over.end_waits = over.limits_under_way;
    if (over.end_waits) return;
    hands_.run<executor::ExitRecord>(
        [this, name] {
            std::vector<std::string> lines;
            const auto record = effects_.take_back(name, lines);
            for (const auto& line : lines)
                log(LOG_WARNING, line, name);
            pipeline_.reservations().give_back(name);
            return record;
        },
        [this, name](const Outcome<executor::ExitRecord>& outcome) {
            if (const auto* record = std::get_if<executor::ExitRecord>(&outcome))
                return ended(name, ending_of(guest(name)->destroyed, *record));
            // What it held stays reserved: its files may still bear its owner and label.
            ended(name,
                  {guest::Event::exited_badly, "ended, and what it left could not be taken back"});
        });
}

void Supervisor::ended(const std::string& name, const EndingOf& ending) {
    auto& over = *guest(name);
    over.monitor.reset();
    over.running.reset();
    over.plan.reset();
    over.destroyed = false;
    log(LOG_INFO, "ended: " + ending.reason, name);
    change(over, ending.event, [&](GuestStatus& status) {
        status.main_pid = 0;
        status.process_label.clear();
        status.image_label.clear();
        status.exit_reason = ending.reason;
    });
    for (const auto& job : jobs_.of(name)) {
        const bool wanted = job.verb == guest::to_text(guest::Verb::shutdown) ||
                            job.verb == guest::to_text(guest::Verb::destroy);
        if (wanted)
            finish(job.id, JobResult::done);
        else
            finish(job.id, JobResult::failed,
                   Failure{Failure::Kind::not_running, "guest '" + name + "' ended meanwhile"});
    }
    if (files_left_) own_directories();
    forget_if_transient(name);
}

// Behind the jobs' ends, so that who waited for them is answered by an object that is there.
void Supervisor::forget_if_transient(const std::string& name) {
    loop_.post([this, name] {
        const auto* over = guest(name);
        if (over == nullptr || guest::active(over->status.state)) return;
        if (over->status.transient) forget(name);
    });
}

} // namespace vmwarden::supervisor
