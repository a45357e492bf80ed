// SPDX-License-Identifier: LGPL-2.1-or-later
// The page of `vmwarden plan`. It sees the JSON alone.
#include "src/plan/show.h"

#include "src/base/text.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace vmwarden::plan {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t label_width = 15;
constexpr std::size_t line_width = 100;

// Looking at a tree that came over a wire: what is not there is empty.
const Json& at(const Json& tree, const char* key) {
    static const Json nothing;
    if (!tree.is_object()) return nothing;
    const auto found = tree.find(key);
    return found == tree.end() ? nothing : *found;
}

std::string word(const Json& value) {
    if (value.is_string()) return printable(value.get_ref<const std::string&>());
    if (value.is_number()) return value.dump();
    return {};
}

std::string word(const Json& tree, const char* key) {
    return word(at(tree, key));
}

bool yes(const Json& tree, const char* key) {
    const auto& value = at(tree, key);
    return value.is_boolean() && value.get<bool>();
}

std::string joined(const Json& list, std::string_view between) {
    std::string out;
    for (const auto& item : list.is_array() ? list : Json::array())
        out += (out.empty() ? "" : std::string(between)) + word(item);
    return out;
}

std::string padded(std::string text, std::size_t width) {
    if (text.size() < width) text.resize(width, ' ');
    return text;
}

std::size_t widest(const Json& list, const char* key) {
    std::size_t width = 0;
    for (const auto& item : list.is_array() ? list : Json::array())
        width = std::max(width, word(item, key).size());
    return std::min<std::size_t>(width, 32);
}

class Page {
  public:
    void section(const std::string& title) { out_ += (out_.empty() ? "" : "\n") + title + "\n"; }
    void row(const std::string& label, const std::string& text) {
        out_ += "  " + padded(label, label_width) + " " + text + "\n";
    }
    void line(const std::string& text) { out_ += text + "\n"; }
    std::string take() { return std::move(out_); }

  private:
    std::string out_;
};

std::string owner_text(const Json& owner) {
    return word(owner, "uid") + ":" + word(owner, "gid");
}

void show_guest(Page& page, const Json& plan) {
    page.section("Guest " + word(plan, "name"));
    page.row("uuid", word(plan, "uuid"));
    page.row("state", word(plan, "state_directory"));
    page.row("on power-off", yes(plan, "restart_on_poweroff") ? "starts again" : "ends");
}

std::string privileges_text(const Json& process) {
    if (yes(process, "no_new_privs_before_exec")) return "no_new_privs, set before the exec";
    if (yes(process, "expect_no_new_privs"))
        return "no_new_privs, set by QEMU's sandbox once the label has taken hold";
    return "no_new_privs is not set";
}

void show_identity(Page& page, const Json& plan) {
    const auto& process = at(plan, "process");
    const auto& identity = at(process, "identity");
    const auto groups = joined(at(identity, "groups"), ", ");
    page.section("Identity");
    page.row("uid, gid", word(identity, "uid") + ", " + word(identity, "gid"));
    page.row("groups", groups.empty() ? "none" : groups);
    page.row("capabilities", "none: effective, permitted, inheritable, bounding, ambient emptied");
    page.row("privileges", privileges_text(process));
    page.row("system calls", yes(process, "expect_seccomp") ? "filtered by QEMU's seccomp sandbox"
                                                            : "not filtered");
    page.row("umask", word(process, "umask"));
    page.row("directory", word(process, "working_directory"));
    page.row("shim",
             "runs as " + owner_text(at(at(plan, "shim"), "account")) + ", without capabilities");
}

void show_security(Page& page, const Json& security) {
    page.section("Security");
    page.row("model", word(security, "model"));
    const auto process = word(security, "process_label");
    if (process.empty()) return page.row("labels", "none: file ownership and devices confine");
    page.row("process label", process);
    page.row("image label", word(security, "image_label"));
    const auto low = word(security, "category_low");
    const auto high = word(security, "category_high");
    page.row("categories", high == "0" ? "none: guests are not kept apart by label"
                                       : "c" + low + " and c" + high + ", of this guest alone");
}

std::string seconds_text(const Json& usec) {
    if (!usec.is_number_unsigned() && !usec.is_number_integer()) return "?";
    return std::to_string(usec.get<std::uint64_t>() / 1'000'000) + " s";
}

std::string memory_text(const Json& bytes) {
    if (!bytes.is_number_unsigned() && !bytes.is_number_integer()) return "?";
    const auto count = bytes.get<std::uint64_t>();
    return count == 0 ? "no limit" : "at most " + size_text(Bytes{count}) + ", QEMU's own included";
}

void show_scope(Page& page, const Json& scope) {
    page.section("Scope");
    page.row("unit", word(scope, "unit"));
    page.row("slice", word(scope, "slice"));
    page.row("description", word(scope, "description"));
    page.row("tasks", "at most " + word(scope, "tasks_max"));
    page.row("memory", memory_text(at(scope, "memory_max")));
    page.row("stop", word(scope, "kill_signal") + ", then " +
                         seconds_text(at(scope, "stop_timeout_usec")) + " to shut down");
    const auto delegated = joined(at(scope, "delegate"), " ");
    page.row("delegated", delegated.empty() ? "no controller" : delegated);
}

std::string thread_text(const Json& thread) {
    const auto kind = word(thread, "kind");
    return (kind == "emulator" ? "QEMU" : kind + " " + word(thread, "number")) + " on " +
           word(thread, "processors");
}

std::string device_limits(const Json& limit) {
    std::string out;
    const auto add = [&](const char* key, const char* text) {
        if (const auto number = word(limit, key); !number.empty() && number != "0")
            out += (out.empty() ? "" : ", ") + std::string(text) + " " + number;
    };
    add("weight", "weight");
    add("read_bytes", "bytes/s read");
    add("write_bytes", "bytes/s written");
    add("read_operations", "reads/s");
    add("write_operations", "writes/s");
    return word(limit, "path") + ": " + out;
}

void show_tuning(Page& page, const Json& tuning) {
    if (!tuning.is_object()) return;
    page.section("Share of the host, by the definition");
    const auto row = [&](const char* key, const std::string& label, const std::string& before,
                         const std::string& behind) {
        const auto text = word(tuning, key);
        if (!text.empty() && text != "0") page.row(label, before + text + behind);
    };
    row("cpu_weight", "cpu weight", "", "");
    row("cpu_quota_usec", "cpu time", "at most ",
        " us of each " + word(tuning, "cpu_period_usec") + " us");
    row("memory_high", "memory", "reclaimed beyond ", " bytes");
    row("memory_low", "memory", "", " bytes kept, as far as the slice has them");
    row("memory_swap_max", "swap", "at most ", " bytes");
    row("io_weight", "disk weight", "", "");
    for (const auto& limit : at(tuning, "io"))
        page.row("disk", device_limits(limit));
    row("processors", "processors", "", "");
    row("memory_nodes", "memory nodes", "", "");
    for (const auto& thread : at(tuning, "threads"))
        page.row("thread", thread_text(thread));
}

std::string bind_text(const Json& bind) {
    std::string out = yes(bind, "device") ? "device" : "";
    if (out.empty()) out = yes(bind, "writable") ? "written" : "read";
    if (word(bind, "source") != word(bind, "path")) out += ", is " + word(bind, "source");
    return out;
}

void show_walls(Page& page, const Json& process) {
    const auto& walls = at(process, "walls");
    page.section("Walls");
    const auto own = [&](const char* key) { return yes(walls, key) ? "own" : "the host's"; };
    page.row("namespaces", std::string("mount: ") + own("mount_namespace") +
                               ", PID: " + own("pid_namespace") + ", IPC: " + own("ipc_namespace") +
                               ", network: " + own("network_namespace"));
    page.row("Landlock", yes(walls, "landlock") ? "on" : "off");
    page.row("system calls", !yes(walls, "system_call_filter") ? "not filtered before the start"
                             : yes(walls, "io_uring")          ? "filtered, but for io_uring"
                                                               : "filtered");
    page.row("OOM score", word(walls, "oom_score_adjust"));
    if (!yes(walls, "mount_namespace") && !yes(walls, "landlock")) return;
    page.line("  sees of the host's files its programs and libraries, and these:");
    const auto& binds = at(walls, "binds");
    const auto width = widest(binds, "path");
    for (const auto& bind : binds.is_array() ? binds : Json::array())
        page.line("  " + padded(word(bind, "path"), width) + "  " + bind_text(bind) + "; " +
                  word(bind, "because"));
}

void show_devices(Page& page, const Json& scope) {
    page.section("Devices");
    if (!yes(scope, "device_filter")) return page.line("  not filtered");
    const auto& devices = at(scope, "devices");
    page.line("  these and no others:");
    const auto node = widest(devices, "node");
    const auto systemd = widest(devices, "systemd");
    for (const auto& rule : devices.is_array() ? devices : Json::array())
        page.line("  " + padded(word(rule, "node"), node) + "  " +
                  padded(word(rule, "systemd"), systemd) + "  " +
                  padded(word(rule, "permissions"), 3) + "  " + word(rule, "because"));
}

void show_files(Page& page, const Json& files) {
    page.section("Files");
    if (!files.is_array() || files.empty()) return page.line("  none");
    for (const auto& file : files) {
        page.row(word(file, "purpose"), word(file, "path"));
        if (word(file, "resolved") != word(file, "path"))
            page.row("", "is " + word(file, "resolved"));
        page.row("", word(file, "sharing") + "; " + word(file, "because"));
        const auto& owner = at(file, "owner");
        page.row("", owner.is_null() ? "owner left alone"
                                     : "owner " + owner_text(owner) + " while the guest runs");
        const auto label = word(file, "label");
        if (!label.empty()) page.row("", "label " + label + " while the guest runs");
    }
}

std::string command_text(const Json& program) {
    std::string line = shell_quoted(word(program, "executable"));
    bool first = true;
    for (const auto& argument : at(program, "argv"))
        if (!std::exchange(first, false)) line += " " + shell_quoted(word(argument));
    return line;
}

void show_directories(Page& page, const Json& directories) {
    if (!directories.is_array() || directories.empty()) return;
    page.section("Directories of the guest's own");
    for (const auto& directory : directories) {
        page.row(word(directory, "purpose"), word(directory, "path"));
        const auto label = word(directory, "label");
        page.row("", "of " + owner_text(at(directory, "owner")) + " alone" +
                         (label.empty() ? "" : ", label " + label));
    }
}

void show_attendants(Page& page, const Json& attendants) {
    if (!attendants.is_array() || attendants.empty()) return;
    page.section("Programs beside QEMU");
    page.line("  confined as QEMU is: user, groups, label, limits, no capabilities, its devices");
    for (const auto& attendant : attendants) {
        page.row(word(attendant, "name"), command_text(attendant));
        page.row("", word(attendant, "because"));
    }
}

void show_networks(Page& page, const Json& networks) {
    if (!networks.is_array() || networks.empty()) return;
    page.section("Network devices");
    for (const auto& device : networks) {
        const auto kind = word(device, "kind");
        std::string text = kind == "given_tap" ? "a tap device that is there" : "a " + kind;
        if (!word(device, "bridge").empty()) text += " on bridge " + word(device, "bridge");
        if (!word(device, "lower").empty())
            text += " over " + word(device, "lower") + ", mode " + word(device, "mode");
        page.row(word(device, "name"), text + ", for " + word(device, "purpose"));
        std::string more =
            word(device, "queues") == "1" ? "" : word(device, "queues") + " queues; ";
        if (word(device, "mtu") != "0") more += "mtu " + word(device, "mtu") + "; ";
        if (!word(device, "mac").empty()) more += "address " + word(device, "mac") + "; ";
        page.row("", more + word(device, "because"));
        page.row("", kind == "given_tap" ? "stays when the guest ends"
                                         : "made at start, removed when the guest ends");
    }
}

void show_host_devices(Page& page, const Json& devices) {
    if (!devices.is_array() || devices.empty()) return;
    page.section("Host devices");
    for (const auto& device : devices) {
        const bool pci = word(device, "kind") == "pci";
        page.row(word(device, "address"), std::string(pci ? "a PCI" : "a mediated") +
                                              " device of IOMMU group " + word(device, "group") +
                                              ", for " + word(device, "purpose"));
        page.row("", word(device, "because"));
        if (!yes(device, "ready"))
            page.row("", "taken from the host at start, given back when the guest ends");
    }
}

void show_process(Page& page, const Json& process) {
    page.section("Limits");
    for (const auto& limit : at(process, "limits"))
        page.row(word(limit, "resource"), word(limit, "value"));
    page.section("Descriptors");
    for (const auto& fd : at(process, "fds")) {
        auto text = word(fd, "kind");
        if (!word(fd, "path").empty()) text += " " + word(fd, "path");
        if (!word(fd, "device").empty()) text += " of " + word(fd, "device");
        if (yes(fd, "truncate")) text += ", emptied at start";
        page.row(word(fd, "number"), text);
    }
    page.section("Environment");
    for (const auto& entry : at(process, "environment"))
        page.line("  " + word(entry));
}

// An option and its value stay on one line; long ones are not cut, so that they can be copied.
void show_command(Page& page, const Json& process) {
    page.section("Command line");
    std::string line = "  " + shell_quoted(word(process, "executable"));
    bool first = true;
    for (const auto& argument : at(process, "argv")) {
        if (std::exchange(first, false)) continue;
        const auto text = word(argument);
        if (text.starts_with('-') || line.size() + text.size() > line_width) {
            page.line(line + " \\");
            line = text.starts_with('-') ? "    " : "      ";
            line += shell_quoted(text);
        } else {
            line += " " + shell_quoted(text);
        }
    }
    page.line(line);
}

void show_decisions(Page& page, const Json& decisions) {
    page.section("Decisions");
    const auto width = widest(decisions, "what");
    for (const auto& decision : decisions.is_array() ? decisions : Json::array())
        page.line("  " + padded(word(decision, "what"), width) + "  " + word(decision, "value") +
                  "  [" + word(decision, "because") + "]");
}

} // namespace

std::string text_of(const Json& plan) {
    Page page;
    show_guest(page, plan);
    show_identity(page, plan);
    show_security(page, at(plan, "security"));
    show_scope(page, at(plan, "scope"));
    show_tuning(page, at(at(plan, "scope"), "tuning"));
    show_devices(page, at(plan, "scope"));
    show_walls(page, at(plan, "process"));
    show_files(page, at(plan, "files"));
    show_directories(page, at(plan, "directories"));
    show_networks(page, at(plan, "networks"));
    show_attendants(page, at(plan, "attendants"));
    show_host_devices(page, at(plan, "host_devices"));
    show_process(page, at(plan, "process"));
    show_command(page, at(plan, "process"));
    show_decisions(page, at(plan, "decisions"));
    return page.take();
}

std::string to_text(const LaunchPlan& plan) {
    return text_of(to_json(plan));
}

} // namespace vmwarden::plan
