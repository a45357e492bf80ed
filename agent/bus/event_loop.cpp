// SPDX-License-Identifier: LGPL-2.1-or-later
// Works as sd_bus_attach_event(3) does: before each wait the connection is asked what to wait for,
// because any message sent or any call made in between may have changed it; one message is
// processed per turn, so that other sources get theirs.
#include "agent/bus/event_loop.h"

#include <system_error>

namespace vmwarden::bus {

namespace {

void check(int result) {
    if (result < 0)
        throw std::system_error(-result, std::generic_category(), "cannot watch the bus");
}

} // namespace

EventLoop::EventLoop(supervisor::Loop& loop, sdbus::IConnection& connection,
                     std::function<void()> on_activity)
  : loop_(loop)
  , connection_(connection)
  , on_activity_(std::move(on_activity)) {
    sd_event_source* source = nullptr;
    check(sd_event_add_io(
        loop.raw(), &source, poll_state(connection).fd, 0,
        [](sd_event_source*, int, std::uint32_t, void* self) {
            auto* us = static_cast<EventLoop*>(self);
            return us->guarded([us] { us->process(); });
        },
        this));
    io_.reset(source);
    check(sd_event_source_set_prepare(source, [](sd_event_source*, void* self) {
        auto* us = static_cast<EventLoop*>(self);
        return us->guarded([us] { us->prepare(); });
    }));
    check(sd_event_add_time(
        loop.raw(), &source, CLOCK_MONOTONIC, 0, 0,
        [](sd_event_source*, std::uint64_t, void* self) {
            auto* us = static_cast<EventLoop*>(self);
            return us->guarded([us] { us->process(); });
        },
        this));
    timer_.reset(source);
    check(sd_event_source_set_enabled(source, SD_EVENT_OFF));
}

template <class Step>
int EventLoop::guarded(Step step) {
    try {
        step();
    } catch (...) {
        loop_.fail(std::current_exception());
    }
    return 0;
}

void EventLoop::prepare() {
    const auto state = poll_state(connection_);
    check(sd_event_source_set_io_events(io_.get(), state.events));
    const bool timed = state.deadline_usec != UINT64_MAX;
    if (timed) check(sd_event_source_set_time(timer_.get(), state.deadline_usec));
    check(sd_event_source_set_enabled(timer_.get(), timed ? SD_EVENT_ONESHOT : SD_EVENT_OFF));
}

void EventLoop::process() {
    if (process_one(connection_)) on_activity_();
}

} // namespace vmwarden::bus
