// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/command_line.h"
#include "src/qemu/devices.h"
#include "src/qemu/rom.h"
#include "src/qemu/unsupported.h"

#include <set>

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

Json usb_device(const HostDevice& wanted, const std::string* node) {
    Json device{{"driver", "usb-host"}};
    // By its node, QEMU takes this device and looks for no other.
    if (node != nullptr)
        device["hostdevice"] = *node;
    else
        put_description(device, wanted);
    return device;
}

Json pci_device(const HostDevice& wanted) {
    Json device{{"driver", "vfio-pci"}, {"host", wanted.pci.text()}};
    put_rom(device, wanted.rom);
    return device;
}

Json mediated_device(const HostDevice& wanted) {
    // The frame buffer of firmware's cannot be taken out again.
    const bool ramfb = wanted.ramfb == true;
    Json device{{"driver", ramfb ? "vfio-pci-nohotplug" : "vfio-pci"},
                {"sysfsdev", "/sys/bus/mdev/devices/" + wanted.mdev.text()}};
    if (wanted.display) device["display"] = *wanted.display ? "on" : "off";
    if (ramfb) device["ramfb"] = true;
    return device;
}

Json device_of(const HostDevice& wanted, const std::string* node) {
    switch (wanted.type) {
    case HostDeviceType::pci:
        return pci_device(wanted);
    case HostDeviceType::mdev:
        return mediated_device(wanted);
    case HostDeviceType::usb:
        break;
    }
    return usb_device(wanted, node);
}

} // namespace

void add_host_devices(CommandLine& command, const BootOrder& boot,
                      const GuestDefinition& definition, const CommandContext& context) {
    for (std::size_t i = 0; i < definition.host_devices.size(); ++i) {
        const auto& wanted = definition.host_devices[i];
        const auto found = context.host_devices.find(i);
        const bool looked_for = found != context.host_devices.end();
        if (looked_for && found->second.empty()) continue;
        auto device = device_of(wanted, looked_for ? &found->second : nullptr);
        device["id"] = "hostdev" + std::to_string(i);
        if (boot.host_devices[i]) device["bootindex"] = *boot.host_devices[i];
        command.device(device, wanted.info);
    }
}

void check_host_devices(Diagnostics& found, const GuestDefinition& definition) {
    std::set<std::string> seen;
    for (const auto& device : definition.host_devices) {
        if (device.type == HostDeviceType::usb) continue;
        const bool pci = device.type == HostDeviceType::pci;
        const auto name = pci ? device.pci.text() : device.mdev.text();
        if (!seen.insert(name).second)
            found.error(device.place, "the host's device " + name + " is there twice",
                        "remove one of the two");
        check_path(found, device.rom.file_place, "rom", device.rom.file);
        if (device.display == true && definition.graphics.empty())
            found.error(device.place, "there is no display for what the device draws",
                        "add <graphics>, or write display='off'");
        if (device.ramfb == true && device.display != true)
            found.error(device.place, "ramfb='on' needs display='on'", "write display='on'");
    }
}

} // namespace vmwarden::qemu
