// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/keys.h"
#include "src/qemuconf/qemu_conf.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace vmwarden {
namespace {

const QemuConfOption* find(std::string_view name) {
    for (const auto& option : qemu_conf_options())
        if (option.name == name) return &option;
    return nullptr;
}

TEST(QemuConfOptions, HaveAKeyAndAConversionOrAReason) {
    std::set<std::string_view> seen;
    for (const auto& option : qemu_conf_options()) {
        EXPECT_TRUE(seen.insert(option.name).second) << option.name;
        EXPECT_EQ(option.key.empty(), option.conversion == QemuConfConversion::none) << option.name;
        if (option.key.empty()) {
            EXPECT_FALSE(option.note.empty()) << option.name;
        }
        EXPECT_FALSE(option.note.ends_with('.')) << option.name;
    }
}

// A key that no version has or promises would be a slip of the pen.
TEST(QemuConfOptions, KeysAreThoseOfPolicyFiles) {
    const std::set<std::string_view> promised = {"security_default_confined",
                                                 "security_require_confined", "limits.processes",
                                                 "limits.open_files"};
    for (const auto& option : qemu_conf_options()) {
        if (option.key.empty()) continue;
        EXPECT_TRUE(hostpolicy::find_key(option.key) != nullptr || promised.count(option.key) != 0)
            << option.key;
    }
}

// What the page on libvirt's security lists for this area, each with its answer.
TEST(QemuConfOptions, HoldThoseOfSecurity) {
    for (const auto name :
         {"security_driver", "security_default_confined", "security_require_confined", "user",
          "group", "dynamic_ownership", "cgroup_controllers", "cgroup_device_acl",
          "seccomp_sandbox", "namespaces", "max_processes", "max_files", "max_threads_per_process"}) {
        ASSERT_NE(find(name), nullptr) << name;
        EXPECT_FALSE(find(name)->key.empty()) << name;
    }
    for (const auto name : {"remember_owner",       "max_core",
                            "dump_guest_core",      "relaxed_acs_check", "lock_manager",
                            "stdio_handler",        "hugetlbfs_mount",   "memory_backing_dir",
                            "swtpm_user",           "swtpm_group",       "shared_filesystems",
                            "bridge_helper",        "pr_helper",         "slirp_helper",
                            "dbus_daemon",          "qemu_rdp",          "mac_filter",
                            "set_process_name",     "sched_core",        "capability_filters",
                            "deprecation_behavior", "vnc_listen",        "spice_listen",
                            "rdp_listen",           "vnc_tls",           "vnc_sasl",
                            "vnc_password",         "spice_password",    "vnc_auto_unix_socket",
                            "vnc_allow_host_audio", "auto_shutdown_wait"}) {
        ASSERT_NE(find(name), nullptr) << name;
        EXPECT_TRUE(find(name)->key.empty()) << name;
    }
}

} // namespace
} // namespace vmwarden
