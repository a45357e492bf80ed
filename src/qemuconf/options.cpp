// SPDX-License-Identifier: LGPL-2.1-or-later
// The options are those of libvirt 9.0 and those that came and went before and after it, until
// 11.10; src/qemu/qemu.conf.in over libvirt's history names them.
#include "src/qemuconf/qemu_conf.h"

#include <array>

namespace vmwarden {

namespace {

using Conversion = QemuConfConversion;

constexpr QemuConfOption no_key(std::string_view name, std::string_view why) {
    return {name, {}, Conversion::none, why};
}

constexpr std::string_view own_display = "the definition's <graphics> says where its display "
                                         "listens, else it is 127.0.0.1";
constexpr std::string_view no_display_tls = "displays have no TLS in this version: let them listen "
                                            "on 127.0.0.1 and go through a tunnel";
constexpr std::string_view no_password = "displays have no passwords: VNC keeps 8 letters of one, "
                                         "and who can read the file has it";
constexpr std::string_view no_display_sasl = "displays have no SASL in this version";
constexpr std::string_view no_display_socket = "displays listen on addresses in this version";
constexpr std::string_view only_vnc = "VNC is the only display in this version";
constexpr std::string_view display_ports = "a display takes the port its definition names, or the "
                                           "first free one from 5900";
constexpr std::string_view no_websocket = "displays have no WebSocket in this version";
constexpr std::string_view no_host_audio = "QEMU is given no way to the host's sound";
constexpr std::string_view no_tls = "QEMU is given no TLS credentials in this version";
constexpr std::string_view no_vxhs = "QEMU and libvirt have dropped VxHS";
constexpr std::string_view no_network_disks = "disks come from files and block devices in this "
                                              "version";
constexpr std::string_view no_migration = "guests are not migrated in this version";
constexpr std::string_view no_backup = "there are no backup jobs in this version";
constexpr std::string_view no_save = "guests are not saved or dumped in this version";
constexpr std::string_view by_units = "starting and stopping with the host is systemd's: see "
                                      "vmwarden@NAME.service";
constexpr std::string_view no_memory_backing = "memory is anonymous in this version: "
                                               "<memoryBacking> is refused";
constexpr std::string_view no_tpm = "guests have no TPM in this version";
constexpr std::string_view no_helper = "no such helper is run in this version";
constexpr std::string_view no_sharing = "directories are not shared with guests in this version";
constexpr std::string_view for_developers = "it serves the development of libvirt alone";
constexpr std::string_view no_queue_size = "<interface> has no queue sizes in this version";

constexpr std::array table = {
    no_key("default_tls_x509_cert_dir", no_tls),
    no_key("default_tls_x509_verify", no_tls),
    no_key("default_tls_x509_secret_uuid", no_tls),
    no_key("default_tls_priority", no_tls),

    no_key("vnc_listen", own_display),
    no_key("vnc_auto_unix_socket", no_display_socket),
    no_key("vnc_tls", no_display_tls),
    no_key("vnc_tls_x509_cert_dir", no_display_tls),
    no_key("vnc_tls_x509_verify", no_display_tls),
    no_key("vnc_tls_x509_secret_uuid", no_display_tls),
    no_key("vnc_tls_priority", no_display_tls),
    no_key("vnc_password", no_password),
    no_key("vnc_sasl", no_display_sasl),
    no_key("vnc_sasl_dir", no_display_sasl),
    no_key("vnc_allow_host_audio", no_host_audio),

    no_key("spice_listen", only_vnc),
    no_key("spice_tls", only_vnc),
    no_key("spice_tls_x509_cert_dir", only_vnc),
    no_key("spice_auto_unix_socket", only_vnc),
    no_key("spice_password", only_vnc),
    no_key("spice_sasl", only_vnc),
    no_key("spice_sasl_dir", only_vnc),

    no_key("rdp_listen", only_vnc),
    no_key("rdp_tls_x509_cert_dir", only_vnc),
    no_key("rdp_username", only_vnc),
    no_key("rdp_password", only_vnc),

    no_key("chardev_tls", no_tls),
    no_key("chardev_tls_x509_cert_dir", no_tls),
    no_key("chardev_tls_x509_verify", no_tls),
    no_key("chardev_tls_x509_secret_uuid", no_tls),
    no_key("chardev_tls_priority", no_tls),

    no_key("vxhs_tls", no_vxhs),
    no_key("vxhs_tls_x509_cert_dir", no_vxhs),
    no_key("vxhs_tls_x509_secret_uuid", no_vxhs),

    no_key("nbd_tls", no_network_disks),
    no_key("nbd_tls_x509_cert_dir", no_network_disks),
    no_key("nbd_tls_x509_secret_uuid", no_network_disks),
    no_key("nbd_tls_priority", no_network_disks),

    no_key("migrate_tls_x509_cert_dir", no_migration),
    no_key("migrate_tls_x509_verify", no_migration),
    no_key("migrate_tls_x509_secret_uuid", no_migration),
    no_key("migrate_tls_priority", no_migration),
    no_key("migrate_tls_force", no_migration),

    no_key("backup_tls_x509_cert_dir", no_backup),
    no_key("backup_tls_x509_verify", no_backup),
    no_key("backup_tls_x509_secret_uuid", no_backup),
    no_key("backup_tls_priority", no_backup),

    no_key("nographics_allow_host_audio", no_host_audio),
    no_key("remote_display_port_min", display_ports),
    no_key("remote_display_port_max", display_ports),
    no_key("remote_websocket_port_min", no_websocket),
    no_key("remote_websocket_port_max", no_websocket),

    QemuConfOption{"security_driver", "security_driver", Conversion::security_driver,
                   "AppArmor is not used in this version"},
    QemuConfOption{
        "security_default_confined", "security_default_confined", Conversion::boolean, {}},
    QemuConfOption{
        "security_require_confined", "security_require_confined", Conversion::boolean, {}},
    QemuConfOption{"user", "user", Conversion::account, "an id is written \"+ID\""},
    QemuConfOption{"group", "group", Conversion::account, "an id is written \"+ID\""},
    QemuConfOption{"dynamic_ownership", "dynamic_ownership", Conversion::boolean,
                   "read-only and backing images are given back as well"},
    no_key("remember_owner", "owners are remembered always, and given back at stop"),
    QemuConfOption{"cgroup_controllers", "cgroup_controllers", Conversion::controllers,
                   "blkio is io, cpuacct is part of cpu, and pids, for which libvirt has no word, "
                   "stays on"},
    QemuConfOption{"cgroup_device_acl", "cgroup_device_acl", Conversion::devices, {}},

    no_key("save_image_format", no_save),
    no_key("dump_image_format", no_save),
    no_key("snapshot_image_format", no_save),
    no_key("auto_dump_path", no_save),
    no_key("auto_dump_bypass_cache", no_save),
    no_key("auto_start_bypass_cache", no_save),
    no_key("auto_start_delay", by_units),
    no_key("auto_shutdown_try_save", no_save),
    no_key("auto_shutdown_try_shutdown", by_units),
    no_key("auto_shutdown_poweroff", by_units),
    no_key("auto_shutdown_wait", by_units),
    no_key("auto_shutdown_restore", by_units),
    no_key("auto_save_bypass_cache", no_save),

    no_key("hugetlbfs_mount", no_memory_backing),
    no_key("clear_emulator_capabilities", "capabilities are always cleared, the bounding set too"),
    no_key("bridge_helper", "no helper with privilege of its own is run for networks"),
    no_key("set_process_name", "a guest's processes are found by its scope"),
    QemuConfOption{"max_processes", "limits.processes", Conversion::limit,
                   "of one guest with its threads, not of all that the user runs"},
    QemuConfOption{"max_files", "limits.open_files", Conversion::limit, {}},
    QemuConfOption{"max_threads_per_process", "limits.processes", Conversion::limit,
                   "processes and threads are counted together"},
    no_key("max_core", "the size of core dumps is systemd's: see systemd-coredump(8)"),
    no_key("dump_guest_core", "guest memory is never in a core dump"),

    no_key("mac_filter", "no packet filters are set on the host: <filterref> is refused"),
    no_key("relaxed_acs_check", "PCI devices are not assigned to guests in this version"),
    no_key("allow_disk_format_probing", "an image's format is never guessed: the definition "
                                        "names it"),
    no_key("lock_manager", "guests of this host write one image together only where all their "
                           "definitions say <shareable>; other hosts are not asked"),
    no_key("max_queued", "a guest does one thing at a time"),
    no_key("keepalive_interval", no_migration),
    no_key("keepalive_count", no_migration),
    QemuConfOption{"seccomp_sandbox", "seccomp_sandbox", Conversion::sandbox, {}},
    no_key("migration_address", no_migration),
    no_key("migration_host", no_migration),
    no_key("migration_port_min", no_migration),
    no_key("migration_port_max", no_migration),
    no_key("log_timestamp", "QEMU writes its messages without a time in this version"),
    no_key("nvram", "<loader> and <nvram> are refused in this version"),
    no_key("stdio_handler", "QEMU's messages go to a log of the guest's own that the agent opens"),
    no_key("gluster_debug_level", no_network_disks),
    no_key("rx_queue_size", no_queue_size),
    no_key("tx_queue_size", no_queue_size),
    no_key("virtiofsd_debug", no_sharing),
    QemuConfOption{"namespaces", "namespaces.mount", Conversion::mount_namespace,
                   "not /dev alone, all that QEMU sees of the host's files"},
    no_key("memory_backing_dir", no_memory_backing),
    no_key("pr_helper", no_helper),
    no_key("slirp_helper", no_helper),
    no_key("qemu_rdp", no_helper),
    no_key("dbus_daemon", no_helper),
    no_key("swtpm_user", no_tpm),
    no_key("swtpm_group", no_tpm),
    no_key("capability_filters", for_developers),
    no_key("deprecation_behavior", for_developers),
    no_key("sched_core", "guests have no scheduling groups in this version"),
    no_key("storage_use_nbdkit", no_network_disks),
    no_key("shared_filesystems", no_migration),
    no_key("default_cpu_deprecated_features", "a CPU has the features its definition names"),
};

} // namespace

std::span<const QemuConfOption> qemu_conf_options() {
    return table;
}

} // namespace vmwarden
