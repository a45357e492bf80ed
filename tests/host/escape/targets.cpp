// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/host/escape/attempt.h"

#include <fcntl.h>
#include <fstream>
#include <iostream>
#include <sstream>
#include <unistd.h>

namespace vmwarden::escape {

namespace {

// Empty where it cannot be looked at.
std::string command_of(const std::string& pid) {
    std::ifstream file("/proc/" + pid + "/comm");
    std::string command;
    std::getline(file, command);
    return command;
}

} // namespace

void Targets::note_parent(const std::string& who) {
    const std::string pid = std::to_string(getppid());
    values_[who + "-pid"] = pid;
    values_[who + "-comm"] = command_of(pid);
}

void Targets::read(const std::string& path) {
    std::ifstream file;
    if (path != "-") file.open(path);
    std::stringstream whole;
    whole << (path == "-" ? std::cin.rdbuf() : file.rdbuf());
    std::istringstream lines(whole.str().substr(0, whole.str().find('\0')));
    for (std::string line; std::getline(lines, line);)
        if (const auto space = line.find(' '); space != std::string::npos)
            values_[line.substr(0, space)] = line.substr(space + 1);
}

long Targets::number(const std::string& name) const {
    return std::stol(text(name), nullptr, 0);
}

// By the number that this process calls it by; nobody gets at himself.
pid_t Targets::pid(const std::string& who) const {
    const auto pid = static_cast<pid_t>(number(who + "-pid"));
    const bool own = pid == getpid() || pid == getppid(); // the attempt, or the victim
    return own || !is_named(who) ? 0 : pid;
}

// /proc may be that of another PID namespace.
std::string Targets::proc(const std::string& who, const std::string& entry) const {
    return "/proc/" + (is_named(who) ? text(who + "-pid") : "0") + "/" + entry;
}

// One that cannot be looked at is tried by its number alone.
bool Targets::is_named(const std::string& who) const {
    const std::string command = command_of(text(who + "-pid"));
    return command.empty() || command == text(who + "-comm");
}

long refuse(int error) {
    errno = error;
    return -1;
}

long past_the_check(long result, std::initializer_list<int> refusals) {
    if (result >= 0) return 0;
    for (const int refusal : refusals)
        if (errno == refusal) return -1;
    return 0;
}

long try_open(const std::string& path, int flags) {
    const int fd = open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd >= 0) close(fd);
    return fd;
}

std::string writable_directory(const Targets& targets) {
    std::vector<std::string> candidates{"/tmp", "/var/tmp", "/dev/shm"};
    if (targets.has("work")) candidates.insert(candidates.begin(), targets.text("work"));
    for (const std::string& directory : candidates) {
        const int fd = open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        if (fd < 0) continue;
        close(fd);
        return directory;
    }
    return "";
}

std::string new_name(const Targets& targets) {
    const std::string directory = writable_directory(targets);
    return directory.empty() ? "" : directory + "/escape-" + std::to_string(getpid());
}

} // namespace vmwarden::escape
