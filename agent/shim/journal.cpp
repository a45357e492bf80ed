// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/shim/journal.h"

#include "src/base/unique_fd.h"

#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace vmwarden::shim {

// systemd's native protocol: a datagram of NAME=value lines (systemd, JOURNAL_NATIVE_PROTOCOL).
void say_in_journal(const std::string& guest, const std::string& message, const char* socket) {
    const std::string line = guest + ": " + message + "\n";
    const std::string entry =
        "PRIORITY=4\nSYSLOG_IDENTIFIER=vmwarden-shim\nGUEST=" + guest + "\nMESSAGE=" + line;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, socket, sizeof address.sun_path - 1);
    const UniqueFd to(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const auto sent = sendto(to.get(), entry.data(), entry.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                             reinterpret_cast<const sockaddr*>(&address), sizeof address);
    const auto written = write(STDERR_FILENO, line.data(), line.size());
    if (sent < 0 && written < 0) return; // nobody is there to listen
}

} // namespace vmwarden::shim
