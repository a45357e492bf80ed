// SPDX-License-Identifier: LGPL-2.1-or-later
// What this host can run under its policy: libvirt's capabilities. Pure.
#pragma once

#include "src/capabilities/found_emulators.h"
#include "src/hostfacts/host_facts.h"
#include "src/hostpolicy/host_policy.h"

#include <string>
#include <vector>

namespace vmwarden {

struct OfferedSecurity {
    std::string model; // "selinux", "dac"
    std::string baselabel;
    std::string emulated_baselabel; // of guests of type 'qemu'
    bool operator==(const OfferedSecurity&) const = default;
};

struct OfferedMachine {
    std::string name;
    std::string canonical;      // what `name` stands for; empty: itself
    std::uint32_t max_cpus = 0; // 0: not known
    bool deprecated = false;
    bool operator==(const OfferedMachine&) const = default;
};

struct OfferedDomain {
    std::string type;     // "qemu", "kvm"
    std::string emulator; // empty: the guest's, as are its machines
    std::vector<OfferedMachine> machines;
    bool operator==(const OfferedDomain&) const = default;
};

// One kind of guest and one emulator for it. Of several for a kind the first is the one that a
// definition without <emulator> gets.
struct OfferedGuest {
    std::string os_type; // "hvm", "xen"
    std::string arch;
    unsigned wordsize = 0;
    std::string emulator;
    std::vector<OfferedMachine> machines;
    std::vector<OfferedDomain> domains;
    bool operator==(const OfferedGuest&) const = default;
};

struct HostCapabilities {
    std::string arch; // of the host
    std::vector<OfferedSecurity> security_models;
    std::vector<OfferedGuest> guests;
    bool operator==(const HostCapabilities&) const = default;
};

HostCapabilities host_capabilities(const HostPolicy& policy, const HostFacts& facts,
                                   const FoundEmulators& found);

// libvirt's capabilities XML (its public schema is capability.rng).
std::string to_xml(const HostCapabilities& capabilities);

} // namespace vmwarden
