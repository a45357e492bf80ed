// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/read_text.h"

#include "src/base/unique_fd.h"

#include <array>
#include <cerrno>

namespace vmwarden::host {

namespace {

constexpr std::size_t max_text_bytes = std::size_t{4} * 1024 * 1024;

} // namespace

std::optional<std::string> read_text(const std::string& path, int directory) {
    const UniqueFd fd(::openat(directory, path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!fd) return std::nullopt;
    std::string text;
    std::array<char, 4096>
        buffer; // NOLINT(cppcoreguidelines-pro-type-member-init): read() fills it
    for (;;) {
        const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return std::nullopt;
        if (got == 0) return text;
        text.append(buffer.data(), static_cast<std::size_t>(got));
        if (text.size() > max_text_bytes) {
            errno = EFBIG;
            return std::nullopt;
        }
    }
}

} // namespace vmwarden::host
