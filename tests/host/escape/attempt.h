// SPDX-License-Identifier: LGPL-2.1-or-later
// What a taken-over emulator tries, as a table: all_attempts(). Each runs in a process of its own,
// so none of them ends the victim or changes what the next one finds.
//
// None does harm where it succeeds, for without walls it does succeed. What would (load a module,
// set the clock, reboot) asks with arguments that the kernel refuses after it has checked the
// permission, never before: past_the_check() tells the two apart.
#pragma once

#include <cerrno>
#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

namespace vmwarden::escape {

// What the host case has put up to be tried at, by name: "guest-pid", "guest-disk", "tcp-port";
// "cgroup" is the node that holds the victim to its limits.
class Targets {
  public:
    // Lines of "NAME VALUE", up to the end or the first NUL: the file may be a disk image. "-" is
    // standard input.
    void read(const std::string& path);
    // That the caller's parent is WHO; 0 where it is in another PID namespace.
    void note_parent(const std::string& who);
    [[nodiscard]] bool has(const std::string& name) const { return values_.count(name) != 0; }
    // Throws std::out_of_range for a name that is not there.
    [[nodiscard]] const std::string& text(const std::string& name) const {
        return values_.at(name);
    }
    [[nodiscard]] long number(const std::string& name) const;
    // Of the process "WHO-pid": 0, which no process has, when that number is another process here,
    // as in a PID namespace it may be.
    [[nodiscard]] pid_t pid(const std::string& who) const;
    // "/proc/PID/ENTRY".
    [[nodiscard]] std::string proc(const std::string& who, const std::string& entry) const;

  private:
    [[nodiscard]] bool is_named(const std::string& who) const;

    std::map<std::string, std::string> values_;
};

struct Attempt {
    std::string name;
    std::vector<std::string> needs; // targets; without one of them it is not tried
    // As a system call: -1 and errno is a refusal, anything else a success.
    std::function<long(const Targets&)> run;
};

using Attempts = std::vector<Attempt>;

void add_files(Attempts& list);
void add_identity(Attempts& list);
void add_processes(Attempts& list);
void add_kernel(Attempts& list);
void add_namespaces(Attempts& list);
void add_ipc(Attempts& list);
void add_network(Attempts& list);
void add_limits(Attempts& list); // the fork bomb is its last

Attempts all_attempts();

// How one ended. `how`: an errno's name, a signal's, or "stuck".
struct Verdict {
    bool allowed = false;
    std::string how;
};
Verdict judge(const Attempt& attempt, const Targets& targets);

// -1 with that errno.
long refuse(int error);

// 0 unless `result` is a refusal for want of permission, or the kernel has no such thing.
long past_the_check(long result, std::initializer_list<int> refusals = {EPERM, EACCES, ENOSYS});

// Opens and closes.
long try_open(const std::string& path, int flags);

// A directory that this process may write to; empty: none. The case's own comes first.
std::string writable_directory(const Targets& targets);

// A name in it that nobody has; refuses by an empty name where there is no such directory.
std::string new_name(const Targets& targets);

} // namespace vmwarden::escape
