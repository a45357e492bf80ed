// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/shim/inherited_plan.h"

#include "src/plan/codec.h"

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>

namespace vmwarden::shim {
namespace {

constexpr int required_seals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

Outcome read_whole(int fd, std::string& text) {
    struct stat info {};
    if (auto bad = errno_of(fstat(fd, &info))) return bad;
    const auto size = static_cast<std::size_t>(std::max<off_t>(info.st_size, 0));
    if (size > plan::max_encoded_bytes) return failed(EFBIG);
    text.resize(size);
    const ssize_t got = pread(fd, text.data(), size, 0);
    if (auto bad = errno_of(got)) return bad;
    return static_cast<std::size_t>(got) == size ? done() : failed(EBADMSG);
}

Outcome read_plan(int fd, LaunchPlan& plan) {
    const int seals = fcntl(fd, F_GET_SEALS);
    if (auto bad = errno_of(seals)) return bad;
    if ((seals & required_seals) != required_seals) return failed(EPERM);
    std::string text;
    if (auto bad = read_whole(fd, text)) return bad;
    auto decoded = plan::decode(text);
    if (!decoded) return failed(EBADMSG);
    plan = std::move(*decoded);
    return done();
}

bool has_monitor(const LaunchPlan& plan) {
    const auto& fds = plan.process.fds;
    return std::any_of(fds.begin(), fds.end(), [](const plan::InheritedFd& fd) {
        return fd.kind == plan::InheritedFd::Kind::shim_monitor;
    });
}

} // namespace

Outcome read_prepared(std::vector<UniqueFd> descriptors, Prepared& prepared) {
    if (descriptors.empty()) return failed(EPROTO);
    if (auto bad = read_plan(descriptors[0].get(), prepared.plan)) return bad;

    const bool monitor = has_monitor(prepared.plan);
    const std::size_t own = monitor ? 3 : 2;
    const std::size_t qemus_end = own + prepared.plan.process.fds.size();
    if (descriptors.size() != qemus_end + prepared.plan.attendants.size()) return failed(EPROTO);
    prepared.exit_record = std::move(descriptors[1]);
    if (monitor) prepared.monitor = std::move(descriptors[2]);
    for (std::size_t i = own; i < qemus_end; ++i)
        prepared.for_qemu.push_back(std::move(descriptors[i]));
    for (std::size_t i = qemus_end; i < descriptors.size(); ++i)
        prepared.for_attendants.push_back(std::move(descriptors[i]));
    return done();
}

Outcome read_asked(std::vector<UniqueFd> descriptors, Asked& asked) {
    if (descriptors.size() != 3) return failed(EPROTO);
    if (auto bad = read_plan(descriptors[0].get(), asked.plan)) return bad;
    if (!asked.plan.process.fds.empty() || !asked.plan.attendants.empty()) return failed(EPROTO);
    asked.words = std::move(descriptors[1]);
    asked.errors = std::move(descriptors[2]);
    return done();
}

} // namespace vmwarden::shim
