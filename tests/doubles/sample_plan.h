// SPDX-License-Identifier: LGPL-2.1-or-later
// A whole launch plan to start from: every list has items, every option is taken once.
#pragma once

#include "src/plan/launch_plan.h"

#include <sys/resource.h>

#include <csignal>
#include <limits>

namespace vmwarden::tests {

inline plan::Scope sample_scope() {
    plan::Scope scope;
    scope.unit = "vmwarden-hello.scope";
    scope.slice = "machine.slice";
    scope.description = "vmwarden guest hello";
    scope.tasks_max = 1026;
    scope.memory_max = std::uint64_t{3} << 30;
    scope.stop_timeout_usec = 90'000'000;
    scope.kill_signal = SIGWINCH;
    scope.delegate = {"cpu", "cpuset", "io", "memory", "pids"};
    scope.devices = {
        {"/dev/null", "/dev/char/1:3", "rw", "built-in default"},
        {"/dev/ptmx", "/dev/char/5:2", "rw", "policy 50-site.yaml:7:3"},
        {"char-pts", "char-pts", "rw", "definition hello.xml:20:5"},
        {"/dev/vg/hello", "/dev/block/254:3", "rw", "definition hello.xml:15:5"},
    };
    plan::Tuning tuning;
    tuning.cpu_weight = 50;
    tuning.cpu_quota_usec = 150'000;
    tuning.cpu_period_usec = 100'000;
    tuning.memory_high = std::uint64_t{2} << 30;
    tuning.memory_low = std::uint64_t{1} << 28;
    tuning.memory_swap_max = std::uint64_t{1} << 29;
    tuning.io_weight = 200;
    tuning.io = {{"/dev/vda", {254, 0}, 300, 1'000'000, 0, 0, 500}};
    tuning.processors = "0-3";
    tuning.memory_nodes = "0";
    using Kind = plan::ThreadPlace::Kind;
    tuning.threads = {{Kind::emulator, 0, "0-1"}, {Kind::vcpu, 0, "2"}, {Kind::iothread, 4, "3"}};
    scope.tuning = tuning;
    return scope;
}

inline plan::Process sample_process() {
    using Kind = plan::InheritedFd::Kind;
    plan::Process process;
    process.executable = "/usr/bin/qemu-system-x86_64";
    process.argv = {"/usr/bin/qemu-system-x86_64", "-name", "guest=hello", "-S", "-append",
                    "console=ttyS0 it's"};
    process.environment = {"LC_ALL=C", "PATH=/usr/bin:/bin", "EMPTY="};
    process.umask = 0077;
    process.identity = {Uid{64055}, Gid{64055}, {Gid{108}, Gid{64055}}};
    process.limits = {{RLIMIT_CORE, 0},
                      {RLIMIT_NOFILE, 16384},
                      {RLIMIT_MEMLOCK, std::numeric_limits<std::uint64_t>::max()}};
    process.exec_label = "system_u:system_r:svirt_t:s0:c34,c44";
    process.no_new_privs_before_exec = false;
    process.fds = {{Kind::qmp_listener, 10, "/run/vmwarden/guests/hello/qmp.sock", false},
                   {Kind::shim_monitor, 11, "", false},
                   {Kind::log_file, 12, "/var/log/vmwarden/hello.log", true},
                   {Kind::attendant, 13, "", false, "tpm0"}};
    auto& walls = process.walls;
    walls.mount_namespace = walls.pid_namespace = walls.ipc_namespace = true;
    walls.network_namespace = walls.landlock = walls.system_call_filter = true;
    walls.binds = {{"/var/lib/vmwarden/images/hello.qcow2",
                    "/srv/images/hello.qcow2",
                    {2049, 1234567},
                    false,
                    true,
                    false,
                    "definition hello.xml:12:5"}};
    walls.terminals = true;
    walls.label = "system_u:object_r:svirt_image_t:s0:c34,c44";
    return process;
}

inline std::vector<plan::FileGrant> sample_files() {
    using Sharing = plan::FileGrant::Sharing;
    plan::FileGrant disk;
    disk.path = "/var/lib/vmwarden/images/hello.qcow2";
    disk.resolved = "/srv/images/hello.qcow2";
    disk.id = {2049, 1234567};
    disk.purpose = "disk vda";
    disk.sharing = Sharing::exclusive;
    disk.owner = Owner{Uid{64055}, Gid{64055}};
    disk.label = "system_u:object_r:svirt_image_t:s0:c34,c44";
    disk.because = "definition hello.xml:12:5";
    plan::FileGrant volume;
    volume.path = volume.resolved = "/dev/vg/hello";
    volume.id = {6, 99};
    volume.is_device = true;
    volume.device = {254, 3};
    volume.purpose = "disk vdb";
    volume.sharing = Sharing::shared;
    volume.because = "definition hello.xml:15:5";
    plan::FileGrant kernel;
    kernel.path = kernel.resolved = "/boot/vmlinuz";
    kernel.id = {2049, 77};
    kernel.purpose = "kernel";
    kernel.sharing = Sharing::readonly;
    kernel.label = "system_u:object_r:virt_content_t:s0";
    kernel.because = "definition hello.xml:6:5";
    return {disk, volume, kernel};
}

inline LaunchPlan sample_plan() {
    LaunchPlan plan;
    plan.name = "hello";
    plan.uuid = *Uuid::parse("c7a5fdbd-edaf-9455-926a-d65c16db1809");
    plan.asked = {true, std::uint64_t{1} << 30, "/usr/bin/qemu-system-x86_64"};
    plan.state_directory = "/run/vmwarden/guests/hello";
    plan.scope = sample_scope();
    plan.process = sample_process();
    plan.shim.account = {Uid{990}, Gid{990}};
    plan.files = sample_files();
    plan.attendants = {{"tpm0",
                        "/usr/bin/swtpm",
                        {"/usr/bin/swtpm", "socket", "--tpm2"},
                        3,
                        "definition hello.xml:30:5"}};
    plan.directories = {{"/var/lib/vmwarden/tpm/hello",
                         "tpm state",
                         {Uid{64055}, Gid{64055}},
                         "system_u:object_r:svirt_image_t:s0:c34,c44"}};
    plan.security = {"selinux", "system_u:system_r:svirt_t:s0:c34,c44",
                     "system_u:object_r:svirt_image_t:s0:c34,c44", 34, 44};
    plan.restart_on_poweroff = true;
    plan.decisions = {{"user", "qemu (uid 64055)", "policy 50-site.yaml:2:1"},
                      {"slice", "machine.slice", "built-in default"}};
    return plan;
}

} // namespace vmwarden::tests
