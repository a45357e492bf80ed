// SPDX-License-Identifier: LGPL-2.1-or-later
// wall-tool: runs a program behind some of the walls around a guest and not the others.
//
//   wall-tool PLAN WALL...   PLAN is JSON: executable, argv, uid, gid, groups, binds
//
// The walls are the shim's own steps, each left out unless it is named; systemd makes those of the
// scope, for the service that this runs in. Whatever it needs to be tried at is there: a terminal
// that can be typed on, a descriptor of root's, a variable with a secret. Standard input and output
// are the program's; exits as it does.
#include "agent/shim/steps.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <sched.h>
#include <set>
#include <stdexcept>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace {

using namespace vmwarden;
using nlohmann::json;
using Walls = std::set<std::string>;

constexpr int stray_descriptor = 20;

// Steps that are there for every guest, and the wall that each belongs to.
const std::map<std::string_view, std::string> steps_of_walls{
    {"session", "session"},
    {"ptrace protection", "never"}, // ends with the exec
    {"descriptors", "descriptors"},
    {"resource limits", "limits"},
    {"bounding set", "capabilities"},
    {"securebits", "capabilities"},
    {"supplementary groups", "uid"},
    {"gid", "uid"},
    {"uid", "uid"},
    {"capabilities", "capabilities"},
    {"exec label", "never"}, // SELinux stands on all of the host, or not at all
    {"no new privileges", "no-new-privileges"},
    {"shim privileges", "never"}, // there is no shim to wait for
};

int checked(int result, const char* what) {
    if (result < 0) throw std::system_error(errno, std::generic_category(), what);
    return result;
}

// Whose switch is in the plan.
plan::Walls walls_of(const json& from, const Walls& named) {
    plan::Walls walls;
    walls.mount_namespace = named.contains("mount");
    walls.pid_namespace = named.contains("pid");
    walls.ipc_namespace = named.contains("ipc");
    walls.network_namespace = named.contains("network");
    walls.landlock = named.contains("landlock");
    walls.system_call_filter = named.contains("system-calls");
    for (const std::string& path : from.value("binds", std::vector<std::string>{}))
        walls.binds.push_back({path, path, {}, true, false, false, "test"});
    return walls;
}

plan::Process process_of(const json& from, const Walls& walls) {
    plan::Process process;
    process.executable = from.at("executable");
    process.argv = from.at("argv");
    process.identity = {{from.at("uid")}, {from.at("gid")}, {}};
    for (const std::uint32_t gid : from.value("groups", std::vector<std::uint32_t>{}))
        process.identity.groups.push_back({gid});
    process.limits = {{RLIMIT_CORE, 0}, {RLIMIT_MEMLOCK, 65536}};
    process.walls = walls_of(from, walls);
    process.environment = {"LC_ALL=C"};
    if (!walls.contains("environment")) process.environment.push_back("ESCAPE_SECRET=yes");
    return process;
}

std::vector<shim::Step> chosen_steps(const Walls& walls) {
    std::vector<shim::Step> chosen;
    for (const shim::Step& step : shim::steps()) {
        const auto found = steps_of_walls.find(step.name);
        if (found == steps_of_walls.end() || walls.contains(found->second)) chosen.push_back(step);
    }
    return chosen;
}

// Ours is then the session that a terminal belongs to, as of who starts an agent by hand.
void take_terminal() {
    checked(setsid(), "setsid");
    const int master = checked(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), "posix_openpt");
    checked(unlockpt(master), "unlockpt");
    const int slave = checked(open(ptsname(master), O_RDWR | O_CLOEXEC), "terminal");
    checked(ioctl(slave, TIOCSCTTY, 0), "controlling terminal");
}

[[noreturn]] void become(const plan::Process& process, const std::vector<shim::Step>& steps) {
    const int secret = checked(open("/etc/shadow", O_RDONLY | O_CLOEXEC), "/etc/shadow");
    checked(dup2(secret, stray_descriptor), "dup2");
    // A step that fails says so there; this process then exits with the step's code.
    const int words = checked(open("/dev/null", O_RDWR | O_CLOEXEC), "/dev/null");
    shim::StepContext context{process, {{0, 0}, {1, 1}, {2, 2}}, words};
    shim::walk(steps, context);
}

int wait_for(pid_t child) {
    int status = 0;
    checked(waitpid(child, &status, 0), "waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int run(const json& from, const Walls& walls) {
    const plan::Process process = process_of(from, walls);
    const std::vector<shim::Step> steps = chosen_steps(walls);
    const pid_t leader = checked(fork(), "fork");
    if (leader != 0) return wait_for(leader);
    take_terminal();
    if (process.walls.pid_namespace) checked(unshare(CLONE_NEWPID), "PID namespace");
    const pid_t child = checked(fork(), "fork");
    if (child == 0) become(process, steps);
    return wait_for(child);
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::cerr << "usage: wall-tool PLAN WALL...\n";
        return 2;
    }
    try {
        return run(json::parse(argv[1]), Walls(argv + 2, argv + argc));
    } catch (const std::exception& error) {
        std::cerr << error.what() << std::endl;
        return 1;
    }
}
