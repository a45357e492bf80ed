// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/command_line.h"
#include "src/qemu/devices.h"

namespace vmwarden::qemu {

namespace {

void put_description(Json& device, const HostDevice& wanted) {
    if (wanted.model) {
        device["vendorid"] = wanted.model->vendor;
        device["productid"] = wanted.model->product;
    }
    if (wanted.at) {
        device["hostbus"] = wanted.at->bus;
        device["hostaddr"] = wanted.at->device;
    }
}

} // namespace

void add_host_devices(CommandLine& command, const GuestDefinition& definition,
                      const CommandContext& context) {
    for (std::size_t i = 0; i < definition.host_devices.size(); ++i) {
        const auto found = context.host_devices.find(i);
        const bool looked_for = found != context.host_devices.end();
        if (looked_for && found->second.empty()) continue;
        Json device{{"driver", "usb-host"}, {"id", "hostdev" + std::to_string(i)}};
        // By its node, QEMU takes this device and looks for no other.
        if (looked_for)
            device["hostdevice"] = found->second;
        else
            put_description(device, definition.host_devices[i]);
        command.device(device, definition.host_devices[i].info);
    }
}

} // namespace vmwarden::qemu
