// SPDX-License-Identifier: LGPL-2.1-or-later
// executor-tool: the executor without an agent around it, for the host cases.
//
//   executor-tool launch     a plan out of JSON on standard input; prints {qemu, shim} and exits,
//                            which leaves the guest as a killed agent does
//   executor-tool take-back NAME | kill NAME | survey
//   executor-tool grants PATH N
//                            gives a file to a guest and takes it back, N times; prints how often
//                            that was done and how often it was refused
//
// Exits with 1 and the reason on standard error when a launch fails.
#include "agent/executor/executor.h"
#include "agent/executor/granted_files.h"
#include "agent/host/file_fact.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace {

using namespace vmwarden;
using nlohmann::json;

plan::FileGrant grant_of(const json& from) {
    plan::FileGrant grant;
    grant.path = from.at("path");
    grant.resolved = std::filesystem::canonical(grant.path);
    struct stat info {};
    if (stat(grant.resolved.c_str(), &info) != 0) throw std::runtime_error(grant.resolved);
    grant.id = {info.st_dev, info.st_ino + from.value("wrong_inode", 0U)};
    grant.is_device = S_ISBLK(info.st_mode) || S_ISCHR(info.st_mode);
    if (grant.is_device) grant.device = {major(info.st_rdev), minor(info.st_rdev)};
    grant.purpose = from.value("purpose", "disk vda");
    if (from.contains("uid")) grant.owner = Owner{{from.at("uid")}, {from.at("gid")}};
    grant.label = from.value("label", "");
    if (from.value("readonly", false)) grant.sharing = plan::FileGrant::Sharing::readonly;
    return grant;
}

void take_process(plan::Process& process, const json& from) {
    process.executable = from.at("executable");
    process.argv = from.value("argv", std::vector<std::string>{process.executable});
    process.identity = {{from.at("uid")}, {from.at("gid")}, {}};
    for (const std::uint32_t gid : from.value("groups", std::vector<std::uint32_t>{}))
        process.identity.groups.push_back({gid});
    for (const auto& [resource, value] :
         from.value("limits", std::vector<std::pair<int, std::uint64_t>>{}))
        process.limits.push_back({resource, value});
    process.umask = 077;
    process.working_directory = from.value("directory", "/");
    process.exec_label = from.value("process_label", "");
    process.no_new_privs_before_exec = from.value("no_new_privs", true);
    process.expect_no_new_privs = true;
    process.expect_seccomp = from.value("expect_seccomp", false);
}

LaunchPlan plan_of(const json& from) {
    LaunchPlan plan;
    plan.name = from.at("name");
    plan.state_directory = "/run/vmwarden/guests/" + plan.name;
    plan.scope.unit = from.value("unit", "vmwarden-" + plan.name + ".scope");
    plan.scope.slice = from.value("slice", "machine.slice");
    plan.scope.description = "test guest " + plan.name;
    plan.scope.tasks_max = 512;
    plan.scope.stop_timeout_usec = from.value("stop_timeout_usec", 60'000'000U);
    plan.scope.kill_signal = SIGWINCH;
    plan.scope.delegate = {"cpu", "memory", "io", "pids"};
    for (const std::string& node : from.value("devices", std::vector<std::string>{}))
        plan.scope.devices.push_back({node, node, "rw", "test"});
    take_process(plan.process, from);
    plan.security.process_label = plan.process.exec_label;
    plan.process.fds = {
        {plan::InheritedFd::Kind::qmp_listener, 10, plan.state_directory + "/qmp.sock"},
        {plan::InheritedFd::Kind::shim_monitor, 11, ""}};
    if (from.contains("log"))
        plan.process.fds.push_back({plan::InheritedFd::Kind::log_file, 12, from.at("log"), true});
    plan.shim.account = {{from.value("shim_uid", 65534U)}, {from.value("shim_gid", 65534U)}};
    for (const json& file : from.value("files", json::array()))
        plan.files.push_back(grant_of(file));
    // A launch ends where a wall is off and nobody has said so.
    for (const char* wall : {"mount namespace", "PID namespace", "IPC namespace",
                             "network namespace", "Landlock", "system call filter"})
        plan.decisions.push_back({wall, "off", "test"});
    return plan;
}

int launch() {
    const executor::RunningGuest guest = executor::launch(plan_of(json::parse(std::cin)));
    std::cout << json{{"qemu", guest.qemu_pid}, {"shim", guest.shim_pid}} << std::endl;
    return 0;
}

int take_back(const std::string& name) {
    std::vector<std::string> log;
    const executor::ExitRecord end = executor::take_back(name, log);
    std::cout << json{{"known", end.known},
                      {"signalled", end.signalled},
                      {"code", end.code},
                      {"last_words", end.last_words},
                      {"log", log}}
              << std::endl;
    return 0;
}

int survey() {
    json found = json::object();
    for (const executor::Survivor& survivor : executor::survey())
        found[survivor.name] = {{"alive", survivor.guest.has_value()},
                                {"answers", survivor.guest && survivor.guest->qmp},
                                {"paused", survivor.guest && survivor.guest->paused}};
    std::cout << found << std::endl;
    return 0;
}

// As probing, planning and launching do it, and somebody in between exchanges names.
int grants(const std::string& path, unsigned long rounds) {
    unsigned long given = 0;
    LaunchPlan plan;
    plan.name = "granted";
    for (unsigned long i = 0; i < rounds; ++i) {
        std::vector<std::string> log;
        try {
            const FileFact fact = host::file_fact(path, std::nullopt);
            if (fact.state != FileFact::State::present) throw std::runtime_error(fact.error);
            if (!fact.error.empty()) throw std::runtime_error(fact.error);
            plan::FileGrant grant;
            grant.path = path;
            grant.resolved = fact.resolved;
            grant.id = fact.id;
            grant.owner = Owner{{4321}, {4322}};
            plan.files = {grant};
            executor::grant_files(plan, executor::system_places());
            ++given;
        } catch (const std::exception&) {
        }
        executor::restore_files(plan.name, executor::system_places(), log);
    }
    std::cout << given << " " << rounds - given << std::endl;
    return 0;
}

int run(const std::vector<std::string>& words) {
    if (words == std::vector<std::string>{"launch"}) return launch();
    if (words == std::vector<std::string>{"survey"}) return survey();
    if (words.size() == 2 && words[0] == "take-back") return take_back(words[1]);
    if (words.size() == 2 && words[0] == "kill") {
        executor::kill_scope(words[1]);
        return 0;
    }
    if (words.size() == 3 && words[0] == "grants") return grants(words[1], std::stoul(words[2]));
    std::cerr << "usage: executor-tool launch | survey | take-back NAME | kill NAME |"
                 " grants PATH N\n";
    return 2;
}

} // namespace

int main(int argc, char** argv) {
    try {
        return run({argv + 1, argv + argc});
    } catch (const std::exception& error) {
        std::cerr << error.what() << std::endl;
        return 1;
    }
}
