// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/device_filter.h"

#include "src/base/unique_fd.h"

#include <cerrno>
#include <sys/syscall.h>
#include <system_error>

namespace vmwarden::host {

namespace {

long bpf(bpf_cmd command, bpf_attr& attributes) {
    return ::syscall(SYS_bpf, command, &attributes, sizeof attributes);
}

__u64 address_of(void* memory) {
    return reinterpret_cast<std::uintptr_t>(memory);
}

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

std::vector<std::uint32_t> program_ids(int cgroup_dir_fd, std::uint32_t flags) {
    // Room for as many as one node takes; more only where nodes above add theirs.
    for (std::size_t room = 64;; room *= 2) {
        std::vector<std::uint32_t> ids(room);
        bpf_attr attributes{};
        attributes.query.target_fd = static_cast<__u32>(cgroup_dir_fd);
        attributes.query.attach_type = BPF_CGROUP_DEVICE;
        attributes.query.query_flags = flags;
        attributes.query.prog_ids = address_of(ids.data());
        attributes.query.prog_cnt = static_cast<__u32>(ids.size());
        if (bpf(BPF_PROG_QUERY, attributes) == 0) {
            ids.resize(attributes.query.prog_cnt);
            return ids;
        }
        if (errno != ENOSPC) fail("cannot ask for the cgroup's device filter");
    }
}

bpf_prog_info program_info(int program_fd, bpf_prog_info wanted) {
    bpf_attr attributes{};
    attributes.info.bpf_fd = static_cast<__u32>(program_fd);
    attributes.info.info_len = sizeof wanted;
    attributes.info.info = address_of(&wanted);
    if (bpf(BPF_OBJ_GET_INFO_BY_FD, attributes) != 0) fail("cannot read a device filter");
    return wanted;
}

std::vector<bpf_insn> program_text(std::uint32_t id) {
    bpf_attr attributes{};
    attributes.prog_id = id;
    // BPF descriptors are close-on-exec by themselves.
    const UniqueFd program(static_cast<int>(bpf(BPF_PROG_GET_FD_BY_ID, attributes)));
    if (!program) fail("cannot open a device filter");
    const std::uint32_t bytes = program_info(program.get(), {}).xlated_prog_len;
    std::vector<bpf_insn> text(bytes / sizeof(bpf_insn));
    bpf_prog_info wanted{};
    wanted.xlated_prog_len = bytes;
    wanted.xlated_prog_insns = address_of(text.data());
    // The kernel clears the address where it will not show the instructions; an empty program then
    // answers nothing.
    if (program_info(program.get(), wanted).xlated_prog_insns == 0) text.clear();
    return text;
}

} // namespace

std::vector<std::uint32_t> device_filter_programs(int cgroup_dir_fd) {
    return program_ids(cgroup_dir_fd, 0);
}

std::optional<bool> device_filter_attached(int cgroup_dir_fd) {
    try {
        return !device_filter_programs(cgroup_dir_fd).empty();
    } catch (const std::system_error&) {
        return std::nullopt;
    }
}

std::optional<DeviceFilter> DeviceFilter::read(int cgroup_dir_fd) {
    try {
        std::vector<Program> programs;
        for (const std::uint32_t id : program_ids(cgroup_dir_fd, BPF_F_QUERY_EFFECTIVE))
            programs.push_back(program_text(id));
        return DeviceFilter(std::move(programs));
    } catch (const std::system_error&) {
        return std::nullopt;
    }
}

std::optional<bool> DeviceFilter::allows(const DeviceQuestion& question) const {
    bool all_understood = true;
    for (const Program& program : programs_) {
        const auto answer = device_program_allows(program, question);
        if (answer == false) return false;
        all_understood = all_understood && answer.has_value();
    }
    if (!all_understood) return std::nullopt;
    return true;
}

} // namespace vmwarden::host
