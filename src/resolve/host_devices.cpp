// SPDX-License-Identifier: LGPL-2.1-or-later
// The host's USB devices that a guest is given.
#include "src/resolve/file_case.h"
#include "src/resolve/steps.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace vmwarden {

namespace {

// A hub is not one device: what is plugged into it would be the host's still.
bool fits(const HostDevice& wanted, const UsbFact& device) {
    const bool model = !wanted.model || (wanted.model->vendor == device.vendor &&
                                         wanted.model->product == device.product);
    const bool place =
        !wanted.at || (wanted.at->bus == device.bus && wanted.at->device == device.device);
    return model && place && !device.hub;
}

} // namespace

std::vector<std::string> usb_nodes_needed(const FactsRequest& request,
                                          const std::vector<UsbFact>& usb) {
    std::vector<std::string> nodes;
    for (const auto& device : usb)
        if (std::any_of(request.usb.begin(), request.usb.end(),
                        [&](const HostDevice& wanted) { return fits(wanted, device); }))
            nodes.push_back(usb_node(device));
    return nodes;
}

namespace resolving {

namespace {

std::string description(const HostDevice& wanted) {
    std::array<char, 16> ids{};
    std::string out;
    if (wanted.model) {
        std::snprintf(ids.data(), ids.size(), "%04x:%04x", wanted.model->vendor,
                      wanted.model->product);
        out = ids.data();
    }
    if (wanted.at)
        out += (out.empty() ? "" : " at ") + ("bus " + std::to_string(wanted.at->bus)) +
               " device " + std::to_string(wanted.at->device);
    return out;
}

std::string places(const std::vector<UsbFact>& devices) {
    std::string out;
    for (const auto& device : devices)
        out += (out.empty() ? "" : ", ") + ("bus " + std::to_string(device.bus)) + " device " +
               std::to_string(device.device);
    return out;
}

WantedFile wanted_node(const HostDevice& device, const std::string& step, const UsbFact& found) {
    WantedFile wanted;
    wanted.path = usb_node(found);
    wanted.purpose = step;
    wanted.element = "<hostdev>";
    wanted.place = device.place;
    wanted.sharing = plan::FileGrant::Sharing::exclusive;
    wanted.character = true;
    return wanted;
}

// One that fits and that the guest has not been given already; null, with the reason in the draft.
const UsbFact* choose(Draft& draft, const HostDevice& wanted, const std::string& step,
                      const std::vector<UsbFact>& fitting) {
    if (fitting.size() == 1) return &fitting.front();
    if (fitting.empty())
        draft.refuse(step, wanted.place,
                     "this host has no USB device " + description(wanted) + " that is no hub",
                     "plug it in, correct <source>, or write startupPolicy='optional'");
    else
        draft.refuse(step, wanted.place,
                     "this host has " + std::to_string(fitting.size()) + " USB devices " +
                         description(wanted) + ": " + places(fitting),
                     "add <address bus='...' device='...'/> to <source>");
    return nullptr;
}

void grant_usb_device(Draft& draft, const HostDevice& wanted, std::size_t index) {
    const auto step = "hostdev " + std::to_string(index);
    const auto& allowed = draft.policy.host_devices_usb;
    if (allowed.value == Permission::deny)
        return draft.deny(step, wanted.place, allowed.origin,
                          "the policy gives guests no USB devices of the host",
                          "remove <hostdev>, or change " +
                              policy_line("host_devices.usb", allowed.origin));
    std::vector<UsbFact> fitting;
    for (const auto& device : draft.facts.usb)
        if (fits(wanted, device)) fitting.push_back(device);
    if (fitting.empty() && wanted.startup == StartupPolicy::optional) {
        draft.host_devices[index] = "";
        return draft.decide(step, "left out: this host has no " + description(wanted),
                            defined_at(wanted.place));
    }
    const auto* found = choose(draft, wanted, step, fitting);
    if (found == nullptr) return;
    draft.decide(step, "USB device " + places({*found}), allowed.origin.text());
    const auto file = wanted_node(wanted, step, *found);
    draft.host_devices[index] = file.path;
    grant_file(draft, file);
}

} // namespace

void grant_host_devices(Draft& draft) {
    const auto& devices = draft.definition.host_devices;
    for (std::size_t i = 0; i < devices.size(); ++i)
        if (devices[i].type == HostDeviceType::usb)
            grant_usb_device(draft, devices[i], i);
        else
            grant_vfio_device(draft, devices[i], i);
    grant_vfio_groups(draft);
}

} // namespace resolving
} // namespace vmwarden
