// SPDX-License-Identifier: LGPL-2.1-or-later
// The kernel itself. What would harm the host is asked for wrongly: each comment says what the
// kernel finds wrong once it has found the caller allowed.
#include "tests/host/escape/attempt.h"

#include <array>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/fanotify.h>
#include <linux/perf_event.h>
#include <linux/userfaultfd.h>
#include <sys/fanotify.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/reboot.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <sys/io.h>
#endif

namespace vmwarden::escape {
namespace {

constexpr const char* nowhere = "/nonexistent/escape";

using Plain = long (*)();

void add(Attempts& list, const std::string& name, Plain run) {
    list.push_back({name, {}, [run](const Targets&) { return run(); }});
}

void add_code(Attempts& list) {
    // No image at all: ENOEXEC.
    add(list, "init-module",
        [] { return past_the_check(syscall(SYS_init_module, nullptr, 0UL, "")); });
    // No descriptor: EBADF.
    add(list, "finit-module", [] { return past_the_check(syscall(SYS_finit_module, -1, "", 0)); });
    // No such module: ENOENT.
    add(list, "delete-module", [] {
        return past_the_check(syscall(SYS_delete_module, "escape_no_such_module", O_NONBLOCK));
    });
    // Flags that do not exist, and more segments than there may be: EINVAL.
    add(list, "kexec-load",
        [] { return past_the_check(syscall(SYS_kexec_load, 0UL, 0xffffUL, nullptr, 0x4000UL)); });
    add(list, "bpf", [] {
        bpf_attr attributes{};
        attributes.map_type = BPF_MAP_TYPE_ARRAY;
        attributes.key_size = attributes.value_size = 4;
        attributes.max_entries = 1;
        return syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes);
    });
    add(list, "io-uring", [] {
        std::array<char, 120> parameters{}; // struct io_uring_params
        return syscall(SYS_io_uring_setup, 1U, parameters.data());
    });
    add(list, "userfaultfd", [] { return syscall(SYS_userfaultfd, O_CLOEXEC); });
    add(list, "userfaultfd-user-mode",
        [] { return syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY); });
    add(list, "dev-userfaultfd", [] { return try_open("/dev/userfaultfd", O_RDWR); });
}

void add_watching(Attempts& list) {
    // Of all processes on one processor.
    add(list, "perf-event", [] {
        perf_event_attr attributes{};
        attributes.type = PERF_TYPE_SOFTWARE;
        attributes.size = sizeof attributes;
        attributes.config = PERF_COUNT_SW_CPU_CLOCK;
        return syscall(SYS_perf_event_open, &attributes, -1, 0, -1, 0UL);
    });
    add(list, "fanotify",
        []() -> long { return fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY); });
    add(list, "kernel-log", []() -> long {
        std::array<char, 16> text{};
        return klogctl(3, text.data(), text.size()); // SYSLOG_ACTION_READ_ALL
    });
}

void add_switches(Attempts& list) {
    // Not the magic numbers: EINVAL.
    add(list, "reboot", [] { return past_the_check(syscall(SYS_reboot, 0, 0, 0, nullptr)); });
    add(list, "swapon", [] { return past_the_check(swapon(nowhere, 0)); });
    add(list, "acct", [] { return past_the_check(acct(nowhere)); });
    // A zone of a week: EINVAL.
    add(list, "settimeofday", [] {
        const timezone wrong{10080, 0};
        return past_the_check(syscall(SYS_settimeofday, nullptr, &wrong));
    });
    // A tick of a microsecond: EINVAL.
    add(list, "adjtimex", [] {
        timex wrong{};
        wrong.modes = ADJ_TICK;
        wrong.tick = 1;
        return past_the_check(syscall(SYS_adjtimex, &wrong));
    });
    // One byte longer than a name may be: EINVAL.
    add(list, "sethostname", [] { return past_the_check(syscall(SYS_sethostname, "x", 65)); });
    add(list, "setdomainname", [] { return past_the_check(syscall(SYS_setdomainname, "x", 65)); });
}

void add_memory(Attempts& list) {
#if defined(__x86_64__)
    add(list, "ioperm", []() -> long { return ioperm(0x80, 1, 1); });
    add(list, "iopl", []() -> long { return iopl(3); });
#endif
    add(list, "map-zero", [] {
        void* found = mmap(nullptr, 4096, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        return found == MAP_FAILED ? -1L : 0L;
    });
    add(list, "personality", []() -> long {
        const int now = personality(0xffffffff);
        return now < 0 ? -1 : personality(static_cast<unsigned long>(now) | ADDR_NO_RANDOMIZE);
    });
}

void add_keys(Attempts& list) {
    constexpr int session_keyring = -3;
    constexpr int keyctl_read = 11;
    add(list, "add-key",
        [] { return syscall(SYS_add_key, "user", "escape-victim", "x", 1UL, session_keyring); });
    for (const std::string who : {"guest", "root"})
        list.push_back({"read-key-" + who, {who + "-key"}, [=](const Targets& t) {
                            std::array<char, 64> text{};
                            return syscall(SYS_keyctl, keyctl_read, t.number(who + "-key"),
                                           text.data(), text.size());
                        }});
}

} // namespace

void add_kernel(Attempts& list) {
    add_code(list);
    add_watching(list);
    add_switches(list);
    add_memory(list);
    add_keys(list);
}

} // namespace vmwarden::escape
