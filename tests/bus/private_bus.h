// SPDX-License-Identifier: LGPL-2.1-or-later
// A dbus-daemon of our own, which sdbus-c++ and sd-bus take for the system bus.
#pragma once

#include <string>
#include <sys/types.h>

namespace vmwarden::tests {

// A fresh directory under $TMPDIR, removed with all that is in it.
class TemporaryDirectory {
  public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
};

// Sets DBUS_SYSTEM_BUS_ADDRESS for this process.
class PrivateBus {
  public:
    PrivateBus();
    ~PrivateBus();
    PrivateBus(const PrivateBus&) = delete;
    PrivateBus& operator=(const PrivateBus&) = delete;

  private:
    TemporaryDirectory directory_;
    pid_t daemon_ = -1;
};

} // namespace vmwarden::tests
