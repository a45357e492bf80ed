// SPDX-License-Identifier: LGPL-2.1-or-later
// (HostPolicy, GuestDefinition, HostFacts) -> LaunchPlan, or every reason why not. Pure.
#pragma once

#include "src/domain/guest_definition.h"
#include "src/hostfacts/host_facts.h"
#include "src/hostpolicy/host_policy.h"
#include "src/plan/launch_plan.h"

#include <map>
#include <string>
#include <variant>
#include <vector>

namespace vmwarden {

// What the policy's rules look at.
GuestTraits traits_of(const GuestDefinition& definition);

// What must be known of the host before a guest can be resolved.
struct FactsRequest {
    Account user;
    Account group;
    // All paths whose FileFact resolve() will ask for and that the definition and policy name.
    std::vector<std::string> files = {};
    // The qcow2 images among them whose header is asked for an external data file alone: what backs
    // them the definition says.
    std::vector<std::string> images = {};
    // Those whose header is asked for what backs them as well, and so on downwards.
    std::vector<std::string> chains = {};
    bool ports = false;    // which are in use
    bool vsock = false;    // addresses in use
    bool networks = false; // the host's network devices
    // The host's USB devices, where any are; the nodes of those that fit: usb_nodes_needed().
    std::vector<HostDevice> usb = {};
    std::vector<HostDevice> vfio = {};      // those of PCI and mediated ones, likewise
    std::vector<std::string> contexts = {}; // whether SELinux's policy knows them
    bool firmware = false;                  // which there is, and the files that it is of
    std::string guest = {};                 // whose id it is where each has its own
    IdRange per_guest_ids = {};             // out of which
    std::vector<std::string> supplementary_groups = {}; // names
    bool operator==(const FactsRequest&) const = default;
};

// How long a disk's backing chain may be, the guest's own image included, and how many images a
// guest may have in all: far more than anybody uses, and what a hostile header cannot exceed.
constexpr std::size_t max_chain_images = 64;
constexpr std::size_t max_images = 1024;

// `policy` is the host's: the rules that are for this guest are applied first, here and in
// resolve().
FactsRequest facts_needed(const HostPolicy& policy, const GuestDefinition& definition);

// What must be known besides, after a look at the files asked for: what the headers of images name.
// To be asked again with what was found, until nothing more is needed.
std::vector<std::string> more_files_needed(const FactsRequest& request,
                                           const std::map<std::string, FileFact>& known);

// The nodes of the USB devices that the definition may mean, after a look at what is plugged in.
std::vector<std::string> usb_nodes_needed(const FactsRequest& request,
                                          const std::vector<UsbFact>& usb);

// Likewise those of the IOMMU groups that the definition's devices are of.
std::vector<std::string> vfio_nodes_needed(const FactsRequest& request, const VfioFact& vfio);

// Why a guest may not start as asked. `denied` tells a policy's no from a host that cannot.
struct Refusal {
    enum class Kind { denied, impossible };
    Kind kind = Kind::impossible;
    std::string step;      // short name: "emulator", "disk hda", "identity", "selinux"
    Diagnostic diagnostic; // place: the line of definition or policy in question
    Origin rule = {};      // of a denial: what in the policy says no
    bool operator==(const Refusal&) const = default;
};

using Resolution = std::variant<LaunchPlan, std::vector<Refusal>>;

// A file that facts does not know counts as one that cannot be examined.
Resolution resolve(const HostPolicy& policy, const GuestDefinition& definition,
                   const HostFacts& facts);

// Why no host could start this, whatever its policy: what QEMU cannot do, or places that two
// devices claim. Part of what resolve() finds.
Diagnostics impossible(const GuestDefinition& definition);

// The definition's UUID, or one derived from its name and HostFacts::host_uuid: the same at every
// start, because guests see it (SMBIOS, and through it MAC addresses), and another on another host.
Uuid guest_uuid(const GuestDefinition& definition, const Uuid& host);

// The directory of ours that a guest without a definition leaves behind, to be removed; empty: it
// has none, or its definition wants it kept.
std::string directory_to_forget(const GuestDefinition& definition);

} // namespace vmwarden
