// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/shim/output.h"

#include <array>
#include <cerrno>
#include <unistd.h>

namespace vmwarden::shim {

Output::Output(UniqueFd pipe, int file)
  : pipe_(std::move(pipe))
  , file_(file) {}

void Output::serve() {
    copy_once();
}

// Bounded: a process outside the guest that holds the writing end could write for ever.
void Output::drain() {
    for (std::size_t rest = most_bytes / 4096; rest > 0 && pipe_; --rest)
        if (!copy_once()) return;
}

bool Output::copy_once() {
    std::array<char, 4096> bytes{};
    const ssize_t size = read(pipe_.get(), bytes.data(), bytes.size());
    if (size < 0) {
        if (errno != EAGAIN && errno != EINTR) pipe_.reset();
        return false;
    }
    if (size == 0) {
        pipe_.reset();
        return false;
    }
    const auto count = static_cast<std::size_t>(size);
    if (written_ + count > most_bytes && ftruncate(file_, 0) == 0) written_ = 0;
    // A full or broken file loses words, never the guest.
    if (written_ + count <= most_bytes && write(file_, bytes.data(), count) > 0) written_ += count;
    return true;
}

} // namespace vmwarden::shim
