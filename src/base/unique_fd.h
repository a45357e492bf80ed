// SPDX-License-Identifier: LGPL-2.1-or-later
// A file descriptor with one owner.
#pragma once

#include <unistd.h>

#include <utility>

namespace vmwarden {

// Owns one descriptor and closes it when it goes. Descriptors are opened close-on-exec at their
// birth by whoever makes them; this type does not set the flag.
class UniqueFd {
  public:
    UniqueFd() = default;
    explicit UniqueFd(int fd)
      : fd_(fd) {}
    UniqueFd(UniqueFd&& other) noexcept
      : fd_(other.release()) {}
    UniqueFd& operator=(UniqueFd&& other) noexcept {
        UniqueFd taken(std::move(other));
        std::swap(fd_, taken.fd_);
        return *this;
    }
    UniqueFd(const UniqueFd&) = delete;
    UniqueFd& operator=(const UniqueFd&) = delete;
    ~UniqueFd() {
        if (fd_ >= 0) ::close(fd_);
    }

    [[nodiscard]] int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }
    // Gives the descriptor up: the caller closes it.
    [[nodiscard]] int release() { return std::exchange(fd_, -1); }
    void reset() { *this = UniqueFd(); }

  private:
    int fd_ = -1;
};

// Closing an owned descriptor by hand would close it twice.
int close(const UniqueFd&) = delete;

} // namespace vmwarden
