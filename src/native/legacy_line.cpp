// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/native/legacy_line.h"

#include "src/base/text.h"
#include "src/native/legacy_limits.h"
#include "src/qemu/drives.h"

#include <algorithm>

namespace vmwarden::native {

namespace {

constexpr int first_vnc_port = 5900;

std::string usual_emulator(const GuestDefinition& guest) {
    if (guest.type == DomainType::kvm) return "/usr/bin/qemu-kvm";
    if (guest.os.arch == "i686") return "/usr/bin/qemu";
    return "/usr/bin/qemu-system-" + (guest.os.arch.empty() ? "x86_64" : guest.os.arch);
}

std::string_view interface_word(DiskBus bus) {
    switch (bus) {
    case DiskBus::fdc:
        return "floppy";
    case DiskBus::scsi:
        return "scsi";
    case DiskBus::virtio:
        return "virtio";
    case DiskBus::ide:
    case DiskBus::sata:
    case DiskBus::usb:
        break;
    }
    return "ide";
}

std::string_view cache_word(const Disk& disk) {
    switch (disk.cache) {
    case DiskCache::none:
        return "none";
    case DiskCache::writethrough:
        return "writethrough";
    case DiskCache::writeback:
        return "writeback";
    case DiskCache::hypervisor_default:
    case DiskCache::directsync:
    case DiskCache::unsafe:
        break;
    }
    return disk.shareable && !disk.readonly ? "off" : "";
}

char boot_letter(BootDevice device) {
    switch (device) {
    case BootDevice::fd:
        return 'a';
    case BootDevice::cdrom:
        return 'd';
    case BootDevice::network:
        return 'n';
    case BootDevice::hd:
        break;
    }
    return 'c';
}

// QEMU writes a comma in a file's name twice.
std::string doubled(std::string_view value) {
    std::string out;
    for (const char c : value)
        out.append(c == ',' ? 2 : 1, c);
    return out;
}

class Writer {
  public:
    explicit Writer(const GuestDefinition& guest)
      : guest_(guest)
      , emulator_(guest.emulator.empty() ? usual_emulator(guest) : guest.emulator) {}

    std::string write(std::span<const RawVariable> environment) {
        put("LC_ALL=C");
        for (const auto& variable : environment)
            put(variable.name + "=" + shell_quoted(variable.value));
        for (const auto& variable : guest_.raw_environment)
            put(variable.name + "=" + shell_quoted(variable.value));
        word(emulator_);
        add_machine();
        add_boot();
        for (const auto& disk : guest_.disks)
            add_disk(disk);
        add_networks();
        add_serials();
        put("-parallel none");
        add_usb();
        add_display();
        for (const auto& argument : guest_.raw_arguments)
            word(argument.value);
        return std::move(line_);
    }

  private:
    const GuestDefinition& guest_;
    std::string emulator_;
    std::string line_;

    void put(std::string_view words) { line_.append(line_.empty() ? "" : " ").append(words); }
    void word(std::string_view text) { put(shell_quoted(text)); }
    void option(std::string_view name, std::string_view argument) {
        put(name);
        word(argument);
    }

    void add_machine() {
        const bool kvm = emulator_.find("kvm") != std::string::npos;
        put("-S");
        option("-M", guest_.os.machine.empty() ? "pc" : guest_.os.machine);
        if (!guest_.cpu_model.empty())
            option("-cpu", guest_.cpu_model);
        else if (guest_.os.arch == "i686" && (kvm || emulator_.ends_with("x86_64")))
            option("-cpu", "qemu32");
        if (guest_.type == DomainType::qemu) put(kvm ? "-no-kvm" : "-no-kqemu");
        constexpr std::uint64_t mebibyte = 1024 * 1024;
        option("-m", std::to_string(guest_.memory.count / mebibyte));
        option("-smp", std::to_string(guest_.vcpus));
        if (!guest_.name.empty()) option("-name", guest_.name);
        if (guest_.graphics.empty()) put("-nographic");
        option("-monitor", "pty");
        if (guest_.clock == ClockOffset::localtime) put("-localtime");
        if (guest_.on_reboot == LifecycleAction::destroy) put("-no-reboot");
        if (!guest_.features.acpi) put("-no-acpi");
    }

    void add_boot() {
        std::string order;
        for (const auto device : guest_.os.boot)
            order += boot_letter(device);
        option("-boot", order.empty() ? "c" : order);
        if (!guest_.os.kernel.empty()) option("-kernel", guest_.os.kernel);
        if (!guest_.os.initrd.empty()) option("-initrd", guest_.os.initrd);
        if (!guest_.os.cmdline.empty()) option("-append", guest_.os.cmdline);
    }

    void add_disk(const Disk& disk) {
        if (disk.bus == DiskBus::usb) return; // among the USB devices
        std::string drive;
        if (!disk.source.empty()) drive = "file=" + doubled(disk.source) + ",";
        drive.append("if=").append(interface_word(disk.bus));
        if (disk.device == DiskDevice::cdrom) drive += ",media=cdrom";
        drive += ",index=" + std::to_string(qemu::target_index(disk.target).value_or(0));
        if (disk.format == DiskFormat::qcow2) drive += ",format=qcow2";
        if (const auto cache = cache_word(disk); !cache.empty())
            drive.append(",cache=").append(cache);
        option("-drive", drive);
    }

    void add_networks() {
        if (guest_.interfaces.empty()) put("-net none");
        for (std::size_t i = 0; i < guest_.interfaces.size(); ++i) {
            const auto& interface = guest_.interfaces[i];
            const auto vlan = ",vlan=" + std::to_string(i);
            option("-net", "nic" + (interface.mac.empty() ? "" : ",macaddr=" + interface.mac) +
                               vlan + (interface.model.empty() ? "" : ",model=" + interface.model));
            const bool user = interface.type == InterfaceType::user;
            option("-net", (user ? "user" : "tap") + vlan);
        }
    }

    void add_serials() {
        unsigned end = 1;
        for (const auto& serial : guest_.characters)
            end = std::max(end, serial.port + 1);
        for (unsigned port = 0; port < end; ++port) {
            const auto found = std::ranges::find(guest_.characters, port, &CharacterDevice::port);
            option("-serial", found == guest_.characters.end() ? "none" : back_end(*found));
        }
    }
    static std::string back_end(const CharacterDevice& serial) {
        if (serial.source == CharacterSource::file) return "file:" + serial.path;
        if (serial.source == CharacterSource::unix_listener)
            return "unix:" + doubled(serial.path) + ",server,nowait";
        return serial.source == CharacterSource::null ? "null" : "pty";
    }

    void add_usb() {
        put("-usb");
        for (const auto& disk : guest_.disks)
            if (disk.bus == DiskBus::usb) option("-usbdevice", "disk:" + disk.source);
        for (const auto& input : guest_.inputs)
            if (input.bus == Input::Bus::usb)
                option("-usbdevice", input.type == Input::Type::tablet ? "tablet" : "mouse");
    }

    void add_display() {
        for (const auto& graphics : guest_.graphics) {
            const auto listen = graphics.listen.empty() ? "127.0.0.1" : graphics.listen;
            const bool ipv6 = listen.find(':') != std::string::npos;
            const auto display = graphics.port < 0 ? 0 : graphics.port - first_vnc_port;
            option("-vnc", (ipv6 ? "[" + listen + "]" : listen) + ":" + std::to_string(display));
            if (!graphics.keymap.empty()) option("-k", graphics.keymap);
        }
        for (const auto& video : guest_.videos)
            option("-vga", video.model == "vga" ? "std" : video.model);
    }
};

} // namespace

std::vector<std::string> legacy_variables() {
    return {"LD_PRELOAD", "LD_LIBRARY_PATH", "PATH", "HOME", "USER", "LOGNAME", "TMPDIR"};
}

NativeLine legacy_line(const GuestDefinition& definition,
                       std::span<const RawVariable> environment) {
    NativeLine out;
    out.diagnostics = legacy_limits(definition);
    if (!out.diagnostics.has_errors()) out.text = Writer(definition).write(environment);
    return out;
}

} // namespace vmwarden::native
