// SPDX-License-Identifier: LGPL-2.1-or-later
// The fields of a launch plan, listed once for everything that walks them: encoding, decoding,
// JSON.
//
// Each list takes its struct apart by structured binding, so a field that is added to the struct
// and forgotten here does not compile.
#pragma once

#include "src/plan/launch_plan.h"

#include <array>
#include <concepts>
#include <string_view>
#include <type_traits>

namespace vmwarden::plan {

template <class Given, class Plain>
concept Is = std::same_as<std::remove_const_t<Given>, Plain>;

// The words of an enumeration, in the order of its values from 0.
template <class Enumeration>
constexpr std::array<std::string_view, 0> words{};
template <>
constexpr inline std::array<std::string_view, 9> words<InheritedFd::Kind>{
    "qmp_listener", "shim_monitor", "log_file",  "channel", "network",
    "vhost_net",    "directory",    "attendant", "overlay"};
template <>
constexpr inline std::array<std::string_view, 3> words<NetworkDevice::Kind>{"tap", "given_tap",
                                                                            "macvtap"};
template <>
constexpr inline std::array<std::string_view, 2> words<HostDevice::Kind>{"pci", "mdev"};
template <>
constexpr inline std::array<std::string_view, 3> words<FileGrant::Sharing>{"exclusive", "shared",
                                                                           "readonly"};
template <>
constexpr inline std::array<std::string_view, 3> words<ThreadPlace::Kind>{"emulator", "vcpu",
                                                                          "iothread"};

// visit(name, field) for each field in order.
template <Is<Owner> T, class Visit>
void each_field(T& it, Visit&& visit) {
    auto& [uid, gid] = it;
    visit("uid", uid);
    visit("gid", gid);
}

template <Is<Identity> T, class Visit>
void each_field(T& it, Visit&& visit) {
    auto& [uid, gid, groups] = it;
    visit("uid", uid);
    visit("gid", gid);
    visit("groups", groups);
}

template <Is<FileId> T, class Visit>
void each_field(T& it, Visit&& visit) {
    auto& [device, inode] = it;
    visit("device", device);
    visit("inode", inode);
}

template <Is<DeviceNumber> T, class Visit>
void each_field(T& it, Visit&& visit) {
    auto& [major_number, minor_number] = it;
    visit("major", major_number);
    visit("minor", minor_number);
}

template <Is<DeviceRule> T, class Visit>
void each_field(T& it, Visit&& visit) {
    auto& [node, systemd, permissions, because] = it;
    visit("node", node);
    visit("systemd", systemd);
    visit("permissions", permissions);
    visit("because", because);
}

template <Is<IoLimit> T, class Visit>
void each_field(T& it, Visit&& visit) {
    auto& [path, device, weight, read_bytes, write_bytes, read_operations, write_operations] = it;
    visit("path", path);
    visit("device", device);
    visit("weight", weight);
    visit("read_bytes", read_bytes);
    visit("write_bytes", write_bytes);
    visit("read_operations", read_operations);
    visit("write_operations", write_operations);
}

template <Is<ThreadPlace> T, class Visit>
void each_field(T& it, Visit&& visit) {
    auto& [kind, number, processors] = it;
    visit("kind", kind);
    visit("number", number);
    visit("processors", processors);
}

template <Is<Tuning> T, class Visit>
void each_field(T& it, Visit&& visit) {
    auto& [cpu_weight, cpu_quota_usec, cpu_period_usec, memory_high, memory_low, memory_swap_max,
           io_weight, io, processors, memory_nodes, threads] = it;
    visit("cpu_weight", cpu_weight);
    visit("cpu_quota_usec", cpu_quota_usec);
    visit("cpu_period_usec", cpu_period_usec);
    visit("memory_high", memory_high);
    visit("memory_low", memory_low);
    visit("memory_swap_max", memory_swap_max);
    visit("io_weight", io_weight);
    visit("io", io);
    visit("processors", processors);
    visit("memory_nodes", memory_nodes);
    visit("threads", threads);
}

template <Is<Scope> T, class Visit>
void each_field(T& it, Visit&& visit) {
    auto& [unit, slice, description, tasks_max, memory_max, stop_timeout_usec, kill_signal,
           delegate, device_filter, devices, tuning] = it;
    visit("unit", unit);
    visit("slice", slice);
    visit("description", description);
    visit("tasks_max", tasks_max);
    visit("memory_max", memory_max);
    visit("stop_timeout_usec", stop_timeout_usec);
    visit("kill_signal", kill_signal);
    visit("delegate", delegate);
    visit("device_filter", device_filter);
    visit("devices", devices);
    visit("tuning", tuning);
}

template <Is<ResourceLimit> T, class Visit>
void each_field(T& it, Visit&& visit) {
    auto& [resource, value] = it;
    visit("resource", resource);
    visit("value", value);
}

template <Is<InheritedFd> T, class Visit>
void each_field(T& it, Visit&& visit) {
    auto& [kind, number, path, truncate, device, bytes] = it;
    visit("kind", kind);
    visit("number", number);
    visit("path", path);
    visit("truncate", truncate);
    visit("device", device);
    visit("bytes", bytes);
}

template <Is<Bind> T, class Visit>
void each_field(T& it, Visit&& visit) {
    auto& [path, source, id, system, writable, device, because] = it;
    visit("path", path);
    visit("source", source);
    visit("id", id);
    visit("system", system);
    visit("writable", writable);
    visit("device", device);
    visit("because", because);
}

template <Is<Walls> T, class Visit>
void each_field(T& it, Visit&& visit) {
    auto& [mount_namespace, pid_namespace, ipc_namespace, network_namespace, landlock,
           system_call_filter, io_uring, oom_score_adjust, binds, terminals, label] = it;
    visit("mount_namespace", mount_namespace);
    visit("pid_namespace", pid_namespace);
    visit("ipc_namespace", ipc_namespace);
    visit("network_namespace", network_namespace);
    visit("landlock", landlock);
    visit("system_call_filter", system_call_filter);
    visit("io_uring", io_uring);
    visit("oom_score_adjust", oom_score_adjust);
    visit("binds", binds);
    visit("terminals", terminals);
    visit("label", label);
}

template <Is<Process> T, class Visit>
void each_field(T& it, Visit&& visit) {
    auto& [executable, argv, environment, working_directory, umask, identity, limits, exec_label,
           no_new_privs_before_exec, expect_no_new_privs, expect_seccomp, fds, walls] = it;
    visit("executable", executable);
    visit("argv", argv);
    visit("environment", environment);
    visit("working_directory", working_directory);
    visit("umask", umask);
    visit("identity", identity);
    visit("limits", limits);
    visit("exec_label", exec_label);
    visit("no_new_privs_before_exec", no_new_privs_before_exec);
    visit("expect_no_new_privs", expect_no_new_privs);
    visit("expect_seccomp", expect_seccomp);
    visit("fds", fds);
    visit("walls", walls);
}

template <Is<Attendant> T, class Visit>
void each_field(T& it, Visit&& visit) {
    auto& [name, executable, argv, fd, because] = it;
    visit("name", name);
    visit("executable", executable);
    visit("argv", argv);
    visit("fd", fd);
    visit("because", because);
}

template <Is<GuestDirectory> T, class Visit>
void each_field(T& it, Visit&& visit) {
    auto& [path, purpose, owner, label] = it;
    visit("path", path);
    visit("purpose", purpose);
    visit("owner", owner);
    visit("label", label);
}

template <Is<Shim> T, class Visit>
void each_field(T& it, Visit&& visit) {
    auto& [account] = it;
    visit("account", account);
}

template <Is<FileGrant> T, class Visit>
void each_field(T& it, Visit&& visit) {
    auto& [path, resolved, id, device, is_device, is_character, is_directory, purpose, sharing,
           owner, label, because] = it;
    visit("path", path);
    visit("resolved", resolved);
    visit("id", id);
    visit("device", device);
    visit("is_device", is_device);
    visit("is_character", is_character);
    visit("is_directory", is_directory);
    visit("purpose", purpose);
    visit("sharing", sharing);
    visit("owner", owner);
    visit("label", label);
    visit("because", because);
}

template <Is<NetworkDevice> T, class Visit>
void each_field(T& it, Visit&& visit) {
    auto& [kind, name, bridge, lower, mode, mac, mtu, queues, purpose, because] = it;
    visit("kind", kind);
    visit("name", name);
    visit("bridge", bridge);
    visit("lower", lower);
    visit("mode", mode);
    visit("mac", mac);
    visit("mtu", mtu);
    visit("queues", queues);
    visit("purpose", purpose);
    visit("because", because);
}

template <Is<HostDevice> T, class Visit>
void each_field(T& it, Visit&& visit) {
    auto& [kind, address, group, managed, ready, purpose, because] = it;
    visit("kind", kind);
    visit("address", address);
    visit("group", group);
    visit("managed", managed);
    visit("ready", ready);
    visit("purpose", purpose);
    visit("because", because);
}

template <Is<NewFile> T, class Visit>
void each_field(T& it, Visit&& visit) {
    auto& [path, from, from_id, bytes, purpose, owner, mode] = it;
    visit("path", path);
    visit("from", from);
    visit("from_id", from_id);
    visit("bytes", bytes);
    visit("purpose", purpose);
    visit("owner", owner);
    visit("mode", mode);
}

template <Is<Security> T, class Visit>
void each_field(T& it, Visit&& visit) {
    auto& [model, process_label, image_label, category_low, category_high] = it;
    visit("model", model);
    visit("process_label", process_label);
    visit("image_label", image_label);
    visit("category_low", category_low);
    visit("category_high", category_high);
}

template <Is<Decision> T, class Visit>
void each_field(T& it, Visit&& visit) {
    auto& [what, value, because] = it;
    visit("what", what);
    visit("value", value);
    visit("because", because);
}

template <Is<Asked> T, class Visit>
void each_field(T& it, Visit&& visit) {
    auto& [own_uuid, memory, emulator, hard_limit, shared_memory] = it;
    visit("own_uuid", own_uuid);
    visit("memory", memory);
    visit("emulator", emulator);
    visit("hard_limit", hard_limit);
    visit("shared_memory", shared_memory);
}

template <Is<LaunchPlan> T, class Visit>
void each_field(T& it, Visit&& visit) {
    auto& [name, uuid, asked, state_directory, scope, process, shim, files, networks, links_down,
           host_devices, new_files, attendants, directories, security, display_port, vsock_cid,
           restart_on_poweroff, decisions] = it;
    visit("name", name);
    visit("uuid", uuid);
    visit("asked", asked);
    visit("state_directory", state_directory);
    visit("scope", scope);
    visit("process", process);
    visit("shim", shim);
    visit("files", files);
    visit("networks", networks);
    visit("links_down", links_down);
    visit("host_devices", host_devices);
    visit("new_files", new_files);
    visit("attendants", attendants);
    visit("directories", directories);
    visit("security", security);
    visit("display_port", display_port);
    visit("vsock_cid", vsock_cid);
    visit("restart_on_poweroff", restart_on_poweroff);
    visit("decisions", decisions);
}

// What a field's type is, for visitors that tell them apart.
template <class T>
struct IsList : std::false_type {};
template <class Item>
struct IsList<std::vector<Item>> : std::true_type {};
template <class T>
struct IsOptional : std::false_type {};
template <class Item>
struct IsOptional<std::optional<Item>> : std::true_type {};
template <class T>
concept AccountNumber = std::same_as<T, Uid> || std::same_as<T, Gid>;

} // namespace vmwarden::plan
