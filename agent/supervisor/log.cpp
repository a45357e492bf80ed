// SPDX-License-Identifier: LGPL-2.1-or-later
#define SD_JOURNAL_SUPPRESS_LOCATION
#include "agent/supervisor/log.h"

#include "src/base/text.h"

#include <cstdio>
#include <cstdlib>
#include <sys/uio.h>
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

void to_journal(const LogFields& fields) {
    std::vector<std::string> lines;
    for (const auto& [name, value] : fields)
        lines.push_back(name + "=" + value);
    std::vector<iovec> parts;
    for (auto& line : lines)
        parts.push_back({line.data(), line.size()});
    sd_journal_sendv(parts.data(), static_cast<int>(parts.size()));
}

} // namespace

void log(int priority, const std::string& message, const std::string& guest) {
    if (guest.empty()) return log_with({}, priority, message);
    log_with({{"GUEST", guest}}, priority, guest + ": " + message);
}

void log_with(const LogFields& fields, int priority, const std::string& message) {
    const auto text = shown(message);
    if (std::getenv("JOURNAL_STREAM") == nullptr) {
        std::fprintf(stderr, "<%d>%s\n", priority, text.c_str());
        return;
    }
    LogFields all = {{"PRIORITY", std::to_string(priority)}, {"MESSAGE", text}};
    all.insert(all.end(), fields.begin(), fields.end());
    to_journal(all);
}

} // namespace vmwarden::supervisor
