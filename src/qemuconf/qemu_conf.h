// SPDX-License-Identifier: LGPL-2.1-or-later
// libvirt's qemu.conf to a policy file: what an administrator who comes from there set, and what of
// it has a place here.
#pragma once

#include "src/base/diagnostic.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace vmwarden {

// How an option's value becomes a key's.
enum class QemuConfConversion {
    none, // there is no key: `note` says why
    boolean,
    account,
    security_driver,
    controllers,
    devices,
    sandbox,         // -1, 0, 1
    limit,           // 0 is the host's own
    mount_namespace, // [] or ["mount"]
};

// A row for every option that libvirt documents or has documented, in the order of its file.
struct QemuConfOption {
    std::string_view name;
    std::string_view key; // of policy files, "limits.processes"; empty where there is none
    QemuConfConversion conversion = QemuConfConversion::none;
    // Why there is no key, or what is different about the key; without a full stop, empty where
    // nothing is to be said.
    std::string_view note;
};

std::span<const QemuConfOption> qemu_conf_options();

struct ImportedQemuConf {
    std::optional<std::string> policy; // absent exactly when the report has errors
    // An error for what cannot be read or converted, a warning for each option without a place.
    Diagnostics report;
};

// `file` is what diagnostics and the comments of the policy shall call the text. The policy passes
// `policy check`; an option whose key this program does not know stands in it as a comment.
ImportedQemuConf import_qemu_conf(const std::string& file, std::string_view text);

// Larger files are refused.
constexpr std::size_t max_qemu_conf_bytes = 1024 * 1024;

} // namespace vmwarden
