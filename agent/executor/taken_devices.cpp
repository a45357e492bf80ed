// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/executor/taken_devices.h"

#include "agent/executor/restore_journal.h"
#include "agent/host/node_ready.h"
#include "agent/host/process.h"

#include <algorithm>
#include <system_error>

namespace vmwarden::executor {
namespace {

constexpr const char* vfio_driver = "vfio-pci";

bool is_to_be_taken(const plan::HostDevice& device) {
    return device.kind == plan::HostDevice::Kind::pci && device.managed && !device.ready;
}

DriverClaim claim_of(const plan::HostDevice& device, const std::string& boot,
                     host::PciDrivers& drivers) {
    const auto now = drivers.look(device.address);
    if (!now)
        throw LaunchError(device.purpose, "PCI device " + device.address + " has gone",
                          "plug it in, or remove its <hostdev>");
    return {device.address, boot, now->driver, now->override_name};
}

void refuse_one_of_another(const plan::HostDevice& device, const std::vector<Claims>& others) {
    for (const Claims& other : others)
        for (const DriverClaim& claim : other.drivers)
            if (claim.address == device.address)
                throw LaunchError(device.purpose,
                                  "PCI device " + device.address + " is in use by guest '" +
                                      other.guest + "'",
                                  "stop that guest first");
}

// In the journal, whatever happens next.
std::vector<DriverClaim> claim_all(const LaunchPlan& plan, const Places& places,
                                   host::PciDrivers& drivers) {
    RestoreDirectory directory(places.restore);
    const auto others = directory.others(plan.name);
    auto claims = directory.read(plan.name).value_or(Claims{plan.name, {}});
    const std::string boot = host::boot_id();
    std::vector<DriverClaim> fresh;
    for (const plan::HostDevice& device : plan.host_devices) {
        if (!is_to_be_taken(device)) continue;
        refuse_one_of_another(device, others);
        // What an earlier run of this guest could not give back yet still counts.
        const auto known = std::find_if(
            claims.drivers.begin(), claims.drivers.end(), [&](const DriverClaim& each) {
                return each.address == device.address && each.boot == boot;
            });
        fresh.push_back(known == claims.drivers.end() ? claim_of(device, boot, drivers) : *known);
        if (known == claims.drivers.end()) claims.drivers.push_back(fresh.back());
    }
    // No binding outlives this boot.
    if (!fresh.empty()) directory.write(claims, false);
    return fresh;
}

void hand_over(const std::string& address, host::PciDrivers& drivers) {
    const auto now = drivers.look(address).value_or(host::DriverBinding());
    if (now.driver == vfio_driver) return;
    // First: from here on no other driver takes it.
    drivers.set_override(address, vfio_driver);
    if (!now.driver.empty()) drivers.unbind(address, now.driver);
    drivers.bind(address, vfio_driver);
}

// False, with a reason in the log, when it stays with another driver than it had.
bool give_back(const DriverClaim& claim, host::PciDrivers& drivers, std::vector<std::string>& log) {
    try {
        const auto now = drivers.look(claim.address);
        if (!now) return true; // unplugged: nothing is owed
        const bool ours = now->driver == vfio_driver;
        if (ours && claim.driver != vfio_driver) drivers.unbind(claim.address, vfio_driver);
        if (now->override_name == vfio_driver)
            drivers.set_override(claim.address, claim.override_name);
        if (!ours && !now->driver.empty() && now->driver != claim.driver) {
            log.push_back(claim.address + ": the driver " + now->driver +
                          " has taken it meanwhile, so it does not go back to " +
                          (claim.driver.empty() ? "none" : claim.driver));
            return true;
        }
        if (!claim.driver.empty() && now->driver != claim.driver)
            drivers.bind(claim.address, claim.driver);
        return true;
    } catch (const std::system_error& error) {
        log.push_back(claim.address + ": " + error.what());
        return false;
    }
}

void await_nodes(const LaunchPlan& plan) {
    for (const plan::HostDevice& device : plan.host_devices)
        if (is_to_be_taken(device)) host::await_node("/dev/vfio/" + std::to_string(device.group));
}

} // namespace

void take_devices(const LaunchPlan& plan, const Places& places, host::PciDrivers& drivers) {
    const auto claims = claim_all(plan, places, drivers);
    std::string at;
    try {
        for (const DriverClaim& claim : claims)
            hand_over(at = claim.address, drivers);
    } catch (const std::system_error& error) {
        std::vector<std::string> log;
        give_back_devices(plan.name, log, places, drivers);
        std::string message = "PCI device " + at + " could not be taken: " + error.what();
        for (const std::string& line : log)
            message += "; besides, " + line;
        throw LaunchError("host devices", message, "dmesg may say more");
    }
}

void take_devices(const LaunchPlan& plan, const Places& places) {
    take_devices(plan, places, *host::pci_drivers());
    await_nodes(plan);
}

void give_back_devices(const std::string& guest, std::vector<std::string>& log,
                       const Places& places, host::PciDrivers& drivers) {
    RestoreDirectory directory(places.restore);
    std::optional<Claims> claims;
    try {
        claims = directory.read(guest);
    } catch (const DamagedJournal& error) {
        log.emplace_back(error.what());
    }
    if (!claims || claims->drivers.empty()) return;
    const std::string boot = host::boot_id();
    std::erase_if(claims->drivers, [&](const DriverClaim& claim) {
        return claim.boot != boot || give_back(claim, drivers, log);
    });
    if (claims->files.empty() && claims->drivers.empty())
        directory.remove(guest);
    else
        directory.write(*claims, false);
}

void give_back_devices(const std::string& guest, std::vector<std::string>& log,
                       const Places& places) {
    give_back_devices(guest, log, places, *host::pci_drivers());
}

} // namespace vmwarden::executor
