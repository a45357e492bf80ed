// SPDX-License-Identifier: LGPL-2.1-or-later
// The words of the format and the values they stand for: one table each, for reading and writing.
#pragma once

#include "src/domain/guest_definition.h"

#include <span>
#include <stdexcept>
#include <string_view>

namespace vmwarden::domain {

template <class T>
struct Word {
    std::string_view text;
    T value;
};

// A name or word of libvirt's that we refuse. The reason completes "X is refused: ..."; empty: it
// is not in this version.
struct NotDone {
    std::string_view name;
    std::string_view reason = {};
};

template <class T, std::size_t count>
std::string_view word_for(const Word<T> (&words)[count], T value) {
    for (const auto& word : words)
        if (word.value == value) return word.text;
    throw std::logic_error("a value without a word in domain XML");
}

inline constexpr Word<bool> yes_no[] = {{"yes", true}, {"no", false}};
inline constexpr Word<bool> on_off[] = {{"on", true}, {"off", false}};

inline constexpr Word<DomainType> domain_types[] = {{"qemu", DomainType::qemu},
                                                    {"kvm", DomainType::kvm}};
inline constexpr Word<BootDevice> boot_devices[] = {{"fd", BootDevice::fd},
                                                    {"hd", BootDevice::hd},
                                                    {"cdrom", BootDevice::cdrom},
                                                    {"network", BootDevice::network}};
inline constexpr Word<ClockOffset> clock_offsets[] = {{"utc", ClockOffset::utc},
                                                      {"localtime", ClockOffset::localtime},
                                                      {"timezone", ClockOffset::timezone},
                                                      {"variable", ClockOffset::variable},
                                                      {"absolute", ClockOffset::absolute}};
inline constexpr Word<LifecycleAction> lifecycle_actions[] = {
    {"destroy", LifecycleAction::destroy}, {"restart", LifecycleAction::restart}};
inline constexpr Word<LifecycleAction> crash_actions[] = {{"destroy", LifecycleAction::destroy},
                                                          {"restart", LifecycleAction::restart},
                                                          {"preserve", LifecycleAction::preserve}};

inline constexpr Word<DiskDevice> disk_devices[] = {
    {"disk", DiskDevice::disk}, {"cdrom", DiskDevice::cdrom}, {"floppy", DiskDevice::floppy}};
// The attribute of <source> that names it.
constexpr const char* source_attribute(DiskSource type) {
    if (type == DiskSource::block) return "dev";
    return type == DiskSource::directory ? "dir" : "file";
}
inline constexpr Word<DiskSource> disk_sources[] = {{"file", DiskSource::file},
                                                    {"block", DiskSource::block},
                                                    {"dir", DiskSource::directory},
                                                    {"network", DiskSource::network}};
inline constexpr Word<DiskBus> disk_buses[] = {{"ide", DiskBus::ide},       {"fdc", DiskBus::fdc},
                                               {"scsi", DiskBus::scsi},     {"sata", DiskBus::sata},
                                               {"virtio", DiskBus::virtio}, {"usb", DiskBus::usb}};
inline constexpr Word<DiskFormat> disk_formats[] = {{"raw", DiskFormat::raw},
                                                    {"qcow2", DiskFormat::qcow2}};
inline constexpr Word<DiskCache> disk_caches[] = {
    {"default", DiskCache::hypervisor_default}, {"none", DiskCache::none},
    {"writethrough", DiskCache::writethrough},  {"writeback", DiskCache::writeback},
    {"directsync", DiskCache::directsync},      {"unsafe", DiskCache::unsafe}};

inline constexpr Word<InterfaceType> interface_types[] = {
    {"user", InterfaceType::user},     {"network", InterfaceType::network},
    {"bridge", InterfaceType::bridge}, {"ethernet", InterfaceType::ethernet},
    {"direct", InterfaceType::direct}, {"vhostuser", InterfaceType::vhostuser}};
inline constexpr Word<StartupPolicy> startup_policies[] = {{"mandatory", StartupPolicy::mandatory},
                                                           {"requisite", StartupPolicy::requisite},
                                                           {"optional", StartupPolicy::optional}};
inline constexpr Word<HostDeviceType> host_device_types[] = {
    {"usb", HostDeviceType::usb}, {"pci", HostDeviceType::pci}, {"mdev", HostDeviceType::mdev}};
inline constexpr Word<MacvtapMode> macvtap_modes[] = {{"vepa", MacvtapMode::vepa},
                                                      {"bridge", MacvtapMode::bridge},
                                                      {"private", MacvtapMode::private_}};
inline constexpr Word<CharacterSource> character_sources[] = {
    {"pty", CharacterSource::pty},
    {"file", CharacterSource::file},
    {"unix", CharacterSource::unix_listener},
    {"null", CharacterSource::null},
    {"vc", CharacterSource::vc},
    {"dev", CharacterSource::device},
    {"tcp", CharacterSource::tcp_listener},
    {"spicevmc", CharacterSource::spicevmc},
    {"spiceport", CharacterSource::spiceport},
    {"qemu-vdagent", CharacterSource::vdagent},
    {"dbus", CharacterSource::dbus}};

inline constexpr Word<Input::Type> input_types[] = {{"mouse", Input::Type::mouse},
                                                    {"tablet", Input::Type::tablet},
                                                    {"keyboard", Input::Type::keyboard}};
inline constexpr Word<Input::Bus> input_buses[] = {
    {"ps2", Input::Bus::ps2}, {"usb", Input::Bus::usb}, {"virtio", Input::Bus::virtio}};

inline constexpr Word<RngBackend> rng_backends[] = {{"random", RngBackend::random},
                                                    {"builtin", RngBackend::builtin}};
inline constexpr Word<WatchdogModel> watchdog_models[] = {{"i6300esb", WatchdogModel::i6300esb},
                                                          {"ib700", WatchdogModel::ib700},
                                                          {"itco", WatchdogModel::itco}};
inline constexpr Word<WatchdogAction> watchdog_actions[] = {
    {"reset", WatchdogAction::reset},       {"shutdown", WatchdogAction::shutdown},
    {"poweroff", WatchdogAction::poweroff}, {"pause", WatchdogAction::pause},
    {"none", WatchdogAction::none},         {"inject-nmi", WatchdogAction::inject_nmi}};
inline constexpr Word<SharedMemoryModel> shared_memory_models[] = {
    {"ivshmem-plain", SharedMemoryModel::plain}, {"ivshmem-doorbell", SharedMemoryModel::doorbell}};
inline constexpr Word<SharedMemoryRole> shared_memory_roles[] = {
    {"master", SharedMemoryRole::master}, {"peer", SharedMemoryRole::peer}};
inline constexpr Word<FilesystemDriver> filesystem_drivers[] = {
    {"path", FilesystemDriver::path}, {"virtiofs", FilesystemDriver::virtiofs}};
inline constexpr Word<FilesystemAccess> filesystem_accesses[] = {
    {"passthrough", FilesystemAccess::passthrough},
    {"mapped", FilesystemAccess::mapped},
    {"squash", FilesystemAccess::squash}};
inline constexpr Word<Multidevs> multidevs_words[] = {{"default", Multidevs::unsaid},
                                                      {"remap", Multidevs::remap},
                                                      {"forbid", Multidevs::forbid},
                                                      {"warn", Multidevs::warn}};
inline constexpr Word<TpmModel> tpm_models[] = {{"tpm-tis", TpmModel::tis},
                                                {"tpm-crb", TpmModel::crb}};
inline constexpr Word<TpmBackend> tpm_backends[] = {{"emulator", TpmBackend::emulator},
                                                    {"passthrough", TpmBackend::passthrough}};
inline constexpr Word<TpmVersion> tpm_versions[] = {{"1.2", TpmVersion::v1_2},
                                                    {"2.0", TpmVersion::v2_0}};
inline constexpr Word<VirtioModel> virtio_models[] = {
    {"virtio", VirtioModel::unsaid},
    {"virtio-transitional", VirtioModel::transitional},
    {"virtio-non-transitional", VirtioModel::non_transitional}};
inline constexpr Word<PanicModel> panic_models[] = {
    {"isa", PanicModel::isa}, {"hyperv", PanicModel::hyperv}, {"pvpanic", PanicModel::pvpanic}};
inline constexpr Word<SoundModel> sound_models[] = {
    {"ich6", SoundModel::ich6},     {"ich9", SoundModel::ich9}, {"ac97", SoundModel::ac97},
    {"es1370", SoundModel::es1370}, {"sb16", SoundModel::sb16}, {"pcspk", SoundModel::pcspk},
    {"usb", SoundModel::usb}};
inline constexpr Word<SoundCodec> sound_codecs[] = {
    {"duplex", SoundCodec::duplex}, {"micro", SoundCodec::micro}, {"output", SoundCodec::output}};
inline constexpr Word<AudioType> audio_types[] = {
    {"none", AudioType::none}, {"spice", AudioType::spice}, {"dbus", AudioType::dbus}};
inline constexpr Word<IommuModel> iommu_models[] = {{"intel", IommuModel::intel},
                                                    {"virtio", IommuModel::virtio}};

inline constexpr Word<ControllerType> controller_types[] = {
    {"pci", ControllerType::pci},
    {"ide", ControllerType::ide},
    {"sata", ControllerType::sata},
    {"fdc", ControllerType::fdc},
    {"usb", ControllerType::usb},
    {"scsi", ControllerType::scsi},
    {"virtio-serial", ControllerType::virtio_serial},
    {"ccid", ControllerType::ccid}};

inline constexpr Word<CpuFeaturePolicy> cpu_feature_policies[] = {
    {"force", CpuFeaturePolicy::force},
    {"require", CpuFeaturePolicy::require},
    {"optional", CpuFeaturePolicy::optional},
    {"disable", CpuFeaturePolicy::disable},
    {"forbid", CpuFeaturePolicy::forbid}};
inline constexpr Word<CpuCheck> cpu_checks[] = {
    {"none", CpuCheck::none}, {"partial", CpuCheck::partial}, {"full", CpuCheck::full}};
inline constexpr Word<CpuCache> cpu_caches[] = {{"emulate", CpuCache::emulate},
                                                {"passthrough", CpuCache::passthrough},
                                                {"disable", CpuCache::disable}};
inline constexpr Word<IoapicDriver> ioapic_drivers[] = {{"kvm", IoapicDriver::kvm},
                                                        {"qemu", IoapicDriver::qemu}};
inline constexpr Word<TimerName> timer_names[] = {{"rtc", TimerName::rtc},
                                                  {"pit", TimerName::pit},
                                                  {"hpet", TimerName::hpet},
                                                  {"kvmclock", TimerName::kvmclock},
                                                  {"hypervclock", TimerName::hypervclock},
                                                  {"tsc", TimerName::tsc}};
inline constexpr Word<TickPolicy> tick_policies[] = {{"delay", TickPolicy::delay},
                                                     {"catchup", TickPolicy::catchup},
                                                     {"discard", TickPolicy::discard}};
inline constexpr Word<TimerTrack> timer_tracks[] = {{"guest", TimerTrack::guest},
                                                    {"wall", TimerTrack::wall}};
inline constexpr Word<FirmwareKind> firmware_kinds[] = {{"bios", FirmwareKind::bios},
                                                        {"efi", FirmwareKind::efi}};
inline constexpr Word<LabelModel> label_models[] = {{"selinux", LabelModel::selinux},
                                                    {"dac", LabelModel::dac}};
inline constexpr Word<LabelType> label_types[] = {
    {"dynamic", LabelType::dynamic}, {"static", LabelType::fixed}, {"none", LabelType::none}};
inline constexpr Word<SmbiosMode> smbios_modes[] = {{"emulate", SmbiosMode::emulate},
                                                    {"sysinfo", SmbiosMode::sysinfo}};
inline constexpr Word<SmbiosKind> smbios_tables[] = {{"bios", SmbiosKind::bios},
                                                     {"system", SmbiosKind::system},
                                                     {"baseBoard", SmbiosKind::base_board},
                                                     {"chassis", SmbiosKind::chassis},
                                                     {"oemStrings", SmbiosKind::oem_strings}};
inline constexpr Word<LoaderType> loader_types[] = {{"rom", LoaderType::rom},
                                                    {"pflash", LoaderType::pflash}};
inline constexpr Word<MemorySource> memory_sources[] = {{"anonymous", MemorySource::anonymous},
                                                        {"memfd", MemorySource::memfd}};
inline constexpr Word<MemoryAccess> memory_accesses[] = {{"shared", MemoryAccess::shared},
                                                         {"private", MemoryAccess::private_}};
inline constexpr Word<NumaMode> numa_modes[] = {{"strict", NumaMode::strict},
                                                {"preferred", NumaMode::preferred},
                                                {"interleave", NumaMode::interleave},
                                                {"restrictive", NumaMode::restrictive}};

inline constexpr Word<DiskIo> disk_ios[] = {
    {"threads", DiskIo::threads}, {"native", DiskIo::native}, {"io_uring", DiskIo::io_uring}};
inline constexpr Word<DiskDiscard> disk_discards[] = {{"unmap", DiskDiscard::unmap},
                                                      {"ignore", DiskDiscard::ignore}};
inline constexpr Word<DetectZeroes> detect_zeroes_words[] = {
    {"off", DetectZeroes::off}, {"on", DetectZeroes::on}, {"unmap", DetectZeroes::unmap}};
inline constexpr Word<ErrorPolicy> error_policies[] = {{"report", ErrorPolicy::report},
                                                       {"stop", ErrorPolicy::stop},
                                                       {"ignore", ErrorPolicy::ignore},
                                                       {"enospace", ErrorPolicy::enospace}};

// A word that stands for itself.
constexpr Word<std::string_view> self(std::string_view text) {
    return {text, text};
}

} // namespace vmwarden::domain
