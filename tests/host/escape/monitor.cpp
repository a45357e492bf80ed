// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/host/escape/monitor.h"

#include <array>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace vmwarden::escape {
namespace {

// A line-wise parrot of QMP: says what a launch waits for and stops when told to.
class Monitor {
  public:
    explicit Monitor(int socket)
      : socket_(socket) {
        send("{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 0, \"minor\": 0, \"major\": 7}, "
             "\"package\": \"\"}, \"capabilities\": []}}");
    }
    // False when the other end is gone.
    bool serve() {
        std::array<char, 4096> bytes{};
        const ssize_t size = read(socket_, bytes.data(), bytes.size());
        if (size <= 0) return false;
        pending_.append(bytes.data(), static_cast<std::size_t>(size));
        for (auto end = pending_.find('\n'); end != std::string::npos; end = pending_.find('\n')) {
            answer(pending_.substr(0, end));
            pending_.erase(0, end + 1);
        }
        return true;
    }

  private:
    void send(const std::string& text) {
        const std::string line = text + "\r\n";
        if (write(socket_, line.data(), line.size()) < 0) _exit(71);
    }
    static std::string id_of(const std::string& line) {
        const auto at = line.find("\"id\":");
        if (at == std::string::npos) return "";
        const auto digits = line.substr(at + 5);
        return ", \"id\": " + digits.substr(0, digits.find_first_not_of("0123456789 "));
    }
    void answer(const std::string& line) {
        static bool running = false;
        const auto asks = [&](const char* word) { return line.find(word) != std::string::npos; };
        if (asks("system_powerdown") || asks("\"quit\"")) _exit(0);
        if (asks("\"cont\"")) running = true;
        std::string value = "{}";
        if (asks("query-status"))
            value = running ? R"({"status": "running", "singlestep": false, "running": true})"
                            : R"({"status": "prelaunch", "singlestep": false, "running": false})";
        send("{\"return\": " + value + id_of(line) + "}");
    }

    int socket_;
    std::string pending_;
};

} // namespace

[[noreturn]] void serve(const Given& given) {
    std::vector<pollfd> waiting{{given.listener, POLLIN, 0}, {given.shim_line, POLLIN, 0}};
    Monitor* shim = given.shim_line >= 0 ? new Monitor(given.shim_line) : nullptr;
    Monitor* agent = nullptr;
    for (;;) {
        if (poll(waiting.data(), waiting.size(), -1) < 0) _exit(72);
        if (waiting[0].revents != 0 && agent == nullptr) {
            const int socket = accept4(given.listener, nullptr, nullptr, SOCK_CLOEXEC);
            agent = new Monitor(socket);
            waiting.push_back({socket, POLLIN, 0});
            waiting[0].fd = -1; // one at a time, as QEMU
        }
        if (waiting[1].revents != 0 && !shim->serve()) waiting[1].fd = -1;
        if (waiting.size() > 2 && waiting[2].revents != 0 && !agent->serve()) {
            close(waiting[2].fd);
            waiting.pop_back();
            delete std::exchange(agent, nullptr);
            waiting[0].fd = given.listener;
        }
    }
}

} // namespace vmwarden::escape
