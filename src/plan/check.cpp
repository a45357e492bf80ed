// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/plan/check.h"

#include "src/base/number_set.h"
#include "src/base/text.h"
#include "src/plan/attendant.h"

#include <sys/resource.h>

#include <csignal>
#include <map>
#include <set>
#include <string_view>

namespace vmwarden::plan {

namespace {

constexpr unsigned categories = 1024; // of SELinux' MCS policies: c0 to c1023

bool absolute(std::string_view path) {
    return path.starts_with('/');
}

std::string guest_rule(const LaunchPlan& plan) {
    if (plan.name.empty() || plan.name.find('/') != std::string::npos)
        return "the guest's name is empty or has a slash";
    if (!absolute(plan.state_directory)) return "the state directory is not an absolute path";
    return {};
}

std::string tuning_rule(const Tuning& tuning) {
    const auto is_set = [](const std::string& text) {
        const auto set = NumberSet::parse(text);
        return set && set->text() == text;
    };
    for (const auto* text : {&tuning.processors, &tuning.memory_nodes})
        if (!text->empty() && !is_set(*text)) return "'" + *text + "' is no list of numbers";
    for (const auto& thread : tuning.threads)
        if (!is_set(thread.processors))
            return "'" + thread.processors + "' is no list of processors";
    for (const auto& limit : tuning.io)
        if (!absolute(limit.path)) return "a limited device has no absolute path";
    if ((tuning.cpu_quota_usec == 0) != (tuning.cpu_period_usec == 0))
        return "a quota of processor time and its period belong together";
    return {};
}

std::string scope_rule(const Scope& scope) {
    if (!scope.unit.ends_with(".scope")) return "the unit '" + scope.unit + "' is no scope";
    if (!scope.slice.ends_with(".slice")) return "the slice '" + scope.slice + "' is no slice";
    if (scope.kill_signal < 1 || scope.kill_signal > SIGRTMAX)
        return "the stop signal " + std::to_string(scope.kill_signal) + " does not exist";
    if (!scope.device_filter && !scope.devices.empty())
        return "there are device rules without a device filter";
    for (const auto& rule : scope.devices) {
        const bool known = rule.permissions.find_first_not_of("rwm") == std::string::npos;
        if (rule.systemd.empty() || rule.permissions.empty() || !known)
            return "the device rule for '" + rule.node + "' is not one";
    }
    return scope.tuning ? tuning_rule(*scope.tuning) : "";
}

std::string program_rule(const Process& process) {
    if (!absolute(process.executable)) return "the executable is not an absolute path";
    if (!absolute(process.working_directory))
        return "the working directory is not an absolute path";
    if (process.argv.empty()) return "the command line is empty";
    if (process.umask > 0777) return "the umask has more than permission bits";
    for (const auto& entry : process.environment)
        if (entry.find('=') == std::string::npos || entry.starts_with('='))
            return "the environment entry '" + entry + "' is not NAME=value";
    return {};
}

std::string walls_rule(const Walls& walls) {
    // Its /proc would be the host's, in which it does not find itself.
    if (walls.pid_namespace && !walls.mount_namespace)
        return "a PID namespace needs a mount namespace";
    constexpr int most = 1000;
    if (walls.oom_score_adjust < 0 || walls.oom_score_adjust > most)
        return "the OOM score is not from 0 to 1000";
    for (const auto& bind : walls.binds)
        if (!absolute(bind.path) || !absolute(bind.source))
            return "the path of what QEMU sees is not absolute";
    return {};
}

std::string limits_rule(const std::vector<ResourceLimit>& limits) {
    std::set<int> seen;
    for (const auto& limit : limits) {
        if (limit.resource < 0 || limit.resource >= static_cast<int>(RLIM_NLIMITS))
            return "the resource limit " + std::to_string(limit.resource) + " does not exist";
        if (!seen.insert(limit.resource).second)
            return "the resource limit " + std::to_string(limit.resource) + " is listed twice";
    }
    return {};
}

std::string fds_rule(const std::vector<InheritedFd>& fds) {
    std::set<int> numbers;
    std::set<InheritedFd::Kind> kinds;
    for (const auto& fd : fds) {
        const auto name = "descriptor " + std::to_string(fd.number);
        if (fd.number <= 2) return name + " is a standard one";
        if (!numbers.insert(fd.number).second) return name + " is listed twice";
        const bool first = kinds.insert(fd.kind).second;
        const bool one_alone = fd.kind == InheritedFd::Kind::qmp_listener ||
                               fd.kind == InheritedFd::Kind::shim_monitor;
        if (!first && one_alone) return name + " is one too many";
        const bool has_path = fd.kind != InheritedFd::Kind::shim_monitor &&
                              fd.kind != InheritedFd::Kind::network &&
                              fd.kind != InheritedFd::Kind::attendant;
        if (has_path && !absolute(fd.path)) return name + " has no absolute path";
        if ((fd.kind == InheritedFd::Kind::overlay) != fd.bytes.has_value())
            return name + " has a size and is no overlay, or is one without";
    }
    return {};
}

std::string files_rule(const std::vector<FileGrant>& files) {
    for (const auto& file : files)
        if (!absolute(file.path) || !absolute(file.resolved))
            return "the path of " + file.purpose + " is not absolute";
    return {};
}

// Every queue has its descriptor, every descriptor its device, every device a name of its own.
std::string networks_rule(const LaunchPlan& plan) {
    std::map<std::string, std::uint32_t> queues;
    for (const auto& fd : plan.process.fds)
        if (fd.kind == InheritedFd::Kind::network) ++queues[fd.device];
    for (const auto& device : plan.networks) {
        const auto what = "the network device '" + device.name + "'";
        if (!is_interface_name(device.name)) return what + " has a name that is none";
        const auto found = queues.find(device.name);
        if (found == queues.end() || found->second != device.queues || device.queues == 0)
            return what + " is there twice, or has other descriptors than queues";
        queues.erase(found);
        const bool macvtap = device.kind == NetworkDevice::Kind::macvtap;
        if (macvtap != is_interface_name(device.lower)) return what + " lies over the wrong device";
        if (!device.bridge.empty() &&
            (device.kind != NetworkDevice::Kind::tap || !is_interface_name(device.bridge)))
            return what + " is on a bridge where it cannot be";
    }
    return queues.empty() ? "" : "a descriptor is for a network device that is not in the plan";
}

// Each is one program with one descriptor, and QEMU has the other end of it.
std::string attendants_rule(const LaunchPlan& plan) {
    std::multiset<std::string> ends;
    for (const auto& fd : plan.process.fds)
        if (fd.kind == InheritedFd::Kind::attendant) ends.insert(fd.device);
    for (const auto& attendant : plan.attendants) {
        const auto what = "the program '" + attendant.name + "' beside QEMU";
        if (attendant.name.empty() || attendant.name.size() > longest_attendant_name)
            return what + " has a name that is none";
        if (!absolute(attendant.executable) || attendant.argv.empty())
            return what + " has no absolute path or no command line";
        if (attendant.fd <= 2) return what + " has a standard descriptor for its own";
        if (ends.count(attendant.name) != 1)
            return what + " is there twice, or is not connected with QEMU";
        ends.erase(attendant.name);
    }
    return ends.empty() ? "" : "a descriptor is for a program that is not in the plan";
}

std::string directories_rule(const std::vector<GuestDirectory>& directories) {
    for (const auto& directory : directories)
        if (!absolute(directory.path))
            return "the directory for " + directory.purpose + " is not an absolute path";
    return {};
}

std::string security_rule(const LaunchPlan& plan) {
    const auto& security = plan.security;
    const bool no_pair = security.category_low == 0 && security.category_high == 0;
    const bool pair =
        security.category_low < security.category_high && security.category_high < categories;
    if (!no_pair && !pair) return "the category pair is not one";
    if (plan.process.exec_label != security.process_label)
        return "the label for the exec is not the label of the process";
    return {};
}

} // namespace

std::string broken_rule(const LaunchPlan& plan) {
    for (auto rule :
         {guest_rule(plan), scope_rule(plan.scope), program_rule(plan.process),
          walls_rule(plan.process.walls), limits_rule(plan.process.limits),
          fds_rule(plan.process.fds), files_rule(plan.files), networks_rule(plan),
          attendants_rule(plan), directories_rule(plan.directories), security_rule(plan)})
        if (!rule.empty()) return rule;
    return {};
}

} // namespace vmwarden::plan
