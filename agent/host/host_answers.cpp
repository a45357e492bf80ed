// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/host_answers.h"

#include "agent/host/accounts.h"
#include "agent/host/cgroup.h"
#include "agent/host/read_text.h"
#include "agent/host/selinux.h"
#include "src/base/scope_exit.h"

#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <sstream>
#include <system_error>

namespace vmwarden::host {

namespace {

using Kind = PathAnswer::Kind;

PathAnswer no_answer(int error) {
    if (error == ENOENT || error == ENOTDIR || error == ELOOP) return {Kind::absent, {}, {}};
    return {Kind::unseen, {}, std::generic_category().message(error)};
}

PathAnswer look_at(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return no_answer(errno);
    char resolved[PATH_MAX];
    if (::realpath(path.c_str(), resolved) == nullptr) return no_answer(errno);
    const bool device = S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode);
    return {device ? Kind::device : Kind::other, resolved, {}};
}

// By the file's mode, not by whether the asking user may run it.
bool is_program(const char* path) {
    struct stat status {};
    return ::stat(path, &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & 0111U) != 0;
}

bool has_program(const std::string& pattern) {
    glob_t found{};
    const ScopeExit free([&] { ::globfree(&found); });
    // The same language as base/text.h's, in which a '*' matches a leading dot too.
    if (::glob(pattern.c_str(), GLOB_NOSORT | GLOB_NOESCAPE | GLOB_PERIOD, nullptr, &found) != 0)
        return false;
    return std::any_of(found.gl_pathv, found.gl_pathv + found.gl_pathc, is_program);
}

std::optional<std::set<std::string>> root_controllers() {
    try {
        const auto text = read_text("cgroup.controllers", cgroup::open_node("/").get());
        if (!text) return std::nullopt;
        std::istringstream words(*text);
        std::set<std::string> names;
        for (std::string word; words >> word;)
            names.insert(word);
        return names;
    } catch (const std::system_error&) {
        return std::nullopt;
    }
}

} // namespace

HostAnswers ask_host(const HostQuestions& questions) {
    HostAnswers answers;
    for (const auto& name : questions.users)
        if (auto complaint = missing_user(name); !complaint.empty())
            answers.missing_users[name] = std::move(complaint);
    for (const auto& name : questions.groups)
        if (auto complaint = missing_group(name); !complaint.empty())
            answers.missing_groups[name] = std::move(complaint);
    for (const auto& pattern : questions.emulators)
        if (!has_program(pattern)) answers.missing_emulators.insert(pattern);
    for (const auto& path : questions.paths)
        answers.paths[path] = look_at(path);
    answers.selinux = selinux::enabled();
    answers.controllers = root_controllers();
    return answers;
}

} // namespace vmwarden::host
