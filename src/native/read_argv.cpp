// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/native/read_argv.h"

#include "src/base/text.h"
#include "src/domain/domain_xml.h"
#include "src/native/clashes.h"
#include "src/native/import.h"
#include "src/qemu/command.h"

#include <algorithm>

namespace vmwarden::native {

namespace {

constexpr auto hold_monitor = "the agent holds QEMU's monitor";

struct Handler {
    std::string_view name;
    void (*read)(Import&, const Option&);
    bool of_2009 = true;
};

// Words of the line that the launcher has its own of.
struct Dropped {
    std::string_view name;
    std::string_view why;
    bool of_2009 = false;
};
constexpr Dropped dropped[] = {
    {"S", "a guest is always made stopped, then let go", true},
    {"monitor", hold_monitor, true},
    {"qmp", hold_monitor},
    {"qmp-pretty", hold_monitor},
    {"pidfile", "the scope and the agent know the process", true},
    {"domid", "only Xen guests have a number", true},
    {"daemonize", "the launcher keeps the process"},
    {"runas", "the host policy names the user"},
    {"chroot", "the launcher confines the process"},
    {"run-with", "the host policy names the user"},
    {"incoming", "it is of a start, not of a guest", true},
    {"D", "output goes to the journal"},
    {"id", "it is Proxmox's number of the guest"},
    {"add-fd", "the descriptor was of the process that started the line"},
    {"no-shutdown", "what follows the guest's power-off is <on_poweroff>"},
    {"full-screen", "it would draw on the host's own display", true},
    {"sdl", "it would draw on the host's own display", true},
    {"curses", "a guest has no terminal of its own"},
    {"no-quit", "there is no window"},
    {"no-frame", "there is no window"},
    {"alt-grab", "there is no window"},
    {"ctrl-grab", "there is no window"},
    {"win2k-hack", "no emulator of today needs it"},
    {"kernel-kqemu", "kqemu is no more"}};

void refuse_snapshot(Import& import, const Option& option) {
    import.error(option, "-snapshot cannot be kept: the definition's disks would be written to",
                 "remove it, and keep a copy of the image or put one over it (qemu-img create -b)");
}

void take_monitor(Import& import, const Option& option) {
    const auto properties = Properties::parse(option.value(), "chardev").value_or(Properties());
    import.monitors.insert(properties.peek("chardev").value_or(""));
    import.modern();
    import.drop(option, hold_monitor);
}

void take_sandbox(Import& import, const Option& option) {
    const auto properties = Properties::parse(option.value(), "enable").value_or(Properties());
    if (properties.peek("enable") != "on")
        import.drop(option, "seccomp_sandbox of the host policy decides");
}

void take_emulation(Import& import, const Option&) {
    import.guest.type = DomainType::qemu;
}

constexpr Handler handlers[] = {
    {"M", import_machine},
    {"machine", import_machine, false},
    {"accel", import_accel, false},
    {"enable-kvm", [](Import& i, const Option&) { i.guest.type = DomainType::kvm; }, false},
    {"no-kvm", take_emulation},
    {"no-kqemu", take_emulation},
    {"cpu", import_cpu},
    {"m", import_memory},
    {"smp", import_processors},
    {"name", import_name},
    {"uuid", import_uuid},
    {"boot", import_boot},
    {"kernel", import_kernel},
    {"initrd", import_kernel},
    {"append", import_kernel},
    {"localtime", [](Import& i, const Option&) { i.guest.clock = ClockOffset::localtime; }},
    {"rtc", import_rtc, false},
    {"no-acpi", [](Import& i, const Option&) { i.guest.features.acpi = false; }},
    {"no-reboot", [](Import& i, const Option&) { i.guest.on_reboot = LifecycleAction::destroy; }},
    {"action", import_action, false},
    {"drive", import_drive},
    {"hda", import_image},
    {"hdb", import_image},
    {"hdc", import_image},
    {"hdd", import_image},
    {"fda", import_image},
    {"fdb", import_image},
    {"cdrom", import_image},
    {"blockdev", import_blockdev, false},
    {"net", import_net},
    {"netdev", import_netdev, false},
    {"nic", import_nic, false},
    {"chardev", import_chardev, false},
    {"serial", import_serial},
    {"parallel", import_parallel},
    {"nographic", [](Import& i, const Option&) { i.headless = true; }},
    {"display", import_display, false},
    {"vnc", import_vnc},
    {"k", [](Import& i, const Option& option) { i.keymap = option.value(); }},
    {"spice", import_spice, false},
    {"vga", import_vga},
    {"std-vga", import_vga},
    {"usb",
     [](Import& i, const Option& option) {
         i.has_usb_bus = true;
         i.drop(option, "a USB controller is added when a device needs one");
     }},
    {"usbdevice", import_usbdevice},
    {"device", import_device, false},
    {"object", import_object, false},
    {"audiodev", import_audiodev, false},
    {"audio", import_sound_word, false},
    {"soundhw", import_sound_word, false},
    {"balloon",
     [](Import& i, const Option& option) {
         if (option.value() == "virtio")
             i.says_balloon = true;
         else if (option.value() != "none")
             i.keep(option);
     },
     false},
    {"msg",
     [](Import& i, const Option& option) {
         if (option.value() == "timestamp=on")
             i.drop(option, "output goes to the journal, which has the time");
         else
             i.keep(option);
     },
     false},
    {"numa", import_numa, false},
    {"mem-path", import_memory_path, false},
    {"mem-prealloc", [](Import& i, const Option&) { i.guest.memory_backing.immediate = true; },
     false},
    {"overcommit", import_overcommit, false},
    {"realtime", import_overcommit, false},
    {"bios", import_bios, false},
    {"dtb", import_dtb, false},
    {"fsdev", import_fsdev, false},
    {"virtfs", import_virtfs, false},
    {"tpmdev", import_tpmdev, false},
    {"no-hpet", [](Import& i, const Option&) { i.timer(TimerName::hpet).present = false; }, false},
    {"no-kvm-pit-reinjection",
     [](Import& i, const Option&) { i.timer(TimerName::pit).tick = TickPolicy::discard; }, false},
    {"watchdog-action", import_watchdog_action, false},
    {"smbios", import_smbios, false},
    {"fw_cfg", import_fw_cfg, false},
    {"global", import_global, false},
    {"mon", take_monitor, false},
    {"nodefaults", [](Import& i, const Option&) { i.nodefaults = true; }, false},
    {"no-user-config", [](Import&, const Option&) {}, false},
    {"nodefconfig", [](Import&, const Option&) {}, false},
    {"sandbox", take_sandbox, false},
    {"snapshot", refuse_snapshot, false}};

void read_option(Import& import, const Option& option) {
    for (const auto& handler : handlers)
        if (handler.name == option.name) {
            if (!handler.of_2009) import.modern();
            return handler.read(import, option);
        }
    for (const auto& one : dropped)
        if (one.name == option.name) {
            if (!one.of_2009) import.modern();
            return import.drop(option, std::string(one.why));
        }
    if (is_option(option.name)) return import.keep(option);
    const auto hint = option_hint(option.name);
    import.keep(option, "is no option that is known here" + (hint.empty() ? "" : ", " + hint));
}

// What the launcher gives QEMU of its own, whatever the line had.
void read_environment(Import& import, const Line& line) {
    constexpr std::string_view own[] = {"LC_ALL",         "PATH",           "HOME",
                                        "USER",           "LOGNAME",        "XDG_DATA_HOME",
                                        "XDG_CACHE_HOME", "XDG_CONFIG_HOME"};
    std::string left_out;
    SourcePlace first;
    for (const auto& variable : line.environment) {
        if (std::ranges::find(own, variable.name) != std::end(own)) {
            if (left_out.empty()) first = variable.place;
            left_out += (left_out.empty() ? "" : ", ") + variable.name;
            continue;
        }
        import.modern();
        import.guest.raw_environment.push_back({variable.name, variable.value, variable.place});
    }
    if (!left_out.empty())
        import.found.warning(first, left_out + ": left out, the launcher sets its own");
}

// Those that no option has been understood with.
void warn_of_environment(Import& import) {
    for (const auto& variable : import.guest.raw_environment)
        import.found.warning(variable.place,
                             "variable " + variable.name +
                                 " has no place in the XML: kept in <qemu:commandline>",
                             "a host policy must permit it: permits: [qemu-commandline]");
}

struct Architecture {
    std::string_view suffix; // of qemu-system-
    std::string_view name;
};
constexpr Architecture architectures[] = {{"i386", "i686"}, {"arm", "armv7l"}};

std::string architecture_of(std::string_view program) {
    constexpr std::string_view prefix = "qemu-system-";
    if (!program.starts_with(prefix)) return program == "qemu" ? "i686" : "";
    const auto suffix = program.substr(prefix.size());
    for (const auto& known : architectures)
        if (known.suffix == suffix) return std::string(known.name);
    return std::string(suffix);
}

void read_program(Import& import, const Word& program) {
    const auto name = program.text.substr(program.text.rfind('/') + 1);
    const bool kvm = program.text.find("kvm") != std::string::npos;
    if (kvm) import.guest.type = DomainType::kvm;
    // With KVM it is the host's, whatever the program is called.
    if (!kvm || name != "qemu") import.guest.os.arch = architecture_of(name);
    const bool found_by_path = program.text.find('/') == std::string::npos;
    if (program.text.starts_with('/'))
        import.guest.emulator = program.text;
    else if (!found_by_path || (!name.starts_with("qemu") && name != "kvm"))
        import.found.warning(
            program.place, "'" + printable(program.text) + "' is left out: it is no absolute path",
            "the emulator is the host's usual one; name another in <emulator>");
}

// QEMU's own, where the line does not say; they have changed.
void set_defaults(Import& import) {
    constexpr std::uint64_t mebibyte = 1024 * 1024;
    auto& guest = import.guest;
    if (!import.says_memory) guest.memory = Bytes{(import.of_2009 ? 64 : 128) * mebibyte};
    if (import.of_2009)
        guest.memballoon = true; // of which neither the line nor the XML of then speaks
    else
        set_default_models(import);
    // A 32-bit processor on the 64-bit emulator is how a 32-bit guest is said.
    const bool x86 = guest.os.arch.empty() || guest.os.arch == "x86_64" || guest.os.arch == "i686";
    const bool plain = guest.cpu == CpuDetails{};
    if (guest.cpu_mode == "custom" && guest.cpu_model == "qemu32" && x86 && plain) {
        guest.os.arch = "i686";
        guest.cpu_mode = guest.cpu_model = {};
    }
    if (guest.cpu_mode == "host-passthrough" && guest.type != DomainType::kvm) {
        guest.cpu_mode = "maximum";
        import.found.warning({}, "-cpu host needs KVM, which the line does not ask for",
                             "write <domain type='kvm'>, if that is meant");
    }
    if (!import.nodefaults && !import.says_network)
        import.found.warning({}, "QEMU would add a network card by itself: it is left out",
                             "add <interface type='user'/> if the guest is to have one");
}

void warn_of_identity(Import& import, const Word& program) {
    if (import.guest.name.empty())
        import.found.warning(program.place, "the line gives no -name: the XML has none",
                             "give it a <name> before it is defined");
    if (import.of_2009 && !import.guest.uuid)
        import.found.warning(program.place,
                             "the line gives no -uuid: it is written as zeros, as ever",
                             "remove <uuid>, or write one, before it is defined");
}

// The reader of definitions has the last word: what it would refuse is an error now.
void check_definition(Import& import, const std::string& file) {
    auto named = import.guest;
    if (named.name.empty()) named.name = "guest";
    const auto read = read_domain(file, write_domain(named));
    for (const auto& problem : read.diagnostics.list())
        if (problem.severity == Severity::error)
            import.found.error({}, problem.message, problem.hint);
    if (import.found.has_errors()) return;
    const auto unsupported = qemu::unsupported(named);
    for (const auto& problem : unsupported.list())
        import.found.warning(problem.place, "such a guest cannot be started: " + problem.message,
                             problem.hint);
    warn_of_ids(import.found, named);
}

void name_file(Diagnostics& diagnostics, const std::string& file) {
    Diagnostics named;
    for (auto diagnostic : diagnostics.list()) {
        if (diagnostic.place.file.empty()) diagnostic.place.file = file;
        named.add(std::move(diagnostic));
    }
    named.sort();
    diagnostics = std::move(named);
}

void read_options(Import& import, const Line& line) {
    import.guest.features.acpi = true;
    import.guest.place = line.program.place;
    read_program(import, line.program);
    read_environment(import, line);
    // The machine decides where drives go.
    for (const auto& option : line.options)
        if (option.name == "M" || option.name == "machine") read_option(import, option);
    for (const auto& option : line.options)
        if (option.name != "M" && option.name != "machine") read_option(import, option);
    import.guest.memballoon = import.says_balloon;
    settle_cpu(import);
    settle_ioapic(import);
    settle_system_information(import);
    settle_memory(import);
    settle_firmware(import);
    settle_threads(import);
    settle_controllers(import);
    settle_drives(import);
    settle_networks(import);
    settle_characters(import);
    settle_sounds(import);
    settle_display(import);
    settle_small_devices(import);
    settle_single_devices(import);
    settle_devices(import);
    settle_boot(import);
    warn_of_environment(import);
    import.give_raw_arguments();
}

} // namespace

ImportedLine read_argv(const std::string& file, std::string_view text) {
    Import import;
    auto words = shell_words(file, text, import.found);
    // What a shell would have made of it is not known: nothing else that is wrong would be true.
    const auto line =
        import.found.has_errors() ? std::nullopt : read_line(std::move(words), import.found);
    if (line) {
        read_options(import, *line);
        set_defaults(import);
        warn_of_identity(import, line->program);
        if (!import.found.has_errors()) check_definition(import, file);
    }
    name_file(import.found, file);
    ImportedLine out;
    out.of_2009 = import.of_2009;
    if (!import.found.has_errors()) out.definition = std::move(import.guest);
    out.diagnostics = std::move(import.found);
    return out;
}

} // namespace vmwarden::native
