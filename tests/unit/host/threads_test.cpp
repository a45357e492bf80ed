// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/threads.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <system_error>
#include <thread>
#include <unistd.h>

#include <future>

namespace vmwarden::host {
namespace {

// A thread with a name, for as long as the object lives.
class Named {
  public:
    Named()
      : thread_([this] {
          ::prctl(PR_SET_NAME, "CPU 7/TCG");
          id_.set_value(static_cast<pid_t>(::syscall(SYS_gettid)));
          end_.get_future().wait();
      }) {
        known_ = id_.get_future().get();
    }
    Named(const Named&) = delete;
    Named& operator=(const Named&) = delete;
    ~Named() {
        end_.set_value();
        thread_.join();
    }
    [[nodiscard]] pid_t id() const { return known_; }

  private:
    std::promise<pid_t> id_;
    std::promise<void> end_;
    pid_t known_ = 0;
    std::thread thread_;
};

const ThreadView* named(const std::vector<ThreadView>& views, const std::string& name) {
    const auto found = std::find_if(views.begin(), views.end(),
                                    [&](const auto& view) { return view.name == name; });
    return found == views.end() ? nullptr : &*found;
}

NumberSet own_processors() {
    for (const auto& view : thread_views(::getpid()))
        if (view.is_main) return NumberSet::parse(view.processors).value();
    return {};
}

TEST(Threads, AreHeldWhereTheKernelSaysTheyAre) {
    const Named thread;
    const auto all = own_processors();
    const NumberSet last(all.back(), all.back());
    hold_thread(::getpid(), thread.id(), last);
    const auto views = thread_views(::getpid());
    ASSERT_NE(named(views, "CPU 7/TCG"), nullptr);
    EXPECT_EQ(named(views, "CPU 7/TCG")->processors, last.text());
    EXPECT_FALSE(named(views, "CPU 7/TCG")->is_main);
    EXPECT_EQ(own_processors(), all);
    const auto ids = thread_ids(::getpid());
    EXPECT_EQ(std::count(ids.begin(), ids.end(), thread.id()), 1);
}

int error_of(pid_t process, pid_t thread, const NumberSet& processors) {
    try {
        hold_thread(process, thread, processors);
        return 0;
    } catch (const std::system_error& error) {
        return error.code().value();
    }
}

TEST(Threads, OfAnotherProcessAreNotTouched) {
    EXPECT_EQ(error_of(::getpid(), 1, NumberSet(0, 0)), ESRCH);
    EXPECT_EQ(error_of(::getpid(), ::getppid(), NumberSet(0, 0)), ESRCH);
}

TEST(Threads, CannotBeWhereThereIsNoProcessor) {
    EXPECT_EQ(error_of(::getpid(), ::getpid(), NumberSet(4095, 4095)), EINVAL);
}

} // namespace
} // namespace vmwarden::host
