// SPDX-License-Identifier: LGPL-2.1-or-later
// What processes share by name: System V objects, message queues, shared memory, sockets, the bus.
#include "tests/host/escape/attempt.h"

#include <cstddef>
#include <fcntl.h>
#include <mqueue.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

namespace vmwarden::escape {
namespace {

long attach(const Targets& targets, const std::string& whose) {
    const auto id = static_cast<int>(targets.number(whose + "-shm"));
    return reinterpret_cast<long>(shmat(id, nullptr, SHM_RDONLY)) == -1 ? -1 : 0;
}

long connect_to(const std::string& path) {
    sockaddr_un address{AF_UNIX, {}};
    if (path.size() >= sizeof address.sun_path) return refuse(ENAMETOOLONG);
    path.copy(address.sun_path, path.size());
    if (path.front() == '@') address.sun_path[0] = '\0';
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -1;
    const auto size = offsetof(sockaddr_un, sun_path) + path.size();
    return connect(fd, reinterpret_cast<sockaddr*>(&address), static_cast<socklen_t>(size));
}

void add_connect(Attempts& list, const std::string& name, const std::string& target) {
    list.push_back({name, {target}, [=](const Targets& t) { return connect_to(t.text(target)); }});
}

long bus_refusal(int error) {
    return error < 0 ? refuse(-error) : 0;
}

// Says hello, as anybody who would use it.
long use_system_bus(sd_bus*& bus) {
    if (const int error = sd_bus_new(&bus); error < 0) return bus_refusal(error);
    sd_bus_set_address(bus, "unix:path=/run/dbus/system_bus_socket");
    sd_bus_set_bus_client(bus, 1);
    if (const int error = sd_bus_start(bus); error < 0) return bus_refusal(error);
    const char* own_name = nullptr;
    return bus_refusal(sd_bus_get_unique_name(bus, &own_name));
}

long own_agents_name(const Targets&) {
    sd_bus* bus = nullptr;
    if (use_system_bus(bus) < 0) return -1;
    const int error = sd_bus_request_name(bus, "org.vmwarden1", 0);
    return error == -EEXIST ? 0 : bus_refusal(error); // it may, were the agent not there
}

long ask_systemd(const Targets&) {
    sd_bus* bus = nullptr;
    if (use_system_bus(bus) < 0) return -1;
    return bus_refusal(sd_bus_call_method(
        bus, "org.freedesktop.systemd1", "/org/freedesktop/systemd1",
        "org.freedesktop.systemd1.Manager", "ResetFailedUnit", nullptr, nullptr, "s", "-.slice"));
}

} // namespace

void add_ipc(Attempts& list) {
    for (const std::string whose : {"guest", "root"})
        list.push_back(
            {"shm-" + whose, {whose + "-shm"}, [=](const Targets& t) { return attach(t, whose); }});
    list.push_back({"semaphore", {"guest-semaphore"}, [](const Targets& t) -> long {
                        return semctl(static_cast<int>(t.number("guest-semaphore")), 0, GETVAL);
                    }});
    list.push_back({"message-queue", {"guest-queue"}, [](const Targets& t) -> long {
                        return mq_open(t.text("guest-queue").c_str(), O_RDONLY | O_NONBLOCK);
                    }});
    list.push_back({"dev-shm", {"guest-memory"}, [](const Targets& t) {
                        return try_open(t.text("guest-memory"), O_RDWR);
                    }});
    add_connect(list, "abstract-socket", "abstract-socket");
    add_connect(list, "guest-monitor", "guest-monitor");
    add_connect(list, "systemd-private", "systemd-private");
    add_connect(list, "journal-socket", "journal-socket");
    list.push_back({"system-bus", {}, [](const Targets&) {
                        sd_bus* bus = nullptr;
                        return use_system_bus(bus);
                    }});
    list.push_back({"own-bus-name", {}, own_agents_name});
    list.push_back({"ask-systemd", {}, ask_systemd});
}

} // namespace vmwarden::escape
