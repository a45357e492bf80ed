// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/network_namespace.h"

#include <cerrno>
#include <exception>
#include <fcntl.h>
#include <sched.h>
#include <system_error>
#include <thread>

namespace vmwarden::host {
namespace {

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

// A namespace is a thread's: a thread of its own leaves those of all others alone.
void on_a_thread(const std::function<void()>& call) {
    std::exception_ptr thrown;
    std::thread([&] {
        try {
            call();
        } catch (...) {
            thrown = std::current_exception();
        }
    }).join();
    if (thrown) std::rethrow_exception(thrown);
}

} // namespace

UniqueFd own_network_namespace() {
    UniqueFd fd(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
    if (!fd) fail("cannot open the network namespace");
    return fd;
}

NetworkNamespace::NetworkNamespace() {
    on_a_thread([this] {
        if (::unshare(CLONE_NEWNET) != 0) fail("cannot make a network namespace");
        fd_ = own_network_namespace();
    });
}

void NetworkNamespace::inside(const std::function<void()>& call) const {
    on_a_thread([&] {
        if (::setns(fd_.get(), CLONE_NEWNET) != 0) fail("cannot enter a network namespace");
        call();
    });
}

} // namespace vmwarden::host
