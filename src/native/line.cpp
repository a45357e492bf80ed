// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/native/line.h"

#include "src/base/suggest.h"
#include "src/base/text.h"

#include <algorithm>
#include <span>

namespace vmwarden::native {

namespace {

constexpr std::string_view flags[] = {"S",
                                      "alt-grab",
                                      "ctrl-grab",
                                      "curses",
                                      "daemonize",
                                      "enable-fips",
                                      "enable-kvm",
                                      "enable-sync-profile",
                                      "full-screen",
                                      "h",
                                      "help",
                                      "kernel-kqemu",
                                      "localtime",
                                      "mem-prealloc",
                                      "no-acpi",
                                      "no-fd-bootchk",
                                      "no-frame",
                                      "no-hpet",
                                      "no-kqemu",
                                      "no-kvm",
                                      "no-kvm-irqchip",
                                      "no-kvm-pit",
                                      "no-kvm-pit-reinjection",
                                      "no-quit",
                                      "no-reboot",
                                      "no-shutdown",
                                      "no-user-config",
                                      "nodefaults",
                                      "nodefconfig",
                                      "nographic",
                                      "old-param",
                                      "only-migratable",
                                      "portrait",
                                      "preconfig",
                                      "rtc-td-hack",
                                      "s",
                                      "sdl",
                                      "semihosting",
                                      "singlestep",
                                      "snapshot",
                                      "std-vga",
                                      "tdf",
                                      "usb",
                                      "version",
                                      "vmwarevga",
                                      "win2k-hack",
                                      "xen-attach",
                                      "xen-create",
                                      "xen-domid-restrict"};

constexpr std::string_view with_argument[] = {"D",
                                              "L",
                                              "M",
                                              "accel",
                                              "acpitable",
                                              "action",
                                              "add-fd",
                                              "append",
                                              "audio",
                                              "audiodev",
                                              "async-teardown",
                                              "balloon",
                                              "bios",
                                              "blockdev",
                                              "boot",
                                              "bootloader",
                                              "bt",
                                              "cdrom",
                                              "chardev",
                                              "chroot",
                                              "clock",
                                              "compat",
                                              "cpu",
                                              "d",
                                              "debugcon",
                                              "device",
                                              "dfilter",
                                              "display",
                                              "domid",
                                              "drive",
                                              "dtb",
                                              "dump-vmstate",
                                              "echr",
                                              "fda",
                                              "fdb",
                                              "fsdev",
                                              "fw_cfg",
                                              "g",
                                              "gdb",
                                              "global",
                                              "hda",
                                              "hdachs",
                                              "hdb",
                                              "hdc",
                                              "hdd",
                                              "icount",
                                              "incoming",
                                              "initrd",
                                              "id",
                                              "iscsi",
                                              "k",
                                              "kernel",
                                              "loadvm",
                                              "m",
                                              "machine",
                                              "mem-path",
                                              "mon",
                                              "monitor",
                                              "msg",
                                              "mtdblock",
                                              "name",
                                              "net",
                                              "netdev",
                                              "nic",
                                              "numa",
                                              "nvram",
                                              "object",
                                              "option-rom",
                                              "overcommit",
                                              "p",
                                              "parallel",
                                              "pcidevice",
                                              "pflash",
                                              "pidfile",
                                              "plugin",
                                              "prom-env",
                                              "qmp",
                                              "qmp-pretty",
                                              "readconfig",
                                              "realtime",
                                              "redir",
                                              "rotate",
                                              "rtc",
                                              "run-with",
                                              "runas",
                                              "sandbox",
                                              "sd",
                                              "seed",
                                              "semihosting-config",
                                              "serial",
                                              "set",
                                              "shim",
                                              "smb",
                                              "smbios",
                                              "smp",
                                              "soundhw",
                                              "spice",
                                              "startdate",
                                              "tb-size",
                                              "tftp",
                                              "tpmdev",
                                              "trace",
                                              "usbdevice",
                                              "uuid",
                                              "vga",
                                              "virtfs",
                                              "virtioconsole",
                                              "vnc",
                                              "watchdog",
                                              "watchdog-action",
                                              "writeconfig",
                                              "xen-domid"};

// What stands before a program without being one that we could launch.
constexpr std::string_view wrappers[] = {"sudo",        "doas",   "env",     "exec",    "nice",
                                         "nohup",       "time",   "numactl", "taskset", "setsid",
                                         "systemd-run", "strace", "gdb",     "sh",      "bash"};

bool among(std::string_view name, std::span<const std::string_view> names) {
    return std::ranges::find(names, name) != names.end();
}

std::string_view base_name(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

// NAME=value, the name one that a shell would take.
std::optional<Variable> variable_of(const Word& word) {
    constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    const auto equals = word.text.find('=');
    if (equals == std::string::npos || equals == 0) return std::nullopt;
    const auto name = word.text.substr(0, equals);
    if (name.find_first_not_of(letters) != std::string::npos || (name[0] >= '0' && name[0] <= '9'))
        return std::nullopt;
    return Variable{name, word.text.substr(equals + 1), word.place};
}

bool check_program(const Word& program, Diagnostics& problems) {
    if (program.text.starts_with('-') || program.text.empty()) {
        problems.error(program.place, "the line has no program before its options",
                       "begin it with the path of QEMU: /usr/bin/qemu-system-x86_64");
        return false;
    }
    if (!among(base_name(program.text), wrappers)) return true;
    problems.error(program.place, "'" + printable(program.text) + "' is no emulator",
                   "begin the line with the path of QEMU, behind it");
    return false;
}

class Options {
  public:
    Options(std::span<Word> words, Diagnostics& problems)
      : words_(words)
      , problems_(problems) {}

    std::vector<Option> read() {
        while (at_ < words_.size())
            read_one();
        return std::move(options_);
    }

  private:
    std::span<Word> words_;
    Diagnostics& problems_;
    std::vector<Option> options_;
    std::size_t at_ = 0;

    void read_one() {
        Option option;
        option.word = std::move(words_[at_++]);
        option.order = options_.size();
        if (!option.word.text.starts_with('-') || option.word.text == "-") {
            option.argument = option.word;
            option.name = "hda";
        } else {
            option.name = option.word.text.substr(option.word.text.starts_with("--") ? 2 : 1);
            if (takes_argument(option.name)) read_argument(option);
        }
        options_.push_back(std::move(option));
    }

    // What is not known at all may have one: the next word, unless that is an option.
    bool takes_argument(std::string_view name) const {
        if (among(name, flags)) return false;
        if (among(name, with_argument)) return true;
        return at_ < words_.size() && !words_[at_].text.starts_with('-');
    }

    void read_argument(Option& option) {
        if (at_ < words_.size())
            option.argument = std::move(words_[at_++]);
        else
            problems_.error(option.word.place,
                            "'" + printable(option.word.text) + "' needs an argument");
    }
};

} // namespace

const std::string& Option::value() const {
    static const std::string none;
    return argument ? argument->text : none;
}

std::string Option::text() const {
    constexpr std::size_t longest = 60;
    auto out = "-" + name;
    if (argument) out += " " + argument->text;
    if (out.size() > longest) out = out.substr(0, longest - 3) + "...";
    return printable(out);
}

std::optional<Line> read_line(std::vector<Word> words, Diagnostics& problems) {
    Line line;
    std::size_t at = 0;
    for (; at < words.size(); ++at) {
        auto variable = variable_of(words[at]);
        if (!variable) break;
        line.environment.push_back(std::move(*variable));
    }
    if (at == words.size()) {
        if (!problems.has_errors())
            problems.error({}, "there is no command line",
                           "write the path of QEMU and its options");
        return std::nullopt;
    }
    line.program = std::move(words[at++]);
    if (!check_program(line.program, problems)) return std::nullopt;
    line.options = Options(std::span(words).subspan(at), problems).read();
    return line;
}

bool is_option(std::string_view name) {
    return among(name, flags) || among(name, with_argument);
}

std::string option_hint(std::string_view name) {
    std::vector<std::string_view> all(std::begin(flags), std::end(flags));
    all.insert(all.end(), std::begin(with_argument), std::end(with_argument));
    return did_you_mean(name, all);
}

} // namespace vmwarden::native
