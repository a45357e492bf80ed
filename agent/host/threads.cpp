// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/threads.h"

#include "agent/host/lines.h"
#include "agent/host/read_text.h"
#include "src/base/unique_fd.h"

#include <cerrno>
#include <charconv>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sched.h>
#include <string>
#include <system_error>

namespace vmwarden::host {

namespace {

struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
};

[[noreturn]] void fail(int error, const std::string& what) {
    throw std::system_error(error == ENOENT ? ESRCH : error, std::generic_category(), what);
}

std::string tasks_of(pid_t process) {
    return "/proc/" + std::to_string(process) + "/task";
}

UniqueFd task_directory(pid_t process, pid_t thread) {
    const auto path = tasks_of(process) + "/" + std::to_string(thread);
    return UniqueFd(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

struct FreeSet {
    void operator()(cpu_set_t* set) const { CPU_FREE(set); }
};

} // namespace

std::vector<pid_t> thread_ids(pid_t process) {
    const std::unique_ptr<DIR, CloseDirectory> directory(::opendir(tasks_of(process).c_str()));
    if (!directory) fail(errno, "cannot list the threads of a process");
    std::vector<pid_t> out;
    errno = 0;
    while (const dirent* entry = ::readdir(directory.get())) {
        const std::string_view name = entry->d_name;
        pid_t thread = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), thread);
        if (error == std::errc() && end == name.data() + name.size()) out.push_back(thread);
    }
    if (errno != 0) fail(errno, "cannot list the threads of a process");
    return out;
}

// The last of "NSpid:	4711	1": of the innermost namespace.
std::map<pid_t, pid_t> threads_by_own_number(pid_t process) {
    std::map<pid_t, pid_t> out;
    for (const pid_t thread : thread_ids(process)) {
        const UniqueFd task = task_directory(process, thread);
        const auto status = task ? read_text("status", task.get()) : std::nullopt;
        if (!status) continue;
        const auto numbers = value_of(*status, "NSpid:");
        const auto last = numbers.substr(numbers.find_last_of(" \t") + 1);
        pid_t number = 0;
        const auto [end, error] = std::from_chars(last.data(), last.data() + last.size(), number);
        if (error == std::errc() && end == last.data() + last.size()) out[number] = thread;
    }
    return out;
}

void hold_thread(pid_t process, pid_t thread, const NumberSet& processors) {
    if (!task_directory(process, thread))
        fail(errno, "thread " + std::to_string(thread) + " is not the process'");
    constexpr std::size_t most = NumberSet::largest + 1;
    const std::unique_ptr<cpu_set_t, FreeSet> set(CPU_ALLOC(most));
    if (!set) fail(ENOMEM, "no memory for a set of processors");
    const auto size = CPU_ALLOC_SIZE(most);
    CPU_ZERO_S(size, set.get());
    for (const auto& range : processors.ranges())
        for (std::size_t number = range.first; number <= range.last; ++number)
            CPU_SET_S(number, size, set.get());
    if (::sched_setaffinity(thread, size, set.get()) != 0)
        fail(errno, "cannot hold thread " + std::to_string(thread) + " to processors " +
                        processors.text());
}

// A thread that ends meanwhile is left out.
std::vector<ThreadView> thread_views(pid_t process) {
    std::vector<ThreadView> out;
    for (const pid_t thread : thread_ids(process)) {
        const UniqueFd task = task_directory(process, thread);
        const auto status = task ? read_text("status", task.get()) : std::nullopt;
        if (!status) continue;
        const auto list = value_of(*status, "Cpus_allowed_list:");
        const auto set = NumberSet::parse(list);
        out.push_back({thread == process, std::string(value_of(*status, "Name:")),
                       set ? set->text() : std::string(list)});
    }
    return out;
}

} // namespace vmwarden::host
