// SPDX-License-Identifier: LGPL-2.1-or-later
// One small reader for each element of the format. Each takes what it understands into the
// definition; ElementReader reports the rest. What two elements may not say together is checked by
// the reader of the later one; type and <os> are read first, serials before consoles.
//
// To add a device: its struct in small_devices.h or guest_definition.h, its words in words.h, a
// reader here, a line in the table of read_devices.cpp, its writer in write_devices.cpp, examples
// in tests/golden.
#pragma once

#include "src/domain/element_reader.h"
#include "src/domain/guest_definition.h"

#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>

namespace vmwarden::domain {

void read_domain_element(ElementReader& domain, GuestDefinition& guest);

void read_os(ElementReader& os, GuestDefinition& guest);
// After <os> and <uuid>.
void read_sysinfo(ElementReader& sysinfo, GuestDefinition& guest);
void read_features(ElementReader& features, GuestDefinition& guest);
void read_cpu(ElementReader& cpu, GuestDefinition& guest);
void read_clock(ElementReader& clock, GuestDefinition& guest);
void read_pm(ElementReader& pm, GuestDefinition& guest);
void read_firmware(ElementReader& os, Firmware& firmware);
void read_memory_backing(ElementReader& backing, GuestDefinition& guest);
void read_max_memory(ElementReader& element, GuestDefinition& guest);
void read_vcpu(ElementReader& vcpu, GuestDefinition& guest);
void read_vcpus(ElementReader& vcpus, GuestDefinition& guest);
// <iothreads>, <iothreadids> and <defaultiothread>.
void read_iothreads(ElementReader& domain, GuestDefinition& guest);
// The I/O thread that serves a device; 0: none of its own.
// A thread's name shows its number; the kernel keeps 15 bytes: "IO iothread9999".
constexpr std::uint64_t last_iothread = 9999;
unsigned read_iothread_of(ElementReader& driver, const GuestDefinition& guest);
void read_cputune(ElementReader& cputune, GuestDefinition& guest);
void read_memtune(ElementReader& memtune, GuestDefinition& guest);
void read_blkiotune(ElementReader& blkiotune, GuestDefinition& guest);
void read_resource(ElementReader& resource, GuestDefinition& guest);
void read_numa(ElementReader& numa, GuestDefinition& guest);
void read_numatune(ElementReader& numatune, GuestDefinition& guest);
void read_memory_module(ElementReader& element, GuestDefinition& guest);
void check_memory(ElementReader& domain, const GuestDefinition& guest);

void read_seclabel(ElementReader& seclabel, GuestDefinition& guest);
void read_image_label(ElementReader& seclabel, std::vector<ImageLabel>& labels);
void read_devices(ElementReader& devices, GuestDefinition& guest);
void read_controller(ElementReader& controller, GuestDefinition& guest);
void read_disk(ElementReader& disk, GuestDefinition& guest);
void read_driver_tuning(ElementReader& driver, Disk& disk, const GuestDefinition& guest);
// After bus and device are known.
void read_disk_tuning(ElementReader& disk, Disk& to);
unsigned read_rotation_rate(ElementReader& target);
// <boot order='1'/> of a device; 0 without one.
unsigned read_boot_order(ElementReader& device, const GuestDefinition& guest);
void read_host_device(ElementReader& hostdev, GuestDefinition& guest);
void read_interface(ElementReader& interface, GuestDefinition& guest);
// <rom> of a PCI device.
void read_rom(ElementReader& device, DeviceRom& rom);
// <driver> of a device that chooses nothing there but virtio's switches; after read_device_info().
void read_virtio_driver(ElementReader& device, bool virtio, DeviceInfo& info);
// The switches that the element has as attributes, in the order of `known`.
std::vector<NamedSwitch> read_switches(ElementReader& element, std::span<const KnownSwitch> known);
void read_serial(ElementReader& serial, GuestDefinition& guest);
void read_parallel(ElementReader& parallel, GuestDefinition& guest);
// True for a console on a serial port, of which a guest has one at most.
bool read_console(ElementReader& console, bool had_serial_console, GuestDefinition& guest);
void read_graphics(ElementReader& graphics, GuestDefinition& guest);
void read_input(ElementReader& input, GuestDefinition& guest);
void read_video(ElementReader& video, GuestDefinition& guest);
void read_channel(ElementReader& channel, GuestDefinition& guest);
void read_sound(ElementReader& sound, GuestDefinition& guest);
void read_audio(ElementReader& audio, GuestDefinition& guest);
void read_watchdog(ElementReader& watchdog, GuestDefinition& guest);
void read_memballoon(ElementReader& memballoon, GuestDefinition& guest);
void read_rng(ElementReader& rng, GuestDefinition& guest);
void read_panic(ElementReader& panic, GuestDefinition& guest);
void read_iommu(ElementReader& iommu, GuestDefinition& guest);
void read_redirdev(ElementReader& redirdev, GuestDefinition& guest);
void read_redirfilter(ElementReader& filter, GuestDefinition& guest);
void read_smartcard(ElementReader& smartcard, GuestDefinition& guest);
void read_filesystem(ElementReader& filesystem, GuestDefinition& guest);
void read_tpm(ElementReader& tpm, GuestDefinition& guest);
void read_shared_memory(ElementReader& shmem, GuestDefinition& guest);
void read_vsock(ElementReader& vsock, GuestDefinition& guest);
void read_hub(ElementReader& hub, GuestDefinition& guest);

// An attribute that only a running guest's XML has: without effect, which a warning says.
void set_aside(ElementReader& element, std::string_view attribute);

enum class AddressKind { pci, drive, usb, virtio_serial, isa, dimm, ccid };
// <address> of one of these kinds, <alias> and, of a PCI device, <acpi>.
DeviceInfo read_device_info(ElementReader& device, std::span<const AddressKind> possible);
inline DeviceInfo read_device_info(ElementReader& device,
                                   std::initializer_list<AddressKind> possible) {
    return read_device_info(device, std::span(possible.begin(), possible.size()));
}

// What libvirt calls its elements for QEMU alone, under the prefix qemu.
constexpr std::string_view qemu_namespace = "http://libvirt.org/schemas/domain/qemu/1.0";
// On <domain>, or on an element with that prefix.
void read_qemu_namespace(ElementReader& element);
// Whatever prefix a document has for it, or none, becomes that one.
void use_qemu_prefix(Element& domain);
void read_commandline(ElementReader& commandline, GuestDefinition& guest);

// "hda" is drive 0 of its bus, "sdab" drive 27. None for a name that is no drive's.
std::optional<unsigned> drive_index(std::string_view target);

} // namespace vmwarden::domain
