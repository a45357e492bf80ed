// SPDX-License-Identifier: LGPL-2.1-or-later
// The shim's own line to QEMU: it can ask for a power-off and a reset, and understands no answer.
#pragma once

#include "src/base/unique_fd.h"

#include <string>

namespace vmwarden::shim {

// QEMU is confined but not trusted: what it sends is thrown away unread, so that it never blocks on
// a full socket, and what it does not take is kept back here, bounded.
class Monitor {
  public:
    // `socket` may be empty (a plan without a shim_monitor): then requests are lost.
    explicit Monitor(UniqueFd socket);

    void ask_powerdown();
    void ask_reset();

    [[nodiscard]] int fd() const { return socket_.get(); }
    [[nodiscard]] short events() const; // for poll(2)
    void serve(short revents);

  private:
    void send(const char* command);
    void flush();
    void drain();

    UniqueFd socket_;
    std::string unsent_;
};

} // namespace vmwarden::shim
