// SPDX-License-Identifier: LGPL-2.1-or-later
// The host's devices that the kernel's VFIO hands to a guest: one by one, and then the groups that
// the IOMMU keeps apart, which are given as a whole.
#include "src/resolve/file_case.h"
#include "src/resolve/steps.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <set>

namespace vmwarden {

namespace {

std::optional<unsigned> group_of(const HostDevice& wanted, const VfioFact& vfio) {
    if (wanted.type == HostDeviceType::mdev) {
        const auto found = vfio.mdev.find(wanted.mdev);
        return found == vfio.mdev.end() ? std::nullopt : found->second;
    }
    const auto found = vfio.pci.find(wanted.pci.text());
    return found == vfio.pci.end() ? std::nullopt : found->second.group;
}

} // namespace

std::vector<std::string> vfio_nodes_needed(const FactsRequest& request, const VfioFact& vfio) {
    std::set<std::string> nodes;
    for (const auto& wanted : request.vfio)
        if (const auto group = group_of(wanted, vfio)) nodes.insert(vfio_node(*group));
    return {nodes.begin(), nodes.end()};
}

namespace resolving {

namespace {

constexpr const char* vfio_driver = "vfio-pci";
constexpr unsigned bridge_class = 6;

struct Case {
    Draft& draft;
    const HostDevice& wanted;
    std::size_t index;
    const Setting<Permission>& allowed;

    [[nodiscard]] std::string step() const { return "hostdev " + std::to_string(index); }
    [[nodiscard]] bool is_pci() const { return wanted.type == HostDeviceType::pci; }
    [[nodiscard]] std::string name() const {
        return is_pci() ? wanted.pci.text() : wanted.mdev.text();
    }
    void refuse(std::string message, std::string hint) {
        draft.refuse(step(), wanted.place, std::move(message), std::move(hint));
    }
};

std::string ids_of(const PciFact& device) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%04x:%04x", device.vendor, device.device);
    return text.data();
}

std::string binding_command(const std::string& address) {
    return "driverctl set-override " + address + " " + vfio_driver;
}

// One that is VFIO's, or that the kernel lets a group have besides: it cannot reach memory by what
// its driver says.
bool leaves_group_alone(const PciFact& device) {
    return device.driver.empty() || is_vfio_driver(device.driver) || device.header_type != 0 ||
           device.driver == "pci-stub" || device.driver == "pcieport";
}

bool is_given(const Draft& draft, const std::string& address) {
    return std::ranges::any_of(draft.definition.host_devices, [&](const HostDevice& other) {
        return other.type == HostDeviceType::pci && other.pci.text() == address;
    });
}

// What the IOMMU cannot keep apart goes to a guest together, or not at all.
bool has_group_to_itself(Case& c, unsigned group) {
    bool good = true;
    for (const auto& [address, other] : c.draft.facts.vfio.pci) {
        if (other.group != group || leaves_group_alone(other) || is_given(c.draft, address))
            continue;
        good = false;
        c.refuse(address + " (" + ids_of(other) + ") is in the same IOMMU group, " +
                     std::to_string(group) + ", and the host's driver " + other.driver + " has it",
                 "give it to the guest as well, or run: " + binding_command(address));
    }
    return good;
}

bool is_no_bridge(Case& c, const PciFact& device) {
    if (device.header_type == 0 && device.class_code >> 16 != bridge_class) return true;
    c.refuse(c.name() + " (" + ids_of(device) + ") is a bridge",
             "give the devices behind it, one by one");
    return false;
}

bool has_group(Case& c, const std::optional<unsigned>& group) {
    if (group) return true;
    c.refuse("nothing keeps " + c.name() + " out of the host's memory: it has no IOMMU group",
             "switch VT-d or AMD-Vi on in the host's firmware, and boot the host with "
             "intel_iommu=on on an Intel processor");
    return false;
}

// Whether its driver is VFIO's, or will be.
bool has_driver(Case& c, const PciFact& device) {
    if (is_vfio_driver(device.driver)) return true;
    const bool managed = c.wanted.managed == true;
    const auto who = device.driver.empty() ? "no driver" : "the host's driver " + device.driver;
    if (!managed)
        c.refuse(c.name() + " (" + ids_of(device) + ") has " + who + ", not " + vfio_driver,
                 "write managed='yes', or run: " + binding_command(c.name()));
    else if (!c.draft.facts.vfio.driver)
        c.refuse(std::string("this host has not loaded ") + vfio_driver,
                 std::string("run: modprobe ") + vfio_driver +
                     "; a line in /etc/modules-load.d does it at every boot");
    else
        return true;
    return false;
}

void plan_device(Case& c, unsigned group, bool ready, const std::string& text) {
    plan::HostDevice device;
    device.kind = c.is_pci() ? plan::HostDevice::Kind::pci : plan::HostDevice::Kind::mdev;
    device.address = c.name();
    device.group = group;
    device.managed = c.is_pci() && c.wanted.managed == true;
    device.ready = ready;
    device.purpose = c.step();
    device.because = c.allowed.origin.text();
    c.draft.host_devices[c.index] = vfio_node(group);
    c.draft.decide(c.step(), text + ", IOMMU group " + std::to_string(group), device.because);
    c.draft.plan.host_devices.push_back(std::move(device));
}

void grant_pci(Case& c) {
    const auto& known = c.draft.facts.vfio.pci;
    const auto found = known.find(c.name());
    if (found == known.end())
        return c.refuse("this host has no PCI device " + c.name(),
                        "lspci -D lists them; correct <source>, or write startupPolicy='optional'");
    const auto& device = found->second;
    bool good = is_no_bridge(c, device) && has_group(c, device.group);
    if (good) good = has_group_to_itself(c, *device.group);
    good = has_driver(c, device) && good;
    if (!good) return;
    const bool ready = is_vfio_driver(device.driver);
    plan_device(c, *device.group, ready,
                "PCI device " + c.name() + " (" + ids_of(device) + ")" +
                    (ready || device.driver.empty() ? "" : ", taken from " + device.driver));
}

void grant_mdev(Case& c) {
    const auto& known = c.draft.facts.vfio.mdev;
    const auto found = known.find(c.wanted.mdev);
    if (found == known.end())
        return c.refuse("this host has no mediated device " + c.name(),
                        "make it with mdevctl, or correct <source>");
    if (has_group(c, found->second))
        plan_device(c, *found->second, true, "mediated device " + c.name());
}

bool is_absent(const Draft& draft, const HostDevice& wanted) {
    return wanted.type == HostDeviceType::pci && !draft.facts.vfio.pci.contains(wanted.pci.text());
}

} // namespace

void grant_vfio_device(Draft& draft, const HostDevice& wanted, std::size_t index) {
    const bool pci = wanted.type == HostDeviceType::pci;
    Case c{draft, wanted, index,
           pci ? draft.policy.host_devices_pci : draft.policy.host_devices_mdev};
    if (c.allowed.value == Permission::deny)
        return draft.deny(
            c.step(), wanted.place, c.allowed.origin,
            std::string("the policy gives guests no ") + (pci ? "PCI" : "mediated") +
                " devices of the host",
            "remove <hostdev>, or change " +
                policy_line(pci ? "host_devices.pci" : "host_devices.mdev", c.allowed.origin));
    if (wanted.startup == StartupPolicy::optional && is_absent(draft, wanted)) {
        draft.host_devices[index] = "";
        return draft.decide(c.step(), "left out: this host has no " + c.name(),
                            defined_at(wanted.place));
    }
    pci ? grant_pci(c) : grant_mdev(c);
}

// Of a group that is VFIO's as a whole the node is there.
void grant_vfio_groups(Draft& draft) {
    std::set<std::uint32_t> waiting;
    for (const auto& device : draft.plan.host_devices)
        if (!device.ready) waiting.insert(device.group);
    std::set<std::uint32_t> done;
    for (std::size_t i = 0; i < draft.definition.host_devices.size(); ++i) {
        const auto step = "hostdev " + std::to_string(i);
        for (const auto& device : draft.plan.host_devices) {
            if (device.purpose != step || waiting.contains(device.group)) continue;
            if (!done.insert(device.group).second) continue;
            WantedFile wanted;
            wanted.path = vfio_node(device.group);
            wanted.purpose = "IOMMU group " + std::to_string(device.group);
            wanted.element = "<hostdev>";
            wanted.place = draft.definition.host_devices[i].place;
            wanted.sharing = plan::FileGrant::Sharing::exclusive;
            wanted.character = true;
            grant_file(draft, wanted);
        }
    }
}

} // namespace resolving
} // namespace vmwarden
