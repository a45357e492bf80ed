// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/executor/place_threads.h"

#include "agent/executor/executor.h"
#include "agent/host/threads.h"

#include <cerrno>
#include <map>
#include <system_error>

namespace vmwarden::executor {

namespace {

using Kind = plan::ThreadPlace::Kind;
using Threads = std::map<std::string, pid_t>;

std::string vcpu_name(std::uint64_t number) {
    return "vcpu " + std::to_string(number);
}

// What QEMU answers is looked at as what any guest could say.
void note_vcpus(Threads& threads, const nlohmann::json& answer) {
    for (const auto& vcpu : answer)
        if (vcpu.is_object() && vcpu.contains("cpu-index") && vcpu.contains("thread-id"))
            threads[vcpu_name(vcpu.at("cpu-index").get<std::uint64_t>())] =
                vcpu.at("thread-id").get<pid_t>();
}

void note_iothreads(Threads& threads, const nlohmann::json& answer) {
    for (const auto& thread : answer)
        if (thread.is_object() && thread.contains("id") && thread.contains("thread-id"))
            threads[thread.at("id").get<std::string>()] = thread.at("thread-id").get<pid_t>();
}

std::string name_of(const plan::ThreadPlace& place) {
    return place.kind == Kind::vcpu ? vcpu_name(place.number)
                                    : "iothread" + std::to_string(place.number);
}

NumberSet processors_of(const plan::ThreadPlace& place) {
    const auto set = NumberSet::parse(place.processors);
    if (!set) throw LaunchError("threads", "the plan names no processors");
    return *set;
}

// All there are: those that have a place of their own are moved on.
void place_all(pid_t qemu, const NumberSet& processors) {
    for (const pid_t thread : host::thread_ids(qemu)) {
        try {
            host::hold_thread(qemu, thread, processors);
        } catch (const std::system_error& error) {
            if (error.code().value() != ESRCH || thread == qemu) throw;
        }
    }
}

} // namespace

void place_threads(const LaunchPlan& plan, pid_t qemu, host::QmpClient& qmp,
                   host::QmpClient::Deadline deadline) {
    if (!plan.scope.tuning || plan.scope.tuning->threads.empty()) return;
    Threads threads;
    try {
        note_vcpus(threads, qmp.execute("query-cpus-fast", deadline));
        note_iothreads(threads, qmp.execute("query-iothreads", deadline));
    } catch (const nlohmann::json::exception&) {
        throw LaunchError("threads", "QEMU does not say which thread is which");
    }
    const auto threads_here = host::threads_by_own_number(qemu);
    for (const auto& place : plan.scope.tuning->threads)
        if (place.kind == Kind::emulator) place_all(qemu, processors_of(place));
    for (const auto& place : plan.scope.tuning->threads) {
        if (place.kind == Kind::emulator) continue;
        const auto found = threads.find(name_of(place));
        if (found == threads.end()) throw LaunchError("threads", "QEMU has no " + name_of(place));
        const auto here = threads_here.find(found->second);
        if (here == threads_here.end())
            throw LaunchError("threads", "QEMU names a thread that is not its own");
        host::hold_thread(qemu, here->second, processors_of(place));
    }
}

} // namespace vmwarden::executor
