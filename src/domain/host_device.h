// SPDX-License-Identifier: LGPL-2.1-or-later
// <hostdev>: a device of the host's that becomes the guest's. Of USB; other kinds are refused.
#pragma once

#include "src/domain/device_info.h"

#include <cstdint>
#include <optional>

namespace vmwarden {

// What a device says of itself.
struct UsbModel {
    std::uint16_t vendor = 0;
    std::uint16_t product = 0;
    bool operator==(const UsbModel&) const = default;
};

// Where it is plugged in now: the kernel counts on with each plugging.
struct UsbPlace {
    unsigned bus = 0;
    unsigned device = 0;
    bool operator==(const UsbPlace&) const = default;
};

// optional: a guest starts without a device that is not there. requisite asks, at a start, for the
// same as mandatory.
enum class StartupPolicy { unsaid, mandatory, requisite, optional };

struct HostDevice {
    std::optional<UsbModel> model; // one of the two at least; both must fit
    std::optional<UsbPlace> at;
    StartupPolicy startup = StartupPolicy::unsaid;
    std::optional<bool> managed; // true: QEMU takes it from its driver and gives it back, always
    SourcePlace place;
    DeviceInfo info = {};
    bool operator==(const HostDevice&) const = default;
};

} // namespace vmwarden
