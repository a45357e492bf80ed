// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/resolve/steps.h"

#include <limits>

namespace vmwarden {

namespace {

// FNV-1a, 64 bits, with the finalizer of splitmix64, so that names one letter apart differ in all
// bits. Nothing here is secret, and an owner who wants another UUID may just write it.
std::uint64_t hash_of(std::string_view salt, const Uuid& host, std::string_view name) {
    std::uint64_t hash = 0xcbf29ce484222325;
    const auto add = [&](unsigned char byte) { hash = (hash ^ byte) * 0x100000001b3; };
    for (const char c : salt)
        add(static_cast<unsigned char>(c));
    for (const auto byte : host.bytes)
        add(byte);
    for (const char c : name)
        add(static_cast<unsigned char>(c));
    hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9;
    hash = (hash ^ (hash >> 27)) * 0x94d049bb133111eb;
    return hash ^ (hash >> 31);
}

} // namespace

// RFC 9562 version 8: a UUID whose bits are the maker's own.
Uuid guest_uuid(const GuestDefinition& definition, const Uuid& host) {
    if (definition.uuid) return *definition.uuid;
    const std::uint64_t high = hash_of("vmwarden guest 1", host, definition.name);
    const std::uint64_t low = hash_of("vmwarden guest 2", host, definition.name);
    Uuid uuid;
    for (unsigned i = 0; i < 8; ++i) {
        uuid.bytes[i] = static_cast<std::uint8_t>(high >> (8 * i));
        uuid.bytes[8 + i] = static_cast<std::uint8_t>(low >> (8 * i));
    }
    uuid.bytes[6] = static_cast<std::uint8_t>(0x80U | (uuid.bytes[6] & 0x0fU));
    uuid.bytes[8] = static_cast<std::uint8_t>(0x80U | (uuid.bytes[8] & 0x3fU));
    return uuid;
}

namespace resolving {

namespace {

// What counts as the guest's own memory does, where the policy has its say about that.
std::uint64_t shared_memory_of(const GuestDefinition& definition) {
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t sum = 0;
    for (const auto& memory : definition.shared_memories) {
        const auto more = has_doorbell(memory) ? 0 : size_of(memory).count;
        sum = more > most - sum ? most : sum + more;
    }
    return sum;
}

} // namespace

void name_guest(Draft& draft) {
    const auto& definition = draft.definition;
    auto& plan = draft.plan;
    plan.name = definition.name;
    plan.state_directory = "/run/vmwarden/guests/" + definition.name;
    plan.uuid = guest_uuid(definition, draft.facts.host_uuid);
    plan.asked = {definition.uuid.has_value(), definition.memory.count, definition.emulator};
    if (const auto limit = definition.memory_tune.hard_limit.count; limit != 0)
        plan.asked.hard_limit = limit;
    plan.asked.shared_memory = shared_memory_of(definition);
    draft.decide("uuid", plan.uuid.text(),
                 definition.uuid ? defined_at(definition.place)
                                 : "derived from the guest's name and this host");
    plan.restart_on_poweroff = definition.on_poweroff == LifecycleAction::restart;
}

} // namespace resolving
} // namespace vmwarden
