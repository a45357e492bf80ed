// SPDX-License-Identifier: LGPL-2.1-or-later
#define SD_JOURNAL_SUPPRESS_LOCATION
#include "agent/supervisor/log.h"

#include "src/base/text.h"

#include <cstdio>
#include <cstdlib>
#include <systemd/sd-journal.h>

namespace vmwarden::supervisor {

namespace {

std::string shown(const std::string& message) {
    std::string out;
    std::size_t from = 0;
    for (std::size_t end; (end = message.find('\n', from)) != std::string::npos; from = end + 1)
        out += printable(message.substr(from, end - from)) + "\n";
    return out + printable(message.substr(from));
}

void to_journal(int priority, const std::string& message, const std::string& guest) {
    if (guest.empty())
        sd_journal_send("PRIORITY=%i", priority, "MESSAGE=%s", message.c_str(), nullptr);
    else
        sd_journal_send("PRIORITY=%i", priority, "MESSAGE=%s", message.c_str(), "GUEST=%s",
                        guest.c_str(), nullptr);
}

} // namespace

void log(int priority, const std::string& message, const std::string& guest) {
    const std::string text = shown(guest.empty() ? message : guest + ": " + message);
    if (std::getenv("JOURNAL_STREAM") != nullptr)
        to_journal(priority, text, guest);
    else
        std::fprintf(stderr, "<%d>%s\n", priority, text.c_str());
}

} // namespace vmwarden::supervisor
