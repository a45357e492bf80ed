// SPDX-License-Identifier: LGPL-2.1-or-later
// The switches that shape the machine as a whole.
#include "src/base/text.h"
#include "src/native/import.h"
#include "src/qemu/command_line.h"

#include <ctime>
#include <limits>

namespace vmwarden::native {

namespace {

void set_accelerator(Import& import, const Option& option, std::string_view names) {
    const auto name = names.substr(0, names.find(':'));
    if (name != names)
        import.warn(option, "only the first accelerator of '" + printable(names) + "' is taken",
                    "a definition has one type");
    if (name == "kvm")
        import.guest.type = DomainType::kvm;
    else if (name == "tcg")
        import.guest.type = DomainType::qemu;
    else
        import.drop(option, "accelerator '" + printable(name) + "' is not handled",
                    "KVM and emulation are");
}

// The properties that are left, as an option of their own: QEMU merges options of this name.
void keep_left(Import& import, const Option& option, const Properties& properties) {
    qemu::Options kept;
    for (const auto& property : properties.left())
        kept.set(property.key, property.value);
    if (kept.text().empty()) return;
    import.keep_as(option, {"-" + option.name, kept.text()},
                   "'" + printable(kept.text()) + "' of -" + option.name +
                       " has no place in the XML: kept in <qemu:commandline>");
}

void add_boot_device(Import& import, const Option& option, char letter) {
    const auto add = [&](BootDevice device) {
        for (const auto known : import.guest.os.boot)
            if (known == device) return;
        import.guest.os.boot.push_back(device);
    };
    if (letter == 'a' || letter == 'b')
        add(BootDevice::fd);
    else if (letter == 'c')
        add(BootDevice::hd);
    else if (letter == 'd')
        add(BootDevice::cdrom);
    else if (letter == 'n')
        add(BootDevice::network);
    else
        import.error(option, std::string("'") + letter + "' is no boot device",
                     "a, c, d and n are: floppy, hard disk, CD-ROM, network");
}

// A switch, where it has one of the two values.
void take_switch(Properties& properties, std::string_view key, std::optional<bool>& to) {
    const auto on = switch_of(properties.peek(key).value_or(""));
    if (!on) return;
    to = on;
    properties.take(key);
}

void take_timer(Import& import, Properties& properties, std::string_view key, TimerName name) {
    const auto on = switch_of(properties.peek(key).value_or(""));
    if (!on) return;
    import.timer(name).present = on;
    properties.take(key);
}

// "2009-02-13T23:31:30", in UTC.
std::optional<std::uint64_t> moment_of(const std::string& text) {
    std::tm parts{};
    const char* end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    if (end == nullptr || *end != '\0') return std::nullopt;
    const auto seconds = ::timegm(&parts);
    if (seconds < 0) return std::nullopt;
    return static_cast<std::uint64_t>(seconds);
}

void take_accelerator_sizes(Import& import, Properties& properties) {
    constexpr std::uint64_t most = 1U << 20;
    const bool kvm = import.guest.type == DomainType::kvm;
    const auto* key = kvm ? "dirty-ring-size" : "tb-size";
    const auto size = parse_unsigned(properties.peek(key).value_or(""));
    if (!size || *size == 0 || *size > most) return;
    auto with = import.guest.feature_details;
    if (kvm)
        with.dirty_ring = static_cast<unsigned>(*size);
    else
        with.tcg_cache = *size * 1024;
    GuestDefinition probe;
    probe.type = import.guest.type;
    probe.memory = Bytes{1024ULL * 1024};
    probe.feature_details = with;
    if (!import.accepts(std::move(probe))) return;
    import.guest.feature_details = with;
    properties.take(key);
}

// What is understood once all has been seen.
void take_names(Import& import, const Option& option, Properties& properties) {
    for (const auto* key :
         {"memory-backend", "pflash0", "pflash1", "pcspk-audiodev", "kernel-irqchip"})
        if (auto value = properties.take(key))
            import.machine_words[key] = {&option, *std::move(value)};
}

} // namespace

std::optional<Bytes> size_of(const std::string& text, unsigned shift) {
    constexpr std::string_view suffixes = "bkmgt";
    if (text.empty()) return std::nullopt;
    auto digits = std::string_view(text);
    const char last = digits.back();
    const char lower = last >= 'A' && last <= 'Z' ? static_cast<char>(last - 'A' + 'a') : last;
    if (const auto which = suffixes.find(lower); which != std::string_view::npos) {
        shift = 10 * static_cast<unsigned>(which);
        digits.remove_suffix(1);
    }
    const auto number = parse_number(digits);
    if (!number || *number == 0 || *number > (std::numeric_limits<std::uint64_t>::max() >> shift))
        return std::nullopt;
    return Bytes{*number << shift};
}

void import_machine(Import& import, const Option& option) {
    auto properties = Properties::parse(option.value(), "type").value_or(Properties());
    if (option.name == "machine" || properties.all().size() != 1) import.modern();
    if (const auto type = properties.take("type")) {
        import.guest.os.machine = type->substr(0, type->find('+'));
        if (import.guest.os.machine != *type)
            import.warn(option, "'" + printable(type->substr(import.guest.os.machine.size())) +
                                    "' of the machine's name is left out: it is Proxmox's own");
        if (type->find("q35") != std::string::npos || type->find("i440fx") != std::string::npos)
            import.modern();
    }
    if (const auto accelerators = properties.take("accel"))
        set_accelerator(import, option, *accelerators);
    if (const auto acpi = properties.take("acpi"))
        import.guest.features.acpi = switch_of(*acpi).value_or(true);
    properties.write_dashes();
    auto& details = import.guest.feature_details;
    take_switch(properties, "vmport", details.vmport);
    take_switch(properties, "smm", details.smm);
    take_switch(properties, "i8042", details.ps2);
    take_timer(import, properties, "hpet", TimerName::hpet);
    take_timer(import, properties, "pit", TimerName::pit);
    take_names(import, option, properties);
    if (properties.peek("mem-merge") == "off") {
        import.guest.memory_backing.nosharepages = true;
        properties.take("mem-merge");
    }
    if (properties.peek("usb") == "on") {
        import.drop(option, "a USB controller is added when a device needs one");
        properties.take("usb");
    }
    // What our own lines say in any case.
    if (properties.peek("dump-guest-core") == "on") {
        import.guest.dump_core = true;
        properties.take("dump-guest-core");
    }
    if (properties.peek("usb") == "off") properties.take("usb");
    if (properties.peek("dump-guest-core") == "off") properties.take("dump-guest-core");
    keep_left(import, option, properties);
}

void import_accel(Import& import, const Option& option) {
    auto properties = Properties::parse(option.value(), "accel").value_or(Properties());
    set_accelerator(import, option, properties.take("accel").value_or(""));
    take_accelerator_sizes(import, properties);
    for (const auto& property : properties.left())
        import.warn(option,
                    "'" + printable(property.key) +
                        "' of -accel is left out: a second -accel would not be looked at",
                    "there is no place for it in the XML");
}

void import_memory(Import& import, const Option& option) {
    auto properties = Properties::parse(option.value(), "size").value_or(Properties());
    const auto size = properties.take("size").value_or("");
    if (!parse_number(size)) import.modern();
    import.says_memory = true;
    // Both or none: QEMU takes what one of several -m says.
    if (properties.has("slots") && properties.has("maxmem") && import.memory_limits == nullptr) {
        import.memory_limits = &option;
        properties = Properties::parse("size=" + size).value_or(Properties());
        properties.take("size");
        import.modern();
    }
    if (const auto memory = size_of(size, 20))
        import.guest.memory = *memory;
    else if (properties.left().empty() || !size.empty())
        import.error(option, "'" + printable(size) + "' is no size of memory",
                     "write -m 512 or -m 2G");
    if (!properties.left().empty()) import.modern();
    keep_left(import, option, properties);
}

void import_name(Import& import, const Option& option) {
    auto properties = Properties::parse(option.value(), "guest").value_or(Properties());
    if (option.value().find_first_of(",=") != std::string::npos) import.modern();
    const auto name = properties.take("guest").value_or("");
    properties.take("debug-threads");
    if (valid_guest_name(name)) {
        import.guest.name = name;
    } else if (!name.empty()) {
        import.modern();
        import.guest.title = name;
        import.warn(option,
                    "'" + printable(name) + "' cannot be a guest's name: it is kept as <title>",
                    "give a <name> of letters, digits and _.+-");
    }
    for (const auto& property : properties.left())
        import.warn(option, "'" + printable(property.key) +
                                "' of -name is left out: names of processes " +
                                "are the launcher's");
}

void import_uuid(Import& import, const Option& option) {
    import.guest.uuid = Uuid::parse(option.value());
    if (!import.guest.uuid)
        import.error(option, "'" + printable(option.value()) + "' is not a UUID",
                     "32 hexadecimal digits as 8-4-4-4-12");
}

void import_boot(Import& import, const Option& option) {
    auto properties = Properties::parse(option.value(), "order").value_or(Properties());
    if (option.value().find_first_of(",=") != std::string::npos) import.modern();
    if (const auto order = properties.take("order")) {
        import.says_boot = true;
        import.guest.os.boot.clear();
        for (const char letter : *order)
            add_boot_device(import, option, letter);
    }
    // What our own lines say in any case.
    const auto menu = switch_of(properties.peek("menu").value_or(""));
    if (menu) properties.take("menu");
    if (menu == true) import.guest.os.firmware.menu = BootMenu{.enabled = true, .timeout = {}};
    const auto splash = parse_unsigned(properties.peek("splash-time").value_or(""));
    if (menu == true && splash && *splash <= 65535) {
        import.guest.os.firmware.menu->timeout = static_cast<unsigned>(*splash);
        properties.take("splash-time");
    }
    if (properties.peek("strict") == "on") {
        properties.take("strict");
        import.strict_boot = true;
    }
    const auto timeout = properties.peek("reboot-timeout");
    const auto wait = parse_unsigned(timeout.value_or(""));
    if (timeout == "-1" || (wait && *wait <= 65535)) {
        import.guest.os.firmware.reboot_timeout = wait ? static_cast<int>(*wait) : -1;
        properties.take("reboot-timeout");
    }
    keep_left(import, option, properties);
}

void import_kernel(Import& import, const Option& option) {
    auto& os = import.guest.os;
    if (option.name == "append")
        os.cmdline = option.value();
    else if (option.name == "kernel")
        os.kernel = import.path(option, option.value());
    else
        os.initrd = import.path(option, option.value());
}

void import_rtc(Import& import, const Option& option) {
    auto properties = Properties::parse(option.value(), "base").value_or(Properties());
    const auto base = properties.peek("base");
    if (base == "utc" || base == "localtime") {
        import.guest.clock = base == "utc" ? ClockOffset::utc : ClockOffset::localtime;
        properties.take("base");
    }
    const auto start = moment_of(base.value_or(""));
    if (start) {
        import.guest.clock = ClockOffset::absolute;
        import.guest.clock_start = *start;
        properties.take("base");
    }
    const auto drift = properties.peek("driftfix");
    if (drift == "slew" || drift == "none") {
        import.timer(TimerName::rtc).tick =
            drift == "slew" ? TickPolicy::catchup : TickPolicy::delay;
        properties.take("driftfix");
    }
    const auto clock = properties.peek("clock");
    if (clock == "vm" || clock == "host") {
        import.timer(TimerName::rtc).track = clock == "vm" ? TimerTrack::guest : TimerTrack::wall;
        properties.take("clock");
    }
    keep_left(import, option, properties);
}

void import_action(Import& import, const Option& option) {
    auto properties = Properties::parse(option.value()).value_or(Properties());
    auto& guest = import.guest;
    if (const auto reboot = properties.take("reboot"))
        guest.on_reboot =
            *reboot == "shutdown" ? LifecycleAction::destroy : LifecycleAction::restart;
    if (const auto shutdown = properties.take("shutdown"))
        guest.on_poweroff =
            *shutdown == "pause" ? LifecycleAction::restart : LifecycleAction::destroy;
    const auto panic = properties.peek("panic");
    if (panic == "pause") guest.on_crash = LifecycleAction::preserve;
    if (panic == "shutdown" || panic == "pause") properties.take("panic");
    take_watchdog_action(import, properties);
    keep_left(import, option, properties);
}

// Once it is known whether there is KVM, which alone has a choice.
void settle_ioapic(Import& import) {
    const auto found = import.machine_words.find("kernel-irqchip");
    if (found == import.machine_words.end() || import.guest.type != DomainType::kvm) return;
    auto& [option, chip, done] = found->second;
    if (chip != "on" && chip != "split") return;
    import.guest.feature_details.ioapic = chip == "on" ? IoapicDriver::kvm : IoapicDriver::qemu;
    done = true;
}

// The machine's properties whose names lead to nothing in the definition.
void keep_machine_words(Import& import) {
    for (const auto& [key, word] : import.machine_words) {
        if (word.done) continue;
        const auto text = qemu::Options().set(key, word.value).text();
        import.keep_as(*word.option, {"-machine", text},
                       "'" + printable(text) +
                           "' of -machine has no place in the XML: kept in <qemu:commandline>");
    }
}

} // namespace vmwarden::native
