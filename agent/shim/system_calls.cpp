// SPDX-License-Identifier: LGPL-2.1-or-later
// A list of what is denied and not of what is allowed: QEMU, its libraries and the guest's other
// programs come from the host's distribution, and need other calls with every release. Other walls
// stop most of this as well; here it does not depend on them, and the kernel's code behind the call
// is never reached.
#include "agent/shim/system_calls.h"

#include <linux/sched.h>
#include <memory>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/socket.h>

namespace vmwarden::shim {
namespace {

struct ReleaseFilter {
    void operator()(void* filter) const { seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, ReleaseFilter>;

constexpr int denied[] = {
    // modules, other kernels, the whole machine
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(reboot),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
    SCMP_SYS(acct),
    SCMP_SYS(quotactl),
    SCMP_SYS(quotactl_fd),
    SCMP_SYS(sethostname),
    SCMP_SYS(setdomainname),
    SCMP_SYS(syslog),
    SCMP_SYS(vhangup),
    SCMP_SYS(ioperm),
    SCMP_SYS(iopl),
    SCMP_SYS(modify_ldt),
    // its clock
    SCMP_SYS(settimeofday),
    SCMP_SYS(clock_settime),
    SCMP_SYS(clock_adjtime),
    SCMP_SYS(adjtimex),
    // mounts, roots, namespaces
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(move_mount),
    SCMP_SYS(open_tree),
    SCMP_SYS(fsopen),
    SCMP_SYS(fsconfig),
    SCMP_SYS(fsmount),
    SCMP_SYS(fspick),
    SCMP_SYS(mount_setattr),
    SCMP_SYS(setns),
    SCMP_SYS(unshare),
    // files by handles, all that happens to files, device nodes
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(name_to_handle_at),
    SCMP_SYS(fanotify_init),
    SCMP_SYS(mknod),
    SCMP_SYS(mknodat),
    // other processes
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(kcmp),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(process_madvise),
    SCMP_SYS(migrate_pages),
    SCMP_SYS(move_pages),
    // keys
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(keyctl),
    // programs in the kernel, its counters, page faults handled outside it
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(lookup_dcookie),
    SCMP_SYS(nfsservctl),
    SCMP_SYS(memfd_secret),
};

constexpr int io_uring_calls[] = {SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter),
                                  SCMP_SYS(io_uring_register)};

constexpr unsigned namespace_flags[] = {CLONE_NEWNS,  CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC,
                                        CLONE_NEWPID, CLONE_NEWNET,    CLONE_NEWUSER};

// What libseccomp says is a negative errno.
Outcome result_of(int result) {
    return result < 0 ? failed(-result) : done();
}

// A call that this architecture does not have needs no rule.
Outcome deny(const Filter& filter, int call, int error = EPERM) {
    const int result =
        seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(static_cast<unsigned>(error)), call, 0);
    return result == -EDOM ? done() : result_of(result);
}

Outcome deny(const Filter& filter, int call, scmp_arg_cmp argument) {
    return result_of(
        seccomp_rule_add_array(filter.get(), SCMP_ACT_ERRNO(EPERM), call, 1, &argument));
}

scmp_arg_cmp has_bits(unsigned argument, scmp_datum_t bits) {
    return {argument, SCMP_CMP_MASKED_EQ, bits, bits};
}

scmp_arg_cmp is_word(unsigned argument, scmp_datum_t word) {
    constexpr scmp_datum_t low = 0xffffffff;
    return {argument, SCMP_CMP_MASKED_EQ, low, word};
}

// clone3(2) hands its flags over in memory, where no filter looks: the C library takes clone(2)
// where the kernel knows no other.
Outcome deny_namespaces(const Filter& filter) {
    for (const unsigned flag : namespace_flags)
        if (auto bad = deny(filter, SCMP_SYS(clone), has_bits(0, flag))) return bad;
    return deny(filter, SCMP_SYS(clone3), ENOSYS);
}

// What stays: local, IP, and netlink, by which libraries hear of devices.
Outcome deny_sockets(const Filter& filter) {
    for (unsigned family = 0; family <= AF_NETLINK; ++family)
        if (family != AF_UNIX && family != AF_INET && family != AF_INET6 && family != AF_NETLINK)
            if (auto bad = deny(filter, SCMP_SYS(socket), is_word(0, family))) return bad;
    return deny(filter, SCMP_SYS(socket), scmp_arg_cmp{0, SCMP_CMP_GT, AF_NETLINK, 0});
}

// Words pushed into a terminal as if somebody had typed them; protections of memory taken back.
Outcome deny_words(const Filter& filter) {
    constexpr scmp_datum_t linux_console = 0x541c; // TIOCLINUX
    if (auto bad = deny(filter, SCMP_SYS(ioctl), is_word(1, TIOCSTI))) return bad;
    if (auto bad = deny(filter, SCMP_SYS(ioctl), is_word(1, linux_console))) return bad;
    for (const scmp_datum_t flag : {ADDR_NO_RANDOMIZE, READ_IMPLIES_EXEC, MMAP_PAGE_ZERO})
        if (auto bad = deny(filter, SCMP_SYS(personality), has_bits(0, flag))) return bad;
    return done();
}

} // namespace

Outcome filter_system_calls(bool with_io_uring) {
    const Filter filter(seccomp_init(SCMP_ACT_ALLOW));
    if (!filter) return failed(ENOMEM);
    // Whoever loads it decides about no_new_privs: it would keep SELinux from following the label.
    if (auto bad = result_of(seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_NNP, 0))) return bad;
    for (const int call : denied)
        if (auto bad = deny(filter, call)) return bad;
    if (!with_io_uring)
        for (const int call : io_uring_calls)
            if (auto bad = deny(filter, call)) return bad;
    if (auto bad = deny_namespaces(filter)) return bad;
    if (auto bad = deny_sockets(filter)) return bad;
    if (auto bad = deny_words(filter)) return bad;
    return result_of(seccomp_load(filter.get()));
}

} // namespace vmwarden::shim
