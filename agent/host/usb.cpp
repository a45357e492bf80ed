// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/usb.h"

#include "agent/host/files.h"
#include "agent/host/read_text.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <optional>
#include <system_error>
#include <tuple>

namespace vmwarden::host {
namespace {

constexpr const char* devices = "/sys/bus/usb/devices";
constexpr unsigned hub_class = 9;

std::optional<unsigned> number(int directory, const std::string& file, int base) {
    const auto text = read_text(file, directory);
    if (!text) return std::nullopt;
    unsigned value = 0;
    const auto [end, error] =
        std::from_chars(text->data(), text->data() + text->size(), value, base);
    if (error != std::errc() || end == text->data()) return std::nullopt;
    return value;
}

// None for an interface of a device, which stands beside the devices, and for what has just gone.
std::optional<UsbFact> device_at(int directory, const std::string& name) {
    const auto bus = number(directory, name + "/busnum", 10);
    const auto device = number(directory, name + "/devnum", 10);
    const auto vendor = number(directory, name + "/idVendor", 16);
    const auto product = number(directory, name + "/idProduct", 16);
    if (!bus || !device || !vendor || !product) return std::nullopt;
    return UsbFact{*bus, *device, static_cast<std::uint16_t>(*vendor),
                   static_cast<std::uint16_t>(*product),
                   number(directory, name + "/bDeviceClass", 16) == hub_class};
}

} // namespace

std::vector<UsbFact> usb_devices() {
    const UniqueFd directory(::open(devices, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory && errno == ENOENT) return {};
    if (!directory)
        throw std::system_error(errno, std::generic_category(), "cannot look at USB devices");
    std::vector<UsbFact> found;
    for (const auto& name : names_in(directory.get()))
        if (const auto device = device_at(directory.get(), name)) found.push_back(*device);
    std::sort(found.begin(), found.end(), [](const UsbFact& one, const UsbFact& other) {
        return std::tie(one.bus, one.device) < std::tie(other.bus, other.device);
    });
    return found;
}

} // namespace vmwarden::host
