// SPDX-License-Identifier: LGPL-2.1-or-later
// Devices at the client's end of a SPICE connection, lent to the guest.
#pragma once

#include "src/domain/device_info.h"

#include <cstdint>
#include <optional>

namespace vmwarden {

// <redirdev bus='usb' type='spicevmc'/>: room for one USB device of the client's.
struct RedirectedDevice {
    SourcePlace place;
    DeviceInfo info = {};
    bool operator==(const RedirectedDevice&) const = default;
};

// <usbdev/> of <redirfilter>: the first rule that fits decides. What is not said fits all.
struct RedirectionRule {
    std::optional<std::uint8_t> device_class = {};
    std::optional<std::uint16_t> vendor = {};
    std::optional<std::uint16_t> product = {};
    std::optional<std::uint16_t> version = {}; // binary coded decimal: 0x0110 is 1.10
    bool allow = true;
    SourcePlace place;
    bool operator==(const RedirectionRule&) const = default;
};

// <smartcard mode='passthrough' type='spicevmc'/>: the client's card.
struct Smartcard {
    SourcePlace place;
    DeviceInfo info = {};
    bool operator==(const Smartcard&) const = default;
};

} // namespace vmwarden
