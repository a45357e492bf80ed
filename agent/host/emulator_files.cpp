// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/emulator_files.h"

#include "src/base/scope_exit.h"
#include "src/base/text.h"

#include <glob.h>
#include <sys/stat.h>

#include <algorithm>

namespace vmwarden::host {

namespace {

std::optional<struct stat> program_status(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    return status;
}

bool is_program(const std::string& path) {
    const auto status = program_status(path);
    return status && (status->st_mode & 0111U) != 0 && path.starts_with('/') &&
           printable(path) == path;
}

} // namespace

std::vector<std::string> programs_matching(const std::vector<std::string>& globs) {
    std::vector<std::string> paths;
    for (const auto& pattern : globs) {
        glob_t found{};
        const ScopeExit free([&] { ::globfree(&found); });
        // The same language as base/text.h's, in which a '*' matches a leading dot too.
        if (::glob(pattern.c_str(), GLOB_NOESCAPE | GLOB_PERIOD, nullptr, &found) != 0) continue;
        for (std::size_t i = 0; i < found.gl_pathc; ++i) {
            const std::string path = found.gl_pathv[i];
            const bool known = std::find(paths.begin(), paths.end(), path) != paths.end();
            if (!known && is_program(path) && paths.size() < max_emulator_files)
                paths.push_back(path);
        }
    }
    return paths;
}

std::optional<ProgramIdentity> identity_of_program(const std::string& path) {
    const auto status = program_status(path);
    if (!status) return std::nullopt;
    return ProgramIdentity{status->st_dev, status->st_ino,
                           std::int64_t{status->st_mtim.tv_sec} * 1'000'000'000 +
                               status->st_mtim.tv_nsec,
                           static_cast<std::uint64_t>(status->st_size)};
}

} // namespace vmwarden::host
