// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/pci.h"

#include "agent/host/files.h"
#include "agent/host/read_text.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace vmwarden::host {
namespace {

constexpr std::size_t header_type_offset = 14; // in a device's configuration
constexpr unsigned header_type_bits = 0x7f;    // the other says that there are more functions

// Where the link leads, its last word; empty where there is none.
std::string link_name(int directory, const std::string& link) {
    std::array<char, PATH_MAX> text{};
    const auto size = readlinkat(directory, link.c_str(), text.data(), text.size());
    if (size <= 0) return {};
    const std::string target(text.data(), static_cast<std::size_t>(size));
    return target.substr(target.rfind('/') + 1);
}

template <class Number>
std::optional<Number> number_in(std::string_view text, int base) {
    if (base == 16 && text.starts_with("0x")) text.remove_prefix(2);
    Number value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc() || end == text.data()) return std::nullopt;
    return value;
}

template <class Number>
std::optional<Number> hexadecimal(int directory, const std::string& file) {
    const auto text = read_text(file, directory);
    return text ? number_in<Number>(*text, 16) : std::nullopt;
}

std::optional<unsigned> group_of(int directory, const std::string& name) {
    return number_in<unsigned>(link_name(directory, name + "/iommu_group"), 10);
}

// None for what has just gone.
std::optional<PciFact> device_at(int directory, const std::string& name) {
    const auto vendor = hexadecimal<std::uint16_t>(directory, name + "/vendor");
    const auto device = hexadecimal<std::uint16_t>(directory, name + "/device");
    const auto class_code = hexadecimal<std::uint32_t>(directory, name + "/class");
    const auto configuration = read_text(name + "/config", directory);
    if (!vendor || !device || !class_code || !configuration ||
        configuration->size() <= header_type_offset)
        return std::nullopt;
    const auto header = static_cast<unsigned char>((*configuration)[header_type_offset]);
    return PciFact{*vendor,
                   *device,
                   *class_code,
                   header & header_type_bits,
                   link_name(directory, name + "/driver"),
                   group_of(directory, name)};
}

// None where the host has no such bus.
UniqueFd bus_directory(const std::string& path) {
    UniqueFd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory && errno != ENOENT)
        throw std::system_error(errno, std::generic_category(), "cannot look at " + path);
    return directory;
}

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

class SysfsDrivers final : public PciDrivers {
  public:
    explicit SysfsDrivers(std::string sysfs)
      : bus_(std::move(sysfs) + "/bus/pci/") {}

    std::optional<DriverBinding> look(const std::string& address) override {
        const UniqueFd device = bus_directory(bus_ + "devices/" + address);
        if (!device) return std::nullopt;
        const auto text = read_text("driver_override", device.get());
        const auto line = text ? text->substr(0, text->find('\n')) : "";
        return DriverBinding{link_name(device.get(), "driver"), line == "(null)" ? "" : line};
    }
    // A line without a word takes the wish away.
    void set_override(const std::string& address, const std::string& driver) override {
        write(bus_ + "devices/" + address + "/driver_override", driver + "\n");
    }
    void unbind(const std::string& address, const std::string& driver) override {
        write(bus_ + "drivers/" + driver + "/unbind", address);
    }
    void bind(const std::string& address, const std::string& driver) override {
        write(bus_ + "drivers/" + driver + "/bind", address);
    }

  private:
    static void write(const std::string& path, const std::string& text) {
        const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
        if (!file) fail("cannot open " + path);
        if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
            fail("cannot write '" + text.substr(0, text.find('\n')) + "' to " + path);
    }

    std::string bus_;
};

} // namespace

VfioFact vfio_devices(const std::string& sysfs) {
    VfioFact found;
    if (const auto directory = bus_directory(sysfs + "/bus/pci/devices"))
        for (const auto& name : names_in(directory.get()))
            if (auto device = device_at(directory.get(), name))
                found.pci.emplace(name, std::move(*device));
    if (const auto directory = bus_directory(sysfs + "/bus/mdev/devices"))
        for (const auto& name : names_in(directory.get()))
            if (const auto uuid = Uuid::parse(name))
                found.mdev.emplace(*uuid, group_of(directory.get(), name));
    found.driver = bool(bus_directory(sysfs + "/bus/pci/drivers/vfio-pci"));
    return found;
}

HostDeviceView vfio_view(bool pci, const std::string& address, const std::string& sysfs) {
    const auto directory = bus_directory(sysfs + (pci ? "/bus/pci/devices" : "/bus/mdev/devices"));
    if (!directory) return {};
    return {link_name(directory.get(), address + "/driver"), group_of(directory.get(), address)};
}

std::unique_ptr<PciDrivers> pci_drivers(std::string sysfs) {
    return std::make_unique<SysfsDrivers>(std::move(sysfs));
}

} // namespace vmwarden::host
