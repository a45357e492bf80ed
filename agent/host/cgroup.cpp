// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/cgroup.h"

#include "agent/host/lines.h"
#include "agent/host/proc_text.h"
#include "agent/host/read_text.h"
#include "src/base/units.h"

#include <cerrno>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <system_error>

namespace vmwarden::host::cgroup {
namespace {

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

bool is_unified(int fd) {
    struct statfs info {};
    return fstatfs(fd, &info) == 0 && info.f_type == CGROUP2_SUPER_MAGIC;
}

void write_word(int node, const char* file, const std::string& word) {
    const UniqueFd fd(openat(node, file, O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd) fail(std::string("cannot open ") + file);
    if (write(fd.get(), word.data(), word.size()) < 0) fail(std::string("cannot write ") + file);
}

} // namespace

UniqueFd open_node(const std::string& control_group) {
    for (const std::string mount : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
        UniqueFd node(
            open((mount + control_group).c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (node && is_unified(node.get())) return node;
    }
    errno = ENOENT;
    fail("cannot open the control group " + control_group);
}

UniqueFd make_child(int node, const std::string& name) {
    if (mkdirat(node, name.c_str(), 0755) < 0) fail("cannot make the control group " + name);
    return open_child(node, name);
}

UniqueFd open_child(int node, const std::string& name) {
    UniqueFd child(openat(node, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!child) fail("cannot open the control group " + name);
    return child;
}

void move_process(int node, pid_t pid) {
    write_word(node, "cgroup.procs", std::to_string(pid));
}

std::vector<pid_t> processes(int node) {
    const auto text = read_text("cgroup.procs", node);
    if (!text) fail("cannot read cgroup.procs");
    std::vector<pid_t> list;
    for_each_line(*text, [&](std::string_view line) {
        if (const auto pid = parse_number(line)) list.push_back(static_cast<pid_t>(*pid));
    });
    return list;
}

void kill_all(int node) {
    write_word(node, "cgroup.kill", "1");
}

std::string of_process(pid_t pid) {
    const auto text = read_text("/proc/" + std::to_string(pid) + "/cgroup");
    if (!text && errno == ENOENT) errno = ESRCH;
    if (!text) fail("cannot read the control group of process " + std::to_string(pid));
    return unified_cgroup(*text).value_or("");
}

} // namespace vmwarden::host::cgroup
