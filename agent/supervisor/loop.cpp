// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/supervisor/loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <system_error>

namespace vmwarden::supervisor {

namespace {

void check(int result, const char* what) {
    if (result < 0) throw std::system_error(-result, std::generic_category(), what);
}

} // namespace

struct Loop::Source::State {
    Loop* loop = nullptr;
    Callback callback;
    sd_event_source* source = nullptr;

    State(Loop* owner, Callback run)
      : loop(owner)
      , callback(std::move(run)) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { sd_event_source_disable_unref(source); }

    // The callback may drop its own Source: `kept` outlives the call.
    static int fire(void* userdata) {
        auto* state = static_cast<State*>(userdata);
        const auto kept = state->self.lock();
        try {
            state->callback();
        } catch (...) {
            state->loop->fail(std::current_exception());
        }
        return 0;
    }
    std::weak_ptr<State> self;
};

Loop::Loop()
  : wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    sd_event* event = nullptr;
    check(sd_event_new(&event), "cannot make an event loop");
    event_.reset(event);
    if (!wake_) throw std::system_error(errno, std::generic_category(), "eventfd");
    wake_source_ = watch(wake_.get(), EPOLLIN, [this] { run_posted(); });
}

Loop::~Loop() = default;

Loop::Source Loop::adopt(std::shared_ptr<Source::State> state, int error, const char* what) {
    check(error, what);
    state->self = state;
    Source source;
    source.state_ = std::move(state);
    return source;
}

Loop::Source Loop::watch(int fd, std::uint32_t events, Callback callback) {
    auto state = std::make_shared<Source::State>(this, std::move(callback));
    const int result = sd_event_add_io(
        raw(), &state->source, fd, events,
        [](sd_event_source*, int, std::uint32_t, void* user) { return Source::State::fire(user); },
        state.get());
    return adopt(std::move(state), result, "cannot watch a descriptor");
}

Loop::Source Loop::after(std::chrono::microseconds delay, Callback callback) {
    auto state = std::make_shared<Source::State>(this, std::move(callback));
    const int result = sd_event_add_time_relative(
        raw(), &state->source, CLOCK_MONOTONIC, static_cast<std::uint64_t>(delay.count()), 0,
        [](sd_event_source*, std::uint64_t, void* user) { return Source::State::fire(user); },
        state.get());
    return adopt(std::move(state), result, "cannot set a timer");
}

Loop::Source Loop::on_signal(int signal, Callback callback) {
    auto state = std::make_shared<Source::State>(this, std::move(callback));
    const int result = sd_event_add_signal(
        raw(), &state->source, signal,
        [](sd_event_source*, const signalfd_siginfo*, void* user) {
            return Source::State::fire(user);
        },
        state.get());
    return adopt(std::move(state), result, "cannot watch a signal");
}

Loop::Source Loop::after_dispatch(Callback callback) {
    auto state = std::make_shared<Source::State>(this, std::move(callback));
    const int result = sd_event_add_post(
        raw(), &state->source,
        [](sd_event_source*, void* user) { return Source::State::fire(user); }, state.get());
    return adopt(std::move(state), result, "cannot watch the loop");
}

void Loop::post(Callback callback) {
    {
        const std::lock_guard lock(mutex_);
        posted_.push_back(std::move(callback));
    }
    check(eventfd_write(wake_.get(), 1) == 0 ? 0 : -errno, "eventfd");
}

void Loop::run_posted() {
    eventfd_t count = 0;
    check(eventfd_read(wake_.get(), &count) == 0 ? 0 : -errno, "eventfd");
    std::vector<Callback> ready;
    {
        const std::lock_guard lock(mutex_);
        ready.swap(posted_);
    }
    for (auto& callback : ready)
        callback();
}

void Loop::run() {
    check(sd_event_loop(raw()), "the event loop failed");
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void Loop::stop() {
    sd_event_exit(raw(), 0);
}

void Loop::fail(std::exception_ptr failure) {
    failure_ = std::move(failure);
    stop();
}

} // namespace vmwarden::supervisor
