// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/supervisor/guest.h"

#include <chrono>

namespace vmwarden::supervisor {

EndingOf ending_of(bool destroyed, const executor::ExitRecord& record) {
    if (destroyed) return {guest::Event::exited_cleanly, "destroyed"};
    // The shim writes the record: without one it was killed together with its guest.
    if (!record.known) return {guest::Event::exited_badly, "killed from outside"};
    const auto code = std::to_string(record.code);
    const auto last_line = record.last_words.substr(record.last_words.find_last_of('\n') + 1);
    const auto said = last_line.empty() ? std::string() : ": " + last_line;
    if (record.signalled) return {guest::Event::exited_badly, "killed by signal " + code + said};
    if (record.code != 0) return {guest::Event::exited_badly, "exited with status " + code + said};
    return {guest::Event::exited_cleanly, "shutdown"};
}

std::uint64_t realtime_usec() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

} // namespace vmwarden::supervisor
