// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/supervisor/reservations.h"

namespace vmwarden::supervisor {

Resolution Reservations::resolve_and_take(const HostPolicy& policy,
                                          const GuestDefinition& definition, HostFacts facts) {
    const std::lock_guard lock(mutex_);
    complete(facts, definition.name);
    auto resolution = resolve(policy, definition, facts);
    if (const auto* plan = std::get_if<LaunchPlan>(&resolution)) take_locked(*plan);
    return resolution;
}

Resolution Reservations::resolve_only(const HostPolicy& policy, const GuestDefinition& definition,
                                      HostFacts facts) {
    {
        const std::lock_guard lock(mutex_);
        complete(facts, definition.name);
    }
    return resolve(policy, definition, facts);
}

void Reservations::take(const LaunchPlan& plan) {
    const std::lock_guard lock(mutex_);
    take_locked(plan);
}

void Reservations::give_back(const std::string& guest) {
    const std::lock_guard lock(mutex_);
    held_.erase(guest);
}

std::set<FileId> Reservations::files() {
    const std::lock_guard lock(mutex_);
    std::set<FileId> files;
    for (const auto& [guest, held] : held_)
        for (const auto& [image, exclusive] : held.images)
            files.insert(image);
    return files;
}

void Reservations::complete(HostFacts& facts, const std::string& but) const {
    for (const auto& [guest, held] : held_) {
        if (guest == but) continue;
        ++facts.other_guests;
        if (held.categories != CategoryPair()) facts.categories_in_use.insert(held.categories);
        if (held.port) facts.ports_in_use.insert(*held.port);
        if (held.vsock_cid) facts.vsock_addresses_in_use.insert(*held.vsock_cid);
        for (const auto& [image, exclusive] : held.images)
            (exclusive ? facts.exclusive_images : facts.shared_images).emplace(image, guest);
        for (const auto& device : held.networks)
            facts.networks.emplace(device, NetworkFact());
    }
}

void Reservations::take_locked(const LaunchPlan& plan) {
    Held held{{plan.security.category_low, plan.security.category_high},
              {},
              plan.display_port,
              plan.vsock_cid};
    for (const auto& file : plan.files) {
        const bool exclusive = file.sharing == plan::FileGrant::Sharing::exclusive;
        held.images[file.id] = held.images[file.id] || exclusive;
    }
    for (const auto& device : plan.networks)
        if (device.kind != plan::NetworkDevice::Kind::given_tap)
            held.networks.push_back(device.name);
    held_[plan.name] = std::move(held);
}

} // namespace vmwarden::supervisor
