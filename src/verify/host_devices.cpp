// SPDX-License-Identifier: LGPL-2.1-or-later
// The host's devices that VFIO has handed to QEMU.
#include "src/verify/rows.h"

#include <algorithm>

namespace vmwarden::verifying {

namespace {

// The number of the node of the device's group.
DeviceNumber node_of(const LaunchPlan& plan, const plan::HostDevice& device) {
    const auto path = "/dev/vfio/" + std::to_string(device.group);
    const auto found =
        std::find_if(plan.files.begin(), plan.files.end(),
                     [&](const plan::FileGrant& file) { return file.resolved == path; });
    return found == plan.files.end() ? DeviceNumber{} : found->device;
}

// Only one process may have it open.
bool is_held(const KernelView& view, DeviceNumber node) {
    return std::any_of(view.fds.begin(), view.fds.end(), [&](const OpenFd& fd) {
        return fd.is_device && !fd.is_block && fd.device == node && node != DeviceNumber{};
    });
}

std::string text_of(const std::string& driver, std::optional<unsigned> group, bool held) {
    return (driver.empty() ? "no driver" : driver) + ", " +
           (group ? "IOMMU group " + std::to_string(*group) : "no IOMMU group") + ", " +
           (held ? "" : "not ") + "held by QEMU";
}

// Drivers like mlx5_vfio_pci are VFIO's as well; a mediated device's is whoever made it.
bool is_vfio(const plan::HostDevice& device, const std::string& driver) {
    if (device.kind == plan::HostDevice::Kind::mdev) return !driver.empty();
    return driver.ends_with("vfio-pci") || driver.ends_with("vfio_pci");
}

void add_row(Rows& rows, const LaunchPlan& plan, const KernelView& view,
             const plan::HostDevice& device, const HostDeviceView& seen) {
    const bool held = is_held(view, node_of(plan, device));
    const bool holds = held && seen.group == device.group && is_vfio(device, seen.driver);
    const auto driver = device.kind == plan::HostDevice::Kind::mdev ? "a VFIO driver" : "vfio-pci";
    rows.push_back({"host device " + device.address, holds,
                    text_of(driver, device.group, true) + " [" + device.because + "]",
                    text_of(seen.driver, seen.group, held),
                    holds ? "" : "somebody has changed it; restart the guest to set it up again"});
}

} // namespace

void add_host_device_rows(Rows& rows, const LaunchPlan& plan, const KernelView& view) {
    for (std::size_t i = 0; i < plan.host_devices.size(); ++i)
        add_row(rows, plan, view, plan.host_devices[i],
                i < view.host_devices.size() ? view.host_devices[i] : HostDeviceView());
}

} // namespace vmwarden::verifying
