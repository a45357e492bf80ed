// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/verify/verify.h"
#include "tests/doubles/sample_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

namespace vmwarden {
namespace {

OpenFd open_fd(int number, std::string target, bool writable = false) {
    OpenFd fd;
    fd.number = number;
    fd.target = std::move(target);
    fd.writable = writable;
    return fd;
}

OpenFd device_fd(int number, std::string target, DeviceNumber device, bool block, bool writable) {
    auto fd = open_fd(number, std::move(target), writable);
    fd.is_device = true;
    fd.is_block = block;
    fd.device = device;
    return fd;
}

OpenFd file_fd(int number, const plan::FileGrant& file, bool writable) {
    auto fd = open_fd(number, file.resolved, writable);
    fd.id = file.id;
    return fd;
}

std::vector<OpenFd> explained_fds(const LaunchPlan& plan) {
    return {
        device_fd(0, "/dev/null", {1, 3}, false, false),
        open_fd(1, "pipe:[11]", true),
        open_fd(4, "anon_inode:[eventfd]", true),
        open_fd(5, "anon_inode:kvm-vcpu:0", true),
        open_fd(10, "socket:[77]", true),
        open_fd(12, "/var/log/vmwarden/hello.log", true),
        file_fd(13, plan.files[0], true),
        device_fd(14, "/dev/vg/hello", {254, 3}, true, true),
        file_fd(15, plan.files[2], false),
        device_fd(16, "/dev/ptmx", {5, 2}, false, true),
        device_fd(17, "/dev/pts/3", {136, 3}, false, true),
        open_fd(18, "/usr/share/qemu/bios-256k.bin"),
        open_fd(19, "/memfd:ram (deleted)", true),
    };
}

CompanionView swtpm_of(const LaunchPlan& plan) {
    CompanionView view;
    view.pid = 4321;
    view.executable = plan.attendants[0].executable;
    view.argv = plan.attendants[0].argv;
    view.uids.fill(64055);
    view.gids.fill(64055);
    view.groups = plan.process.identity.groups;
    view.no_new_privs = true;
    view.seccomp_mode = 2;
    view.namespaces = {true, true, true, true};
    view.label = plan.security.process_label;
    return view;
}

// What the kernel says when everything is as tests::sample_plan() wants it.
KernelView confined(const LaunchPlan& plan) {
    KernelView view;
    view.uids.fill(64055);
    view.gids.fill(64055);
    view.groups = plan.process.identity.groups;
    view.no_new_privs = true;
    view.seccomp_mode = 2;
    view.seccomp_filters = 2;
    view.namespaces = {true, true, true, true};
    view.mounts = {{"/", true},          {"/usr", true},
                   {"/dev", true},       {"/dev/pts", false},
                   {"/tmp", false},      {"/var/lib/vmwarden/images/hello.qcow2", false},
                   {"/proc", false},     {"/proc/sys", true},
                   {"/usr/local", true}, {"/dev/shm", false}};
    for (const auto& limit : plan.process.limits)
        view.limits[limit.resource] = {limit.value, limit.value};
    view.environment = plan.process.environment;
    view.oom_score_adjust = 0;
    view.process_label = plan.security.process_label;
    view.scope_cgroup = "/machine.slice/vmwarden-hello.scope";
    view.cgroup = view.scope_cgroup + "/emulator";
    view.device_filter = true;
    view.devices = {{"/dev/mem", false, {1, 1}, false, false},
                    {"/dev/null", false, {1, 3}, true, true},
                    {"/dev/vda", true, {254, 0}, false, false}};
    view.tasks = {true, plan.scope.tasks_max};
    view.memory = {true, plan.scope.memory_max};
    view.controllers = {"cpu", "memory", "io", "cpuset"};
    view.scope_files = {{"cpu.weight", "50\n"},
                        {"cpu.max", "150000 100000\n"},
                        {"memory.high", "2147483648\n"},
                        {"memory.low", "268435456\n"},
                        {"memory.swap.max", "536870912\n"},
                        {"io.weight", "default 200\n254:0 300\n"},
                        {"io.max", "8:0 rbps=max wbps=1 riops=max wiops=max\n"
                                   "254:0 rbps=1000000 wbps=max riops=max wiops=500\n"},
                        {"cpuset.cpus", "0-3\n"},
                        {"cpuset.mems", "0\n"}};
    view.threads = {{true, "qemu-system-x86", "0-1"},
                    {false, "IO mon_iothread", "0-1"},
                    {false, "IO iothread4", "3"},
                    {false, "CPU 0/KVM", "2"}};
    view.fds = explained_fds(plan);
    for (std::size_t i = 0; i < plan.attendants.size(); ++i)
        view.companions.push_back(swtpm_of(plan));
    for (const auto& file : plan.files)
        view.files.push_back(
            {file.resolved, true, file.id, file.owner.value_or(Owner{}), file.label});
    return view;
}

std::vector<std::string> failing(const std::vector<VerifyRow>& rows) {
    std::vector<std::string> out;
    for (const auto& row : rows)
        if (!row.holds) out.push_back(row.protection);
    return out;
}

using Names = std::vector<std::string>;

TEST(Verify, HoldsForAGuestThatIsAsPlanned) {
    const auto plan = tests::sample_plan();
    const auto rows = verify(plan, confined(plan));
    EXPECT_EQ(failing(rows), Names{});
    Names names;
    for (const auto& row : rows) {
        names.push_back(row.protection);
        EXPECT_EQ(row.hint, "") << row.protection;
    }
    EXPECT_EQ(names, (Names{"uid",
                            "gid",
                            "groups",
                            "capabilities effective",
                            "capabilities permitted",
                            "capabilities inheritable",
                            "capabilities bounding",
                            "capabilities ambient",
                            "no_new_privs",
                            "seccomp",
                            "process label",
                            "mount namespace",
                            "sight of files",
                            "PID namespace",
                            "IPC namespace",
                            "network namespace",
                            "Landlock",
                            "system call filter",
                            "limit core",
                            "limit nofile",
                            "limit memlock",
                            "environment",
                            "OOM score",
                            "program tpm0",
                            "cgroup",
                            "device filter",
                            "devices outside the plan",
                            "devices of the plan",
                            "processes",
                            "memory",
                            "processor weight",
                            "processor time",
                            "memory reclaim",
                            "memory guarantee",
                            "swap",
                            "disk weight",
                            "processors",
                            "memory nodes",
                            "weight of /dev/vda",
                            "limits of /dev/vda",
                            "processors of QEMU",
                            "processors of vcpu 0",
                            "processors of iothread 4",
                            "identity of disk vda",
                            "owner of disk vda",
                            "label of disk vda",
                            "identity of disk vdb",
                            "identity of kernel",
                            "label of kernel",
                            "descriptors"}));
}

TEST(Verify, WhatLiesInASharedDirectoryIsExplainedAndNothingBesideIt) {
    auto plan = tests::sample_plan();
    plan::FileGrant share;
    share.path = share.resolved = "/srv/share";
    share.id = {2049, 500};
    share.is_directory = true;
    share.sharing = plan::FileGrant::Sharing::shared;
    share.purpose = "filesystem 0";
    plan.files.push_back(share);
    const auto fails = [&](OpenFd fd) {
        auto view = confined(plan);
        view.fds.push_back(std::move(fd));
        return failing(verify(plan, view));
    };
    EXPECT_EQ(fails(open_fd(20, "/srv/share", false)), Names{});
    EXPECT_EQ(fails(open_fd(20, "/srv/share/a/file", true)), Names{});
    EXPECT_EQ(fails(open_fd(20, "/srv/share2/file")), Names{"descriptor 20"});
    EXPECT_EQ(fails(device_fd(20, "/srv/share/mem", {1, 1}, false, true)), Names{"descriptor 20"});
    plan.files.back().sharing = plan::FileGrant::Sharing::readonly;
    EXPECT_EQ(fails(open_fd(20, "/srv/share/a/file")), Names{});
    EXPECT_EQ(fails(open_fd(20, "/srv/share/a/file", true)), Names{"descriptor 20"});
}

struct Breach {
    const char* row;
    std::function<void(KernelView&)> make;
};

TEST(Verify, AnotherProgramInAnAttendantsPlaceIsAStranger) {
    const auto plan = tests::sample_plan();
    auto view = confined(plan);
    view.companions[0].executable = "/bin/sh";
    EXPECT_EQ(failing(verify(plan, view)), (Names{"program tpm0", "process 4321"}));
}

TEST(Verify, EachBreachFailsItsRowAlone) {
    const std::vector<Breach> breaches{
        {"uid", [](auto& v) { v.uids[2] = 0; }},
        {"uid", [](auto& v) { v.uids.fill(0); }},
        {"gid", [](auto& v) { v.gids[3] = 0; }},
        {"groups", [](auto& v) { v.groups.push_back(Gid{0}); }},
        {"groups", [](auto& v) { v.groups.clear(); }},
        {"capabilities effective", [](auto& v) { v.capabilities.effective = 1; }},
        {"capabilities permitted", [](auto& v) { v.capabilities.permitted = 1; }},
        {"capabilities inheritable", [](auto& v) { v.capabilities.inheritable = 1; }},
        {"capabilities bounding", [](auto& v) { v.capabilities.bounding = 0x1fffeffffff; }},
        {"capabilities ambient", [](auto& v) { v.capabilities.ambient = 1; }},
        {"no_new_privs", [](auto& v) { v.no_new_privs = false; }},
        {"seccomp", [](auto& v) { v.seccomp_filters = 1; }},
        {"process label", [](auto& v) { v.process_label = "system_u:system_r:virtd_t:s0"; }},
        {"process label", [](auto& v) { v.process_label.clear(); }},
        {"mount namespace", [](auto& v) { v.namespaces.mount = false; }},
        {"sight of files", [](auto& v) { v.mounts.clear(); }},
        {"sight of files", [](auto& v) { v.mounts[0].read_only = false; }},
        {"sight of files", [](auto& v) { v.mounts[1].read_only = false; }},
        {"sight of files",
         [](auto& v) {
             v.mounts.push_back({"/home", true});
         }},
        {"sight of files",
         [](auto& v) {
             v.mounts.push_back({"/dev/sda", false});
         }},
        {"PID namespace", [](auto& v) { v.namespaces.pid = false; }},
        {"IPC namespace", [](auto& v) { v.namespaces.ipc = false; }},
        {"network namespace", [](auto& v) { v.namespaces.network = false; }},
        {"limit core", [](auto& v) { v.limits[RLIMIT_CORE].hard = 1; }},
        {"limit nofile", [](auto& v) { v.limits[RLIMIT_NOFILE].soft = 1; }},
        {"limit memlock", [](auto& v) { v.limits.erase(RLIMIT_MEMLOCK); }},
        {"environment", [](auto& v) { v.environment->emplace_back("LD_PRELOAD=/x.so"); }},
        {"environment", [](auto& v) { v.environment.reset(); }},
        {"OOM score", [](auto& v) { v.oom_score_adjust = -1000; }},
        {"OOM score", [](auto& v) { v.oom_score_adjust.reset(); }},
        {"program tpm0", [](auto& v) { v.companions[0].namespaces.mount = false; }},
        {"program tpm0", [](auto& v) { v.companions[0].namespaces.network = false; }},
        {"program tpm0", [](auto& v) { v.companions.clear(); }},
        {"program tpm0", [](auto& v) { v.companions[0].uids[2] = 0; }},
        {"program tpm0", [](auto& v) { v.companions[0].gids[0] = 0; }},
        {"program tpm0", [](auto& v) { v.companions[0].groups.clear(); }},
        {"program tpm0", [](auto& v) { v.companions[0].capabilities.effective = 1; }},
        {"program tpm0", [](auto& v) { v.companions[0].capabilities.permitted = 1; }},
        {"program tpm0", [](auto& v) { v.companions[0].capabilities.inheritable = 1; }},
        {"program tpm0", [](auto& v) { v.companions[0].capabilities.bounding = 1; }},
        {"program tpm0", [](auto& v) { v.companions[0].capabilities.ambient = 1; }},
        {"program tpm0", [](auto& v) { v.companions[0].no_new_privs = false; }},
        {"program tpm0", [](auto& v) { v.companions[0].seccomp_mode = 0; }},
        {"program tpm0", [](auto& v) { v.companions[0].label.clear(); }},
        {"process 4321", [](auto& v) { v.companions.push_back(v.companions[0]); }},
        {"cgroup", [](auto& v) { v.cgroup = v.scope_cgroup; }},
        {"cgroup", [](auto& v) { v.scope_cgroup = "/x/vmwarden-hello.scope"; }},
        {"cgroup", [](auto& v) { v.cgroup = v.scope_cgroup = ""; }},
        {"device filter", [](auto& v) { v.device_filter = false; }},
        {"device filter", [](auto& v) { v.device_filter.reset(); }},
        {"devices outside the plan", [](auto& v) { v.devices->at(0).readable = true; }},
        {"devices outside the plan", [](auto& v) { v.devices->at(2).writable = true; }},
        {"devices of the plan", [](auto& v) { v.devices->at(1).writable = false; }},
        {"processes", [](auto& v) { v.tasks.value = 1027; }},
        {"processes", [](auto& v) { v.tasks.value.reset(); }},
        {"memory", [](auto& v) { v.memory.value = std::numeric_limits<std::uint64_t>::max(); }},
        {"memory", [](auto& v) { v.memory.value.reset(); }},
        {"processor weight", [](auto& v) { v.scope_files["cpu.weight"] = "100\n"; }},
        {"processor time", [](auto& v) { v.scope_files["cpu.max"] = "max 100000\n"; }},
        {"memory reclaim", [](auto& v) { v.scope_files.erase("memory.high"); }},
        {"memory guarantee", [](auto& v) { v.scope_files["memory.low"] = "0\n"; }},
        {"swap", [](auto& v) { v.scope_files["memory.swap.max"] = "max\n"; }},
        {"disk weight", [](auto& v) { v.scope_files["io.weight"] = "254:0 300\n"; }},
        {"processors", [](auto& v) { v.scope_files["cpuset.cpus"] = "\n"; }},
        {"memory nodes", [](auto& v) { v.scope_files["cpuset.mems"] = "0-1\n"; }},
        {"weight of /dev/vda", [](auto& v) { v.scope_files["io.weight"] = "default 200\n"; }},
        {"limits of /dev/vda", [](auto& v) { v.scope_files["io.max"] = ""; }},
        {"processors of QEMU", [](auto& v) { v.threads[0].processors = "0-3"; }},
        {"processors of vcpu 0", [](auto& v) { v.threads[3].processors = "0-3"; }},
        {"processors of vcpu 0", [](auto& v) { v.threads.pop_back(); }},
        {"processors of iothread 4", [](auto& v) { v.threads[2].name = "IO iothread41"; }},
        {"identity of disk vda", [](auto& v) { v.files[0].id.inode = 1; }},
        {"identity of kernel", [](auto& v) { v.files[2].readable = false; }},
        {"owner of disk vda", [](auto& v) { v.files[0].owner.uid.value = 0; }},
        {"label of disk vda", [](auto& v) { v.files[0].label = "system_u:object_r:tmp_t:s0"; }},
        {"label of kernel", [](auto& v) { v.files[2].label.clear(); }},
        {"descriptors", [](auto& v) { v.fds.clear(); }},
    };
    const auto plan = tests::sample_plan();
    for (std::size_t i = 0; i < breaches.size(); ++i) {
        auto view = confined(plan);
        breaches[i].make(view);
        const auto rows = verify(plan, view);
        const auto failed = failing(rows);
        ASSERT_EQ(failed.size(), 1U) << i << " " << breaches[i].row;
        EXPECT_EQ(failed[0], breaches[i].row) << i;
        const auto row = std::find_if(rows.begin(), rows.end(), [](auto& r) { return !r.holds; });
        EXPECT_NE(row->hint, "") << i;
        EXPECT_NE(row->planned, row->found) << i;
    }
}

const VerifyRow& row_of(const std::vector<VerifyRow>& rows, const char* protection) {
    return *std::find_if(rows.begin(), rows.end(),
                         [&](const auto& row) { return row.protection == protection; });
}

TEST(Verify, AHostWithoutAControllerHasNoLimitAndSaysSo) {
    const auto plan = tests::sample_plan();
    auto view = confined(plan);
    view.tasks = view.memory = {};
    const auto rows = verify(plan, view);
    EXPECT_EQ(failing(rows), Names{});
    EXPECT_NE(row_of(rows, "processes").found.find("has no controller pids"), std::string::npos);
    EXPECT_NE(row_of(rows, "memory").found.find("has no controller memory"), std::string::npos);
}

TEST(Verify, AHostWithoutControllersHoldsThreadsAlone) {
    const auto plan = tests::sample_plan();
    auto view = confined(plan);
    view.controllers.clear();
    view.scope_files.clear();
    const auto rows = verify(plan, view);
    EXPECT_EQ(failing(rows), Names{});
    EXPECT_NE(row_of(rows, "swap").found.find("has no controller memory"), std::string::npos);
    view.threads.clear();
    EXPECT_EQ(failing(verify(plan, view)).size(), 3U);
}

TEST(Verify, APlanWithoutAShareHasNoRowsOfIt) {
    auto plan = tests::sample_plan();
    plan.scope.tuning.reset();
    auto view = confined(plan);
    view.controllers.clear();
    view.scope_files.clear();
    view.threads.clear();
    EXPECT_EQ(failing(verify(plan, view)), Names{});
}

TEST(Verify, MemoryWithoutALimitHoldsAndNamesTheLine) {
    auto plan = tests::sample_plan();
    plan.scope.memory_max = 0;
    plan.decisions.push_back({"memory", "no limit", "policy 50-site.yaml:3:1"});
    auto view = confined(plan);
    view.memory.value = std::numeric_limits<std::uint64_t>::max();
    const auto rows = verify(plan, view);
    EXPECT_EQ(failing(rows), Names{});
    EXPECT_EQ(row_of(rows, "memory").planned, "no limit [policy 50-site.yaml:3:1]");
}

TEST(Verify, NamesEveryDescriptorWithoutAReason) {
    const auto plan = tests::sample_plan();
    auto other = plan.files[0];
    other.id.inode += 1;
    const std::vector<OpenFd> unexplained{
        open_fd(20, "/etc/passwd"),
        open_fd(20, "/usr/bin/sudo", true), // written to
        open_fd(20, "anon_inode:bpf-prog", true),
        open_fd(20, "anon_inode:[userfaultfd]", true),
        open_fd(20, "anon_inode:[pidfd]"),
        open_fd(20, "/memfd:x", true), // a file of that name, not a memfd
        open_fd(20, "/var/log/vmwarden/other.log", true),
        file_fd(20, other, true),
        file_fd(20, plan.files[2], true), // a read-only file, written to
        device_fd(20, "/dev/mem", {1, 1}, false, true),
        device_fd(20, "/dev/vda", {254, 0}, true, false),
        device_fd(20, "/dev/ram3", {1, 3}, true,
                  true), // the number of /dev/null, but a block device
        device_fd(20, "/dev/vg/hello", {254, 3}, false,
                  true), // the number of the disk, but not one
        device_fd(20, "/dev/tty1", {4, 1}, false, true),
    };
    for (std::size_t i = 0; i < unexplained.size(); ++i) {
        auto view = confined(plan);
        view.fds.push_back(unexplained[i]);
        const auto rows = verify(plan, view);
        EXPECT_EQ(failing(rows), Names{"descriptor 20"}) << i;
        EXPECT_NE(rows.back().found.find(unexplained[i].target), std::string::npos) << i;
    }
}

TEST(Verify, ADeviceThatMayBeReadMayNotBeWritten) {
    auto plan = tests::sample_plan();
    plan.scope.devices[3].permissions = "r";
    plan.files[1].sharing = plan::FileGrant::Sharing::readonly;
    EXPECT_EQ(failing(verify(plan, confined(plan))), Names{"descriptor 14"});
}

TEST(Verify, SaysWhereTheFilterCouldNotBeReadBack) {
    const auto plan = tests::sample_plan();
    auto view = confined(plan);
    view.devices.reset();
    const auto rows = verify(plan, view);
    EXPECT_EQ(failing(rows), Names{});
    EXPECT_EQ(std::count_if(rows.begin(), rows.end(),
                            [](const auto& row) {
                                return row.found == "the kernel does not show its filter programs";
                            }),
              2);
}

TEST(Verify, TerminalsNeedTheirRule) {
    auto plan = tests::sample_plan();
    std::erase_if(plan.scope.devices, [](const auto& rule) { return rule.node == "char-pts"; });
    EXPECT_EQ(failing(verify(plan, confined(plan))), Names{"descriptor 17"});
}

TEST(Verify, WithoutAnyFilterOfSystemCallsBothRowsFail) {
    const auto plan = tests::sample_plan();
    auto view = confined(plan);
    view.seccomp_mode = 0;
    EXPECT_EQ(failing(verify(plan, view)), (Names{"seccomp", "system call filter"}));
    view = confined(plan);
    view.seccomp_filters.reset(); // a kernel that does not count them
    EXPECT_EQ(failing(verify(plan, view)), Names{});
}

TEST(Verify, AWallThatIsOffByNobodysWordFails) {
    auto plan = tests::sample_plan();
    auto& walls = plan.process.walls;
    walls.pid_namespace = walls.landlock = false;
    EXPECT_EQ(failing(verify(plan, confined(plan))), (Names{"PID namespace", "Landlock"}));
    plan.decisions.push_back({"PID namespace", "the host's", "policy a.yaml:4:1"});
    const auto rows = verify(plan, confined(plan));
    EXPECT_EQ(failing(rows), Names{"Landlock"});
    EXPECT_NE(row_of(rows, "PID namespace").planned.find("a.yaml:4:1"), std::string::npos);
}

TEST(Verify, WhatThePolicyTurnedOffHoldsAndNamesTheLine) {
    auto plan = tests::sample_plan();
    plan.process.expect_seccomp = plan.process.expect_no_new_privs = false;
    plan.process.exec_label = plan.security.process_label = "";
    plan.scope.device_filter = false;
    plan.scope.devices.clear();
    plan.decisions = {{"seccomp sandbox", "off", "policy a.yaml:1:1"},
                      {"security driver", "none", "policy a.yaml:2:1"},
                      {"device filter", "off", "policy a.yaml:3:1"},
                      {"system call filter", "off", "policy a.yaml:4:1"}};
    plan.process.walls.system_call_filter = false;
    auto view = confined(plan);
    view.no_new_privs = false;
    view.seccomp_mode = 0;
    view.process_label = "unconfined";
    view.device_filter = false;
    const auto rows = verify(plan, view);
    EXPECT_EQ(failing(rows), Names{});
    std::string planned;
    for (const auto& row : rows)
        planned += row.planned + "\n";
    EXPECT_NE(planned.find("off [policy a.yaml:1:1]"), std::string::npos);
    EXPECT_NE(planned.find("none [policy a.yaml:2:1]"), std::string::npos);
    EXPECT_NE(planned.find("off [policy a.yaml:3:1]"), std::string::npos);
}

TEST(Verify, WithoutTheFilterDisksMustStillBePlanned) {
    auto plan = tests::sample_plan();
    plan.scope.device_filter = false;
    plan.scope.devices.clear();
    auto view = confined(plan);
    EXPECT_EQ(failing(verify(plan, view)), Names{});
    view.fds.push_back(device_fd(20, "/dev/sda", {8, 0}, true, false));
    EXPECT_EQ(failing(verify(plan, view)), Names{"descriptor 20"});
}

TEST(Verify, KnowsScopesInTheRootSlice) {
    auto plan = tests::sample_plan();
    plan.scope.slice = "-.slice";
    auto view = confined(plan);
    view.scope_cgroup = "/vmwarden-hello.scope";
    view.cgroup = "/vmwarden-hello.scope/emulator";
    EXPECT_EQ(failing(verify(plan, view)), Names{});
}

} // namespace
} // namespace vmwarden
