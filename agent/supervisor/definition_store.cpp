// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/supervisor/definition_store.h"

#include "src/base/scope_exit.h"
#include "src/domain/domain_xml.h"

#include <algorithm>
#include <dirent.h>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <sys/stat.h>
#include <system_error>

namespace vmwarden::supervisor {

namespace {

constexpr std::string_view suffix = ".xml";

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

void write_all(int fd, std::string_view bytes, const std::string& path) {
    while (!bytes.empty()) {
        const ssize_t done = ::write(fd, bytes.data(), bytes.size());
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) fail(path);
        bytes.remove_prefix(static_cast<std::size_t>(done));
    }
}

} // namespace

std::string DefinitionStore::path(const std::string& name) const {
    return directory_ + "/" + name + std::string(suffix);
}

UniqueFd DefinitionStore::open_directory() const {
    return UniqueFd(::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

std::vector<std::string> DefinitionStore::names() const {
    auto directory = open_directory();
    if (!directory && errno == ENOENT) return {};
    if (!directory) fail(directory_);
    const std::unique_ptr<DIR, int (*)(DIR*)> list(fdopendir(directory.get()), &closedir);
    if (!list) fail(directory_);
    [[maybe_unused]] const int owned_by_list = directory.release();

    std::vector<std::string> found;
    while (const auto* entry = readdir(list.get())) {
        std::string_view file = entry->d_name;
        if (!file.ends_with(suffix)) continue;
        file.remove_suffix(suffix.size());
        if (valid_guest_name(file)) found.emplace_back(file);
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::optional<std::string> DefinitionStore::read(const std::string& name) const {
    const UniqueFd directory = open_directory();
    if (!directory && errno == ENOENT) return std::nullopt;
    if (!directory) fail(directory_);
    const std::string file = name + std::string(suffix);
    const UniqueFd fd(
        openat(directory.get(), file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!fd && errno == ENOENT) return std::nullopt;
    if (!fd) fail(path(name));

    struct stat info {};
    if (fstat(fd.get(), &info) != 0) fail(path(name));
    errno = EINVAL;
    if (!S_ISREG(info.st_mode)) fail(path(name) + " is not a regular file");
    std::string text(max_domain_bytes + 1, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const ssize_t got = ::read(fd.get(), text.data() + size, text.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail(path(name));
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    errno = EFBIG;
    if (size > max_domain_bytes) fail(path(name));
    text.resize(size);
    text.shrink_to_fit();
    return text;
}

void DefinitionStore::write(const std::string& name, const std::string& xml) const {
    std::filesystem::create_directories(directory_);
    const UniqueFd directory = open_directory();
    if (!directory) fail(directory_);
    const std::string file = name + std::string(suffix);
    const std::string fresh = "." + file + ".new";
    {
        const UniqueFd fd(openat(directory.get(), fresh.c_str(),
                                 O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
        if (!fd) fail(directory_ + "/" + fresh);
        ScopeExit discard([&] { unlinkat(directory.get(), fresh.c_str(), 0); });
        write_all(fd.get(), xml, directory_ + "/" + fresh);
        if (fsync(fd.get()) != 0) fail(directory_ + "/" + fresh);
        if (renameat(directory.get(), fresh.c_str(), directory.get(), file.c_str()) != 0)
            fail(path(name));
        discard.dismiss();
    }
    if (fsync(directory.get()) != 0) fail(directory_);
}

void DefinitionStore::remove(const std::string& name) const {
    const UniqueFd directory = open_directory();
    if (!directory && errno == ENOENT) return;
    if (!directory) fail(directory_);
    const std::string file = name + std::string(suffix);
    if (unlinkat(directory.get(), file.c_str(), 0) != 0 && errno != ENOENT) fail(path(name));
    if (fsync(directory.get()) != 0) fail(directory_);
}

} // namespace vmwarden::supervisor
