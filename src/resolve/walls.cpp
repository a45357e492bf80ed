// SPDX-License-Identifier: LGPL-2.1-or-later
// What stands between QEMU and the host besides identity, label and scope: namespaces, Landlock,
// the system call filter, the OOM score; and which of the host's files QEMU sees.
#include "src/resolve/walls.h"
#include "src/resolve/networks.h"
#include "src/resolve/steps.h"

#include <algorithm>

namespace vmwarden::resolving {

namespace {

using plan::Bind;

bool stands_in(const std::string& path, const std::string& directory) {
    return path == directory || path.starts_with(directory + "/");
}

std::string parent_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

void show(Draft& draft, Bind bind) {
    auto& binds = draft.plan.process.walls.binds;
    const auto known = std::find_if(binds.begin(), binds.end(),
                                    [&](const Bind& other) { return other.path == bind.path; });
    if (known == binds.end())
        binds.push_back(std::move(bind));
    else
        known->writable = known->writable || bind.writable;
}

void show_files(Draft& draft) {
    for (const auto& file : draft.plan.files) {
        const bool writable = file.sharing != plan::FileGrant::Sharing::readonly;
        show(draft, {file.resolved, file.resolved, file.id, false, writable, file.is_device,
                     file.because});
    }
    for (const auto& directory : draft.plan.directories)
        show(draft, {directory.path, directory.path, {}, false, true, false, directory.purpose});
}

// Nodes that are no files of the plan's: those of every guest, VFIO's, ports of the host.
void show_node(Draft& draft, const std::string& node, bool writable, const std::string& because) {
    const auto& fact = draft.file(node);
    const bool device = fact.type == FileType::character || fact.type == FileType::block;
    if (fact.state != FileFact::State::present || !device) return;
    show(draft, {node, fact.resolved, fact.id, false, writable, true, because});
}

constexpr const char* terminal_maker = "/dev/ptmx"; // made anew: the shim's view.cpp

void show_devices(Draft& draft) {
    for (const auto& rule : draft.plan.scope.devices)
        if (rule.node.starts_with('/') && rule.node != terminal_maker)
            show_node(draft, rule.node, rule.permissions.find('w') != std::string::npos,
                      rule.because);
    if (!draft.plan.scope.device_filter)
        for (const auto& node : draft.policy.cgroup_device_acl.value)
            if (node.value != terminal_maker)
                show_node(draft, node.value, true, node.origin.text());
    auto& walls = draft.plan.process.walls;
    walls.terminals = has_terminals(draft.definition);
    if (walls.terminals)
        show(draft, {"/dev/pts", "/dev/pts", {}, false, true, true, "consoles of type 'pty'"});
}

// QEMU makes its sockets itself, and takes them away again.
void show_socket_directories(Draft& draft) {
    for (const auto& directory : socket_directories(draft.definition)) {
        const auto& fact = draft.file(directory);
        if (fact.state != FileFact::State::present || fact.type != FileType::directory) continue;
        show(draft, {directory, fact.resolved, fact.id, false, true, false,
                     "sockets that QEMU listens on"});
    }
}

// QEMU connects to them by the path behind all links.
void show_sockets(Draft& draft) {
    for (const auto& socket : connected_sockets(draft.policy, draft.definition)) {
        const auto& fact = draft.file(socket);
        if (fact.state != FileFact::State::present) continue;
        show(draft, {fact.resolved, fact.resolved, fact.id, false, true, false,
                     "a socket that QEMU connects to"});
    }
}

// An emulator that is not the distribution's has what belongs to it beside itself.
void show_emulator(Draft& draft) {
    const auto directory = parent_of(draft.plan.process.executable);
    if (directory == "/" || stands_in(directory, "/usr")) return;
    const auto add = [&](const std::string& path) {
        show(draft, {path, path, {}, true, false, false, "the emulator"});
    };
    add(directory);
    if (!directory.ends_with("/bin")) return;
    for (const auto* sibling : {"/lib", "/lib64", "/libexec", "/share"})
        add(parent_of(directory) + sibling);
}

void show_more(Draft& draft) {
    for (const auto& path : draft.policy.bind_read_only_paths.value)
        show(draft, {path.value, path.value, {}, true, false, false, path.origin.text()});
}

// One that lies in another is mounted after it.
void sort_binds(std::vector<Bind>& binds) {
    std::stable_sort(binds.begin(), binds.end(), [](const Bind& one, const Bind& other) {
        return std::count(one.path.begin(), one.path.end(), '/') <
               std::count(other.path.begin(), other.path.end(), '/');
    });
}

// What QEMU itself goes to the host's network for; empty: nothing.
std::string use_of_network(const Draft& draft) {
    const auto& definition = draft.definition;
    for (std::size_t i = 0; i < definition.interfaces.size(); ++i)
        if (!draft.networks.contains(i))
            return "interface " + std::to_string(i) + " is QEMU's own network";
    for (const auto& disk : definition.disks)
        if (disk.type == DiskSource::network) return "disk " + disk.target + " is on a server";
    for (const auto& graphics : definition.graphics) {
        const bool has_port =
            graphics.type == GraphicsType::vnc || graphics.type == GraphicsType::spice;
        if (has_port && graphics.listens == ListenType::address)
            return "the display listens on an address";
        if (graphics.websocket != 0) return "the display has a WebSocket";
    }
    for (const auto& character : definition.characters)
        if (character.source == CharacterSource::tcp_listener)
            return "console " + std::to_string(character.port) + " listens on an address";
    if (!definition.raw_arguments.empty())
        return "<qemu:commandline> may need it, and nobody looks into that";
    return {};
}

void choose_mount(Draft& draft) {
    const auto& wanted = draft.policy.namespaces_mount;
    draft.plan.process.walls.mount_namespace = wanted.value;
    std::string value =
        wanted.value ? "own: the host's programs, this guest's files, nothing else" : "the host's";
    if (wanted.value && !draft.definition.raw_arguments.empty())
        value += "; not what only <qemu:commandline> names: see bind_read_only_paths";
    draft.decide("mount namespace", value, wanted.origin.text());
}

void choose_processes(Draft& draft) {
    const auto& wanted = draft.policy.namespaces_pid;
    const auto& mount = draft.policy.namespaces_mount;
    const bool own = wanted.value && mount.value;
    draft.plan.process.walls.pid_namespace = own;
    if (wanted.value && !own)
        draft.decide("PID namespace", "the host's: an own one needs an own mount namespace",
                     mount.origin.text());
    else
        draft.decide("PID namespace", own ? "own" : "the host's", wanted.origin.text());
}

void choose_network(Draft& draft) {
    const auto& wanted = draft.policy.namespaces_network;
    const auto use = use_of_network(draft);
    draft.plan.process.walls.network_namespace = wanted.value && use.empty();
    if (wanted.value && !use.empty())
        draft.decide("network namespace", "the host's: " + use, defined_at(draft.definition.place));
    else
        draft.decide("network namespace", wanted.value ? "own, and empty" : "the host's",
                     wanted.origin.text());
}

void choose_landlock(Draft& draft) {
    const auto& wanted = draft.policy.landlock;
    const auto version = draft.facts.landlock_version;
    draft.plan.process.walls.landlock = wanted.value && version != 0;
    draft.decide("Landlock",
                 !wanted.value  ? "off"
                 : version != 0 ? "version " + std::to_string(version)
                                : "skipped: the kernel has none, or was not told to use it",
                 wanted.origin.text());
}

void choose_calls(Draft& draft) {
    const auto& wanted = draft.policy.system_call_filter;
    const auto& disks = draft.definition.disks;
    auto& walls = draft.plan.process.walls;
    walls.system_call_filter = wanted.value;
    walls.io_uring = std::any_of(disks.begin(), disks.end(), [](const Disk& disk) {
        return disk.tuning.io == DiskIo::io_uring;
    });
    draft.decide("system call filter",
                 !wanted.value    ? "off"
                 : walls.io_uring ? "on, but for io_uring, which a disk asks for"
                                  : "on",
                 wanted.origin.text());
}

} // namespace

bool has_terminals(const GuestDefinition& definition) {
    return std::any_of(
        definition.characters.begin(), definition.characters.end(),
        [](const CharacterDevice& each) { return each.source == CharacterSource::pty; });
}

std::vector<std::string> socket_directories(const GuestDefinition& definition) {
    std::vector<std::string> list;
    for (const auto& character : definition.characters)
        if (character.source == CharacterSource::unix_listener && !character.path.empty())
            list.push_back(parent_of(character.path));
    for (const auto& graphics : definition.graphics)
        if (graphics.listens == ListenType::socket) list.push_back(parent_of(graphics.socket));
    return list;
}

std::vector<std::string> connected_sockets(const HostPolicy& policy,
                                           const GuestDefinition& definition) {
    std::vector<std::string> list;
    for (const auto& interface : definition.interfaces)
        if (const auto* network = network_for(policy, interface);
            network != nullptr && network->value.type == NetworkType::vhostuser)
            list.push_back(network->value.socket);
    for (const auto& filesystem : definition.filesystems)
        if (!filesystem.socket.empty()) list.push_back(filesystem.socket);
    for (const auto& memory : definition.shared_memories)
        if (has_doorbell(memory)) list.push_back(memory.server);
    return list;
}

void raise_walls(Draft& draft) {
    auto& walls = draft.plan.process.walls;
    choose_mount(draft);
    choose_processes(draft);
    const auto& ipc = draft.policy.namespaces_ipc;
    walls.ipc_namespace = ipc.value;
    draft.decide("IPC namespace", ipc.value ? "own" : "the host's", ipc.origin.text());
    choose_network(draft);
    choose_landlock(draft);
    choose_calls(draft);
    walls.oom_score_adjust = static_cast<int>(draft.policy.oom_score_adjust.value);
    if (!walls.mount_namespace && !walls.landlock) return;
    if (!draft.plan.process.exec_label.empty()) walls.label = draft.plan.security.image_label;
    show_emulator(draft);
    show_more(draft);
    show_devices(draft);
    show_socket_directories(draft);
    show_sockets(draft);
    show_files(draft);
    sort_binds(walls.binds);
}

} // namespace vmwarden::resolving
