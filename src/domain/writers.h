// SPDX-License-Identifier: LGPL-2.1-or-later
// The other direction of readers.h.
#pragma once

#include "src/domain/guest_definition.h"
#include "src/domain/running_labels.h"
#include "src/domain/xml_writer.h"

namespace vmwarden::domain {

void write_controller(XmlWriter& xml, const Controller& controller);
void write_devices(XmlWriter& xml, const GuestDefinition& guest);
void write_memory_backing(XmlWriter& xml, const MemoryBacking& backing);
void write_firmware(XmlWriter& xml, const Firmware& firmware);
void write_system_information(XmlWriter& xml, const SystemInformation& information);
void write_security_label(XmlWriter& xml, const SecurityLabel& label);
void write_running_labels(XmlWriter& xml, const std::vector<SecurityLabel>& asked_for,
                          const RunningLabels& labels);
void write_image_label(XmlWriter& xml, const ImageLabel& label);
void write_features(XmlWriter& xml, const GuestDefinition& guest);
void write_cpu(XmlWriter& xml, const GuestDefinition& guest);
void write_clock(XmlWriter& xml, const GuestDefinition& guest);
void write_power(XmlWriter& xml, const PowerManagement& power);
std::vector<std::pair<std::string_view, std::string>> driver_tuning(const DiskTuning& tuning);
void write_disk_tuning(XmlWriter& xml, const DiskTuning& tuning);
void write_boot_order(XmlWriter& xml, unsigned order);
void write_characters(XmlWriter& xml, const GuestDefinition& guest);
void write_graphics(XmlWriter& xml, const Graphics& graphics);
void write_redirection(XmlWriter& xml, const GuestDefinition& guest);
void write_host_devices(XmlWriter& xml, const GuestDefinition& guest);
void write_interfaces(XmlWriter& xml, const GuestDefinition& guest);
void write_rom(XmlWriter& xml, const DeviceRom& rom);
void write_device_info(XmlWriter& xml, const DeviceInfo& info);
// <driver> of a device that says no more there than virtio's switches.
void write_virtio_driver(XmlWriter& xml, const DeviceInfo& info);
void add_switches(XmlAttributes& to, const std::vector<NamedSwitch>& switches);
bool says_anything(const DeviceInfo& info);
void write_sounds(XmlWriter& xml, const GuestDefinition& guest);
void write_max_memory(XmlWriter& xml, const GuestDefinition& guest);
// <vcpu>, <vcpus>, <iothreads>, <iothreadids> and <defaultiothread>.
void write_threads(XmlWriter& xml, const GuestDefinition& guest);
void write_cpu_tune(XmlWriter& xml, const CpuTune& tune);
void write_memory_tune(XmlWriter& xml, const MemoryTune& tune);
void write_block_tune(XmlWriter& xml, const BlockTune& tune);
void write_partition(XmlWriter& xml, const Partition& partition);
void write_numa_tune(XmlWriter& xml, const NumaTune& tune);
void write_numa_cells(XmlWriter& xml, const std::vector<NumaCell>& cells);
void write_memory_modules(XmlWriter& xml, const GuestDefinition& guest);
void write_shared_memory(XmlWriter& xml, const SharedMemory& memory);
void write_filesystem(XmlWriter& xml, const Filesystem& filesystem);
void write_tpm(XmlWriter& xml, const Tpm& tpm);
void write_small_devices(XmlWriter& xml, const GuestDefinition& guest);

} // namespace vmwarden::domain
