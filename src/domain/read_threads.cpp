// SPDX-License-Identifier: LGPL-2.1-or-later
// <vcpu>, <vcpus>, <iothreads> and what belongs to it.
#include "src/domain/readers.h"
#include "src/domain/values.h"

#include <algorithm>

namespace vmwarden::domain {

namespace {

constexpr std::uint64_t most_vcpus = 4096;
constexpr std::uint64_t most_iothreads = 1000;
constexpr std::uint64_t most_pool_threads = 4096;

constexpr NotDone placements_refused[] = {{"auto", "numad is not asked: the host's administrator "
                                                   "places guests by slices"}};
constexpr Word<bool> placements[] = {{"static", true}};
constexpr NotDone iothread_children_refused[] = {{"poll", "how long it polls is QEMU's to choose"}};

std::optional<unsigned> read_number(ElementReader& element, std::string_view name,
                                    std::uint64_t least, std::uint64_t most) {
    const auto text = element.attribute(name);
    const auto number =
        text ? number_from(*text, name, least, most, element.report()) : std::nullopt;
    return number ? std::optional(static_cast<unsigned>(*number)) : std::nullopt;
}

std::optional<unsigned> required_number(ElementReader& element, std::string_view name,
                                        std::uint64_t least, std::uint64_t most) {
    element.required_attribute(name);
    return read_number(element, name, least, most);
}

// None for one that cannot be kept.
std::optional<VcpuState> read_state(ElementReader& element, const GuestDefinition& guest) {
    VcpuState state;
    state.place = element.place();
    const auto id = required_number(element, "id", 0, guest.vcpus - 1);
    const auto enabled = element.required_word("enabled", yes_no);
    state.hotpluggable = element.word("hotpluggable", yes_no);
    state.order = read_number(element, "order", 1, guest.vcpus).value_or(0);
    if (!id || !enabled) return std::nullopt;
    state.id = *id;
    state.enabled = *enabled;
    if (state.id == 0 && (!state.enabled || state.hotpluggable == true))
        element.error(element.at(), "processor 0 is always there",
                      "write enabled='yes' hotpluggable='no'");
    if (!state.enabled && state.hotpluggable == false)
        element.error(element.at(), "a processor that is not there must be one that can be plugged",
                      "write hotpluggable='yes', or enabled='yes'");
    if (!state.enabled && state.order != 0)
        element.error(element.at(), "only a processor that is there has an order", "remove order");
    return state;
}

void check_states(ElementReader& vcpus, const GuestDefinition& guest) {
    const auto& states = guest.vcpu_states;
    const auto present = guest.current_vcpus.value_or(guest.vcpus);
    const auto wrong = [&](const std::string& message, const std::string& hint) {
        vcpus.error(vcpus.at(), message, hint);
    };
    for (std::size_t i = 0; i < states.size(); ++i)
        if (states[i].id != i)
            return wrong("processor " + std::to_string(i) + " is not listed",
                         "list each of the " + std::to_string(guest.vcpus) + " once");
    if (states.size() != guest.vcpus)
        return wrong("processor " + std::to_string(states.size()) + " is not listed",
                     "list each of the " + std::to_string(guest.vcpus) + " once");
    const auto first_absent = std::ranges::find(states, false, &VcpuState::enabled);
    if (static_cast<unsigned>(first_absent - states.begin()) != present ||
        std::any_of(first_absent, states.end(), [](const auto& state) { return state.enabled; }))
        wrong("a guest boots with its first processors, here " + std::to_string(present),
              "write enabled='yes' for 0 to " + std::to_string(present - 1) +
                  " and 'no' for the others; <vcpu current='...'> says how many");
    unsigned before = 0;
    for (const auto& state : states) {
        if (state.order == 0) continue;
        if (state.order <= before)
            return wrong("processors come in the order of their numbers", "remove order");
        before = state.order;
    }
}

ThreadPool read_pool(ElementReader& element) {
    ThreadPool pool;
    pool.least = read_number(element, "thread_pool_min", 0, most_pool_threads);
    pool.most = read_number(element, "thread_pool_max", 1, most_pool_threads);
    if (pool.least && pool.most && *pool.least > *pool.most)
        element.error(element.at(), "thread_pool_min is more than thread_pool_max",
                      "write them the other way around");
    return pool;
}

void read_iothread(ElementReader& element, std::vector<IoThread>& to) {
    IoThread thread;
    thread.place = element.place();
    const auto id = required_number(element, "id", 1, last_iothread);
    thread.pool = read_pool(element);
    element.refuse_children(iothread_children_refused);
    if (!id) return;
    thread.id = *id;
    if (std::ranges::count(to, thread.id, &IoThread::id) != 0)
        return element.error(element.at(),
                             "I/O thread " + std::to_string(thread.id) + " is listed twice",
                             "remove one of them");
    if (to.size() == most_iothreads)
        return element.error(element.at(),
                             "there are more I/O threads than " + std::to_string(most_iothreads));
    to.push_back(thread);
}

} // namespace

void read_vcpu(ElementReader& vcpu, GuestDefinition& guest) {
    vcpu.word("placement", placements, placements_refused);
    if (const auto cpuset = vcpu.attribute("cpuset"))
        guest.cpu_tune.processors =
            numbers_from(*cpuset, "cpuset", vcpu.report()).value_or(NumberSet());
    guest.vcpus_place = vcpu.place();
    const auto count =
        number_from(vcpu.trimmed_text(), "number of processors", 1, most_vcpus, vcpu.report());
    if (count) guest.vcpus = static_cast<unsigned>(*count);
    const auto current = vcpu.attribute("current");
    if (!current || !count) return;
    const auto present = number_from(*current, "current", 1, *count, vcpu.report());
    if (present) guest.current_vcpus = static_cast<unsigned>(*present);
}

void read_vcpus(ElementReader& vcpus, GuestDefinition& guest) {
    auto& states = guest.vcpu_states;
    std::vector<bool> known(guest.vcpus);
    vcpus.children("vcpu", [&](ElementReader& element) {
        const auto state = read_state(element, guest);
        if (!state) return;
        if (known[state->id])
            return element.error(element.at(),
                                 "processor " + std::to_string(state->id) + " is listed twice",
                                 "remove one of them");
        known[state->id] = true;
        states.push_back(*state);
    });
    std::ranges::sort(states, {}, &VcpuState::id);
    if (!vcpus.report().has_errors()) check_states(vcpus, guest);
}

void read_iothreads(ElementReader& domain, GuestDefinition& guest) {
    auto& threads = guest.iothreads;
    domain.child("iothreads", [&](ElementReader& element) {
        threads.place = element.place();
        const auto count = number_from(element.trimmed_text(), "number of I/O threads", 0,
                                       most_iothreads, element.report());
        if (count) threads.count = static_cast<unsigned>(*count);
    });
    domain.child("iothreadids", [&](ElementReader& ids) {
        ids.children("iothread",
                     [&](ElementReader& element) { read_iothread(element, threads.listed); });
        if (threads.count && threads.listed.size() > *threads.count)
            ids.error(ids.at(),
                      std::to_string(threads.listed.size()) + " I/O threads are listed, " +
                          std::to_string(*threads.count) + " is what <iothreads> says",
                      "write <iothreads>" + std::to_string(threads.listed.size()) + "</iothreads>");
    });
    domain.child("defaultiothread",
                 [&](ElementReader& element) { threads.main_pool = read_pool(element); });
}

unsigned read_iothread_of(ElementReader& driver, const GuestDefinition& guest) {
    const auto at = driver.attribute("iothread");
    const auto id = read_number(driver, "iothread", 1, last_iothread).value_or(0);
    const auto threads = all_iothreads(guest.iothreads);
    if (id != 0 && std::ranges::count(threads, id, &IoThread::id) == 0)
        driver.error(at->at, "there is no I/O thread " + std::to_string(id),
                     "write <iothreads>" + std::to_string(id) + "</iothreads> in <domain>");
    return id;
}

} // namespace vmwarden::domain

namespace vmwarden {

std::vector<IoThread> all_iothreads(const IoThreads& threads) {
    auto all = threads.listed;
    std::vector<bool> taken(all.size() + threads.count.value_or(0) + 1);
    for (const auto& thread : all)
        if (thread.id < taken.size()) taken[thread.id] = true;
    for (unsigned id = 1; all.size() < threads.count.value_or(0); ++id)
        if (!taken[id]) all.push_back({.id = id, .place = threads.place});
    return all;
}

} // namespace vmwarden
