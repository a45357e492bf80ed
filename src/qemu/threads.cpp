// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/threads.h"

#include "src/base/text.h"
#include "src/qemu/command_line.h"

#include <algorithm>

namespace vmwarden::qemu {

namespace {

void add_thread(CommandLine& command, std::string_view type, const std::string& id,
                const ThreadPool& pool) {
    Json object{{"qom-type", type}, {"id", id}};
    if (pool.least) object["thread-pool-min"] = *pool.least;
    if (pool.most) object["thread-pool-max"] = *pool.most;
    command.add("-object", object);
}

} // namespace

std::string iothread_id(unsigned number) {
    return "iothread" + std::to_string(number);
}

void add_iothreads(CommandLine& command, const GuestDefinition& definition) {
    const auto& threads = definition.iothreads;
    if (threads.main_pool != ThreadPool{})
        add_thread(command, "main-loop", "main-loop", threads.main_pool);
    for (const auto& thread : all_iothreads(threads))
        add_thread(command, "iothread", iothread_id(thread.id), thread.pool);
}

void check_iothreads(Diagnostics& found, const GuestDefinition& definition) {
    const auto threads = all_iothreads(definition.iothreads);
    for (const auto& controller : definition.controllers)
        if (controller.iothread != 0 &&
            std::ranges::count(threads, controller.iothread, &IoThread::id) == 0)
            found.error(controller.place,
                        "there is no I/O thread " + std::to_string(controller.iothread));
    for (const auto& disk : definition.disks) {
        const auto number = disk.tuning.iothread;
        if (number == 0) continue;
        if (disk.bus != DiskBus::virtio)
            found.error(disk.place, "only bus 'virtio' has I/O threads");
        else if (std::ranges::count(threads, number, &IoThread::id) == 0)
            found.error(disk.place, "disk '" + printable(disk.target) + "' has no I/O thread " +
                                        std::to_string(number));
    }
}

} // namespace vmwarden::qemu
