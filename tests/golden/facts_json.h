// SPDX-License-Identifier: LGPL-2.1-or-later
// Host facts as golden cases write them: what a host looks like in a few lines of JSON.
//
//   "extends": "plain.json"     a file of tests/golden/facts that this one changes (RFC 7386)
//   "identity": {"uid", "gid", "groups"}   or "identity_error": "…"
//   "shim_account": {"uid", "gid"}
//   "kvm": "absent" | "present" | "usable"
//   "selinux": {"enforcing", "domain_context", "image_context", "content_context",
//              "unknown_contexts": [...]}
//   "files": {"/path": "absent" | {"error": "…"} | {
//       "type": "regular"*|"block"|"character"|"directory"|"other", "id": [device, inode],
//       "device": [major, minor], "owner": [uid, gid], "mode": "0644", "label": "…",
//       "can_label": true*, "access": "rwx", "resolved": the path*,
//       "blocked": ["/dir", …] of its parents the unsearchable ones,
//       "bytes": 0*,
//       "header": {"error": "…", "backing": FILE, "format": "qcow2", "data": FILE, "disk_bytes":
//       0*}}} FILE is "/path", or {"name": "as written", "path": "/path", missing if it is no
//       file's}
//   "networks": {"br0": {"kind": "bridge"|"tap"|"other"*, "mtu": 1500*, "down", "loopback",
//       "persistent", "multi_queue": false*}}
//   "usb": [{"at": [bus, device], "id": ["1d6b", "0002"], "hub": false*}]
//   "pci": {"0000:06:02.0": {"id": ["8086", "100e"], "class": "020000"*, "header_type": 0*,
//       "driver": "e1000", "group": 5}, "vfio-pci": whether it is loaded, false*}
//   "mdev": {UUID: group or "none"}
//   "categories_in_use": [[low, high], …] | "all", "category_seed": n
//   "ports_in_use": [port, …]
//   "firmware": [{"file", "executable", "nvram_template", "architecture", "machines": [GLOB, …],
//       "features": of secure-boot, enrolled-keys, requires-smm, bios (not UEFI), memory (not
//       flash), qcow2 (not raw)}]
//   "exclusive_images", "shared_images": [{"id": [device, inode], "guest": "name"}]
//
// A key that is not listed here is an error. * is what holds when the key is missing.
#pragma once

#include "src/hostfacts/host_facts.h"

#include <filesystem>

namespace vmwarden::tests {

// Throws std::runtime_error on anything that is not as above.
HostFacts read_facts(const std::filesystem::path& file, const std::filesystem::path& bases);

} // namespace vmwarden::tests
