// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/words.h"
#include "src/domain/writers.h"

namespace vmwarden::domain {

namespace {

void write_state(XmlWriter& xml, const VcpuState& state) {
    const auto id = std::to_string(state.id);
    const auto order = std::to_string(state.order);
    XmlAttributes attributes{{"id", id}, {"enabled", word_for(yes_no, state.enabled)}};
    if (state.hotpluggable)
        attributes.push_back({"hotpluggable", word_for(yes_no, *state.hotpluggable)});
    if (state.order != 0) attributes.push_back({"order", order});
    xml.empty("vcpu", attributes);
}

void write_pool(XmlWriter& xml, std::string_view name, XmlAttributes attributes,
                const ThreadPool& pool) {
    const auto least = std::to_string(pool.least.value_or(0));
    const auto most = std::to_string(pool.most.value_or(0));
    if (pool.least) attributes.push_back({"thread_pool_min", least});
    if (pool.most) attributes.push_back({"thread_pool_max", most});
    xml.empty(name, attributes);
}

void write_iothreads(XmlWriter& xml, const IoThreads& threads) {
    if (threads.count) xml.text("iothreads", std::to_string(*threads.count));
    if (!threads.listed.empty())
        xml.element("iothreadids", {}, [&] {
            for (const auto& thread : threads.listed) {
                const auto id = std::to_string(thread.id);
                write_pool(xml, "iothread", {{"id", id}}, thread.pool);
            }
        });
    if (threads.main_pool != ThreadPool{})
        write_pool(xml, "defaultiothread", {}, threads.main_pool);
}

} // namespace

void write_threads(XmlWriter& xml, const GuestDefinition& guest) {
    const auto current = std::to_string(guest.current_vcpus.value_or(0));
    const auto processors = guest.cpu_tune.processors.text();
    XmlAttributes vcpu;
    if (!processors.empty()) vcpu.push_back({"cpuset", processors});
    if (guest.current_vcpus) vcpu.push_back({"current", current});
    xml.text("vcpu", std::to_string(guest.vcpus), vcpu);
    if (!guest.vcpu_states.empty())
        xml.element("vcpus", {}, [&] {
            for (const auto& state : guest.vcpu_states)
                write_state(xml, state);
        });
    write_iothreads(xml, guest.iothreads);
}

} // namespace vmwarden::domain
