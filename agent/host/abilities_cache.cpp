// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/abilities_cache.h"

#include "agent/host/files.h"
#include "agent/host/read_text.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>

namespace vmwarden::host {

namespace {

[[noreturn]] void fail(int error, const std::string& path) {
    throw std::system_error(error, std::generic_category(), path);
}

// By what the file is, not by its path: links to one emulator share what is kept.
std::string entry_name(const ProgramIdentity& program) {
    std::array<char, 64> name{};
    std::snprintf(name.data(), name.size(), "%llx-%llx.emulator",
                  static_cast<unsigned long long>(program.device),
                  static_cast<unsigned long long>(program.inode));
    return name.data();
}

UniqueFd own_subdirectory(const std::string& parent, const std::string& name) {
    const auto path = parent + "/" + name;
    const auto above = own_directory(parent, 0755);
    if (::mkdirat(above.get(), name.c_str(), 0700) < 0 && errno != EEXIST) fail(errno, path);
    UniqueFd fd(
        ::openat(above.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd) fail(errno, path);
    const auto status = status_of(fd.get());
    if (status.st_uid != ::geteuid() || (status.st_mode & 077U) != 0)
        fail(EPERM, path + " belongs to or is open to others");
    return fd;
}

} // namespace

AbilitiesCache::AbilitiesCache(const std::string& parent, const std::string& name)
  : directory_(own_subdirectory(parent, name)) {}

std::optional<EmulatorAbilities> AbilitiesCache::read(const ProgramIdentity& program) const {
    const auto text = read_text(entry_name(program), directory_.get());
    return text ? decode_abilities(*text, program) : std::nullopt;
}

void AbilitiesCache::keep(const ProgramIdentity& program,
                          const EmulatorAbilities& abilities) const {
    write_file(directory_.get(), entry_name(program), encode_abilities(program, abilities), false);
}

void AbilitiesCache::keep_only(const std::set<ProgramIdentity>& programs) const {
    std::set<std::string> wanted;
    for (const auto& program : programs)
        wanted.insert(entry_name(program));
    for (const auto& name : names_in(directory_.get()))
        if (wanted.count(name) == 0 && ::unlinkat(directory_.get(), name.c_str(), 0) < 0 &&
            errno != ENOENT)
            fail(errno, name);
}

} // namespace vmwarden::host
