// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/device_view.h"

#include "agent/host/device_filter.h"

#include <algorithm>
#include <filesystem>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace vmwarden::host {

namespace {

// Nodes only: what links in /dev lead to has a node of its own.
std::vector<DeviceAnswer> device_nodes() {
    std::vector<DeviceAnswer> nodes;
    for (const auto& entry : std::filesystem::directory_iterator("/dev")) {
        struct stat status {};
        if (::lstat(entry.path().c_str(), &status) != 0) continue; // unplugged meanwhile
        const bool block = S_ISBLK(status.st_mode);
        if (!block && !S_ISCHR(status.st_mode)) continue;
        nodes.push_back(
            {entry.path(), block, {gnu_dev_major(status.st_rdev), gnu_dev_minor(status.st_rdev)}});
    }
    std::sort(nodes.begin(), nodes.end(),
              [](const DeviceAnswer& a, const DeviceAnswer& b) { return a.node < b.node; });
    return nodes;
}

bool ask(const DeviceFilter& filter, DeviceAnswer& node) {
    using Type = DeviceQuestion::Type;
    DeviceQuestion question{node.is_block ? Type::block : Type::character, node.device};
    question.read = true;
    const auto readable = filter.allows(question);
    question.read = false;
    question.write = true;
    const auto writable = filter.allows(question);
    if (!readable || !writable) return false;
    node.readable = *readable;
    node.writable = *writable;
    return true;
}

} // namespace

std::optional<std::vector<DeviceAnswer>> device_answers(int cgroup_dir_fd) {
    const auto filter = DeviceFilter::read(cgroup_dir_fd);
    if (!filter) return std::nullopt;
    auto nodes = device_nodes();
    for (auto& node : nodes)
        if (!ask(*filter, node)) return std::nullopt;
    return nodes;
}

} // namespace vmwarden::host
