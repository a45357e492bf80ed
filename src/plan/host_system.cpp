// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/plan/host_system.h"

namespace vmwarden::plan {

namespace {

constexpr const char* paths[] = {
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    // the dynamic linker, and programs that a distribution lets choose
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/ld.so.preload",
    "/etc/alternatives",
    // names and time
    "/etc/nsswitch.conf",
    "/etc/passwd",
    "/etc/group",
    "/etc/hosts",
    "/etc/host.conf",
    "/etc/gai.conf",
    "/etc/services",
    "/etc/protocols",
    "/etc/localtime",
    "/etc/resolv.conf",
    "/run/systemd/resolve",
    "/run/resolvconf",
    "/run/NetworkManager/resolv.conf",
    // certificates and the ciphers that the host allows
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
    "/etc/pki/tls/certs",
    "/etc/pki/tls/openssl.cnf",
    "/etc/pki/ca-trust",
    "/etc/ca-certificates",
    "/etc/gnutls",
    "/etc/crypto-policies",
    // QEMU's own, its display's
    "/etc/qemu",
    "/etc/sasl2",
    "/etc/fonts",
    "/etc/glvnd",
    "/etc/drirc",
    // devices, for VFIO, USB and NUMA
    "/sys",
    "/run/udev/data",
};

} // namespace

std::vector<Bind> host_system() {
    std::vector<Bind> list;
    for (const char* path : paths)
        list.push_back({path, path, {}, true, false, false, {}});
    return list;
}

} // namespace vmwarden::plan
