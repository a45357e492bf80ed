// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/executor/new_file.h"

#include "agent/executor/executor.h"
#include "agent/host/files.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace vmwarden::executor {
namespace {

// Larger than any firmware's flash.
constexpr off_t most_bytes = 256L * 1024 * 1024;

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

std::string link_to(int fd) {
    return "/proc/self/fd/" + std::to_string(fd);
}

UniqueFd open_template(const plan::NewFile& file) {
    if (file.from.empty()) return {};
    const UniqueFd found = host::open_in_place(file.from);
    const auto status = host::status_of(found.get());
    if (host::id_of(status) != file.from_id || !S_ISREG(status.st_mode))
        throw LaunchError(file.purpose, file.from + " is not the file that was looked at before",
                          "somebody has replaced it meanwhile: start the guest again");
    if (status.st_size > most_bytes)
        throw LaunchError(file.purpose, file.from + " is larger than firmware is");
    UniqueFd open(::open(link_to(found.get()).c_str(), O_RDONLY | O_CLOEXEC));
    if (!open) fail("cannot read " + file.from);
    return open;
}

void write_all(int to, const char* bytes, std::size_t count) {
    while (count != 0) {
        const ssize_t written = ::write(to, bytes, count);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail("cannot write the copy");
        bytes += written;
        count -= static_cast<std::size_t>(written);
    }
}

void copy(int from, int to) {
    std::array<char, 65536> buffer{};
    for (off_t total = 0; total <= most_bytes;) {
        const ssize_t got = ::read(from, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail("cannot read what is to be copied");
        if (got == 0) return;
        write_all(to, buffer.data(), static_cast<std::size_t>(got));
        total += got;
    }
    errno = EFBIG;
    fail("cannot copy");
}

void fill(const plan::NewFile& file, const UniqueFd& from, int made) {
    if (from) return copy(from.get(), made);
    if (::ftruncate(made, static_cast<off_t>(file.bytes)) < 0)
        fail("cannot make it " + std::to_string(file.bytes) + " bytes long");
}

// Without a name until it is complete: nobody can put another file in its place meanwhile.
void make(const plan::NewFile& file, const UniqueFd& from) {
    const auto slash = file.path.rfind('/');
    const UniqueFd above = host::open_in_place(file.path.substr(0, slash == 0 ? 1 : slash));
    const UniqueFd directory(
        ::open(link_to(above.get()).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory) fail("cannot open the directory of " + file.path);
    const UniqueFd made(
        ::openat(directory.get(), ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!made) fail("cannot make a file beside " + file.path);
    fill(file, from, made.get());
    if (::fchown(made.get(), file.owner.uid.value, file.owner.gid.value) < 0)
        fail("cannot give the new file away");
    // The agent's umask has no say in it.
    if (::fchmod(made.get(), file.mode) < 0) fail("cannot set the new file's mode");
    if (::fsync(made.get()) < 0) fail("cannot write the new file to disk");
    const auto name = file.path.substr(slash + 1);
    if (::linkat(AT_FDCWD, link_to(made.get()).c_str(), directory.get(), name.c_str(),
                 AT_SYMLINK_FOLLOW) < 0 &&
        errno != EEXIST)
        fail("cannot make " + file.path);
    if (::fsync(directory.get()) < 0) fail("cannot write the directory to disk");
}

} // namespace

void make_new_file(const plan::NewFile& file) {
    try {
        make(file, open_template(file));
    } catch (const std::system_error& error) {
        throw LaunchError(file.purpose, error.what());
    }
}

} // namespace vmwarden::executor
