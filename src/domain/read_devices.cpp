// SPDX-License-Identifier: LGPL-2.1-or-later
// <devices>: which elements there are, and the small ones.
#include "src/domain/readers.h"
#include "src/domain/values.h"

#include <algorithm>

namespace vmwarden::domain {

namespace {

struct DeviceKind {
    std::string_view name;
    void (*read)(ElementReader&, GuestDefinition&);
};

constexpr DeviceKind device_kinds[] = {{"controller", read_controller},
                                       {"hub", read_hub},
                                       {"disk", read_disk},
                                       {"filesystem", read_filesystem},
                                       {"shmem", read_shared_memory},
                                       {"interface", read_interface},
                                       {"serial", read_serial},
                                       {"channel", read_channel},
                                       {"parallel", read_parallel},
                                       {"audio", read_audio},
                                       {"graphics", read_graphics},
                                       {"input", read_input},
                                       {"redirdev", read_redirdev},
                                       {"smartcard", read_smartcard},
                                       {"sound", read_sound},
                                       {"video", read_video},
                                       {"watchdog", read_watchdog},
                                       {"rng", read_rng},
                                       {"panic", read_panic},
                                       {"memory", read_memory_module},
                                       {"hostdev", read_host_device}};

constexpr NotDone devices_refused[] = {
    {"nvram", "only pSeries guests have one"},
    {"crypto", "the host's processor has instructions for it: <cpu mode='host-model'>"},
    {"pstore", "a guest's last words are not kept: <panic> tells of them"},
    {"lease", "there is no lock manager"}};

void read_emulator(ElementReader& emulator, GuestDefinition& guest) {
    const auto path = emulator.text();
    guest.emulator_place = emulator.report().place(path.at);
    guest.emulator = path_from(path, emulator.report()).value_or("");
}

// After the serials: a console may repeat one.
void read_consoles(ElementReader& devices, GuestDefinition& guest) {
    bool serial_console = false;
    devices.children("console", [&](ElementReader& console) {
        if (read_console(console, serial_console, guest)) serial_console = true;
    });
}

// A console that is a serial port of its own comes last, but is written, and so read, as one.
void sort_characters(GuestDefinition& guest) {
    using Target = CharacterDevice::Target;
    const auto rank = [](const CharacterDevice& device) {
        switch (device.target) {
        case Target::virtio_channel:
            return 1;
        case Target::parallel:
            return 2;
        case Target::virtio_console:
            return 3;
        case Target::serial:
        case Target::pci_serial:
        case Target::usb_serial:
            break;
        }
        return 0;
    };
    std::stable_sort(guest.characters.begin(), guest.characters.end(),
                     [&](const CharacterDevice& one, const CharacterDevice& other) {
                         return rank(one) < rank(other);
                     });
}

} // namespace

void read_devices(ElementReader& devices, GuestDefinition& guest) {
    devices.child("emulator", [&](ElementReader& emulator) { read_emulator(emulator, guest); });
    for (const auto& kind : device_kinds)
        devices.children(kind.name, [&](ElementReader& device) { kind.read(device, guest); });
    read_consoles(devices, guest);
    sort_characters(guest);
    devices.child("memballoon",
                  [&](ElementReader& memballoon) { read_memballoon(memballoon, guest); });
    devices.child("redirfilter", [&](ElementReader& filter) { read_redirfilter(filter, guest); });
    devices.child("iommu", [&](ElementReader& iommu) { read_iommu(iommu, guest); });
    devices.child("tpm", [&](ElementReader& tpm) { read_tpm(tpm, guest); });
    devices.child("vsock", [&](ElementReader& vsock) { read_vsock(vsock, guest); });
    devices.refuse_children(devices_refused);
}

} // namespace vmwarden::domain
