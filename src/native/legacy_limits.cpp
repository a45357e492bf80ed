// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/native/legacy_limits.h"

#include "src/base/text.h"
#include "src/qemu/plugs.h"

#include <algorithm>
#include <span>

namespace vmwarden::native {

namespace {

constexpr std::string_view architectures[] = {"",       "i686",  "x86_64", "mips",
                                              "mipsel", "sparc", "ppc"};
constexpr std::string_view nic_models[] = {"", "ne2k_pci", "rtl8139", "e1000", "pcnet", "virtio"};
constexpr std::string_view video_models[] = {"vga", "cirrus"};

Video strip_info(Video video) {
    video.info = {};
    return video;
}

bool among(std::string_view word, std::span<const std::string_view> words) {
    return std::ranges::find(words, word) != words.end();
}

class Limits {
  public:
    explicit Limits(const GuestDefinition& guest)
      : guest_(guest) {}

    Diagnostics check() {
        check_machine();
        check_lifecycle();
        for (const auto& disk : guest_.disks)
            check_disk(disk);
        for (const auto& interface : guest_.interfaces)
            check_interface(interface);
        for (const auto& character : guest_.characters)
            check_character(character);
        check_display();
        check_later_elements();
        warn_of_words();
        return std::move(found_);
    }

  private:
    const GuestDefinition& guest_;
    Diagnostics found_;

    void refuse(const SourcePlace& place, const std::string& what, const std::string& hint = {}) {
        found_.error(place, "the line of 2009 cannot say " + what, hint);
    }
    void refuse_all_but(const SourcePlace& place, const std::string& what, std::string_view word,
                        std::span<const std::string_view> known) {
        if (among(word, known)) return;
        std::string hint;
        for (const auto one : known)
            if (!one.empty()) hint.append(hint.empty() ? "" : ", ").append(one);
        refuse(place, what + " '" + printable(word) + "'", hint + " are possible");
    }

    void check_machine() {
        const auto& machine = guest_.os.machine;
        refuse_all_but(guest_.os.place, "<type arch=...>", guest_.os.arch, architectures);
        if (machine.find("q35") != std::string::npos || machine.find("i440fx") != std::string::npos)
            refuse(guest_.os.place, "<type machine='" + printable(machine) + "'>",
                   "write machine='pc'");
        if (!guest_.cpu_mode.empty() && guest_.cpu_mode != "custom")
            refuse(guest_.place, "<cpu mode='" + printable(guest_.cpu_mode) + "'>",
                   "write a <model>, or remove <cpu>");
        if (guest_.type == DomainType::kvm && !guest_.emulator.empty() &&
            guest_.emulator.find("kvm") == std::string::npos)
            refuse(guest_.emulator_place,
                   "<domain type='kvm'> with <emulator> '" + printable(guest_.emulator) + "'",
                   "the emulator with KVM is /usr/bin/qemu-kvm");
    }

    void check_lifecycle() {
        if (guest_.on_poweroff != LifecycleAction::destroy)
            refuse(guest_.place, "<on_poweroff>", "write destroy");
        if (guest_.on_crash != LifecycleAction::destroy)
            refuse(guest_.place, "<on_crash>", "write destroy");
    }

    void check_disk(const Disk& disk) {
        const auto what = [&](const std::string& element) {
            return element + " of disk '" + printable(disk.target) + "'";
        };
        const bool cdrom = disk.device == DiskDevice::cdrom;
        if (disk.bus == DiskBus::sata) refuse(disk.place, what("bus 'sata'"), "write bus='ide'");
        if (disk.cache == DiskCache::directsync || disk.cache == DiskCache::unsafe)
            refuse(disk.place, what("the cache mode"),
                   "none, writethrough and writeback are possible");
        if (!disk.serial.empty()) refuse(disk.place, what("<serial>"));
        if (disk.type == DiskSource::network) refuse(disk.place, what("type='network'"));
        if (disk.type == DiskSource::directory) refuse(disk.place, what("type='dir'"));
        if (disk.transient) refuse(disk.place, what("<transient/>"));
        if (disk.readonly && !cdrom) refuse(disk.place, what("<readonly/>"));
        if (!disk.backing.empty() || (disk.chain_ends && disk.format != DiskFormat::raw))
            refuse(disk.place, what("<backingStore>"), "QEMU of 2009 reads it in the image alone");
        if (disk.bus == DiskBus::usb) check_usb_disk(disk, what("<driver>"));
    }
    void check_usb_disk(const Disk& disk, const std::string& driver) {
        if (disk.format != DiskFormat::raw || disk.cache != DiskCache::hypervisor_default ||
            disk.shareable || disk.source.empty())
            refuse(disk.place, driver + " on bus 'usb'", "a raw image with a source is possible");
    }

    void check_interface(const Interface& interface) {
        refuse_all_but(interface.place, "interface model", interface.model, nic_models);
        if (interface.type == InterfaceType::user) return;
        const auto what = interface.type == InterfaceType::network
                              ? "network '" + printable(interface.network) + "'"
                          : interface.type == InterfaceType::bridge
                              ? "bridge '" + printable(interface.bridge) + "'"
                              : "device '" + printable(interface.target) + "'";
        found_.warning(interface.place,
                       what + " becomes a tap device, as in 2009: /etc/qemu-ifup is to connect it",
                       "write <interface type='user'/> to be independent of the host");
    }

    static bool among_sources(CharacterSource source) {
        return source == CharacterSource::pty || source == CharacterSource::file ||
               source == CharacterSource::unix_listener || source == CharacterSource::null ||
               source == CharacterSource::stdio_log;
    }
    void check_character(const CharacterDevice& character) {
        using Target = CharacterDevice::Target;
        if (character.target == Target::virtio_console)
            refuse(character.place, "<console> with <target type='virtio'/>", "write <serial>");
        if (character.target == Target::virtio_channel) refuse(character.place, "<channel>");
        if (character.target == Target::parallel) refuse(character.place, "<parallel>");
        if (character.target == Target::pci_serial || character.target == Target::usb_serial)
            refuse(character.place, "<target type=...> of <serial>");
        if (!among_sources(character.source))
            refuse(character.place, "this type of <serial>",
                   "pty, file, unix and null are possible");
        if (!character.log.empty()) refuse(character.place, "<log>");
        if (character.append) refuse(character.place, "<source append='on'/>");
        if (character.source == CharacterSource::stdio_log) refuse(character.place, "a log");
    }

    void check_graphics(const Graphics& graphics) {
        const Graphics plain{.port = graphics.port,
                             .listen = graphics.listen,
                             .keymap = graphics.keymap,
                             .place = graphics.place};
        if (graphics.type != GraphicsType::vnc)
            refuse(graphics.place, "this type of <graphics>", "write type='vnc'");
        else if (graphics != plain)
            refuse(graphics.place, "more of <graphics> than where it listens, and its keymap");
    }

    void check_display() {
        if (guest_.graphics.size() > 1) refuse(guest_.graphics[1].place, "a second <graphics>");
        for (const auto& graphics : guest_.graphics)
            check_graphics(graphics);
        if (guest_.videos.size() > 1) refuse(guest_.videos[1].place, "a second <video>");
        for (const auto& video : guest_.videos)
            refuse_all_but(video.place, "video model", video.model, video_models);
        for (const auto& input : guest_.inputs)
            if (input.bus == Input::Bus::usb && input.type == Input::Type::keyboard)
                refuse(input.place, "<input type='keyboard' bus='usb'/>", "write bus='ps2'");
    }

    void check_later_interface(const Interface& interface) {
        auto plain = interface;
        plain.boot_order = 0;
        plain.driver = {};
        plain.rom = {};
        plain.mtu = 0;
        plain.link_up = {};
        if (interface.boot_order != 0) refuse(interface.place, "<boot order=...>");
        if (interface != plain && interface.boot_order == 0)
            refuse(interface.place, "this of <interface>",
                   "remove <driver>, <mtu>, <link> and <rom>");
        if (interface.type == InterfaceType::direct)
            refuse(interface.place, "<interface type='direct'>", "write type='network'");
        if (!interface.target.empty() && interface.type != InterfaceType::ethernet)
            refuse(interface.place, "<target> of <interface>");
    }

    template <class Part>
    void refuse_unless_empty(const Part& part, const std::string& element) {
        if (part != Part{}) refuse(guest_.place, element);
    }
    // What domain XML has got since.
    void check_later_elements() {
        refuse_unless_empty(guest_.memory_backing, "<memoryBacking>");
        refuse_unless_empty(guest_.current_vcpus, "<vcpu current=...>");
        refuse_unless_empty(guest_.max_memory, "<maxMemory>");
        refuse_unless_empty(guest_.vcpu_states, "<vcpus>");
        refuse_unless_empty(guest_.iothreads, "<iothreads>");
        refuse_unless_empty(guest_.numa_tune, "<numatune>");
        refuse_unless_empty(guest_.cpu_tune, "<cputune> and <vcpu cpuset=...>");
        refuse_unless_empty(guest_.memory_tune, "<memtune>");
        refuse_unless_empty(guest_.block_tune, "<blkiotune>");
        refuse_unless_empty(guest_.partition, "<resource>");
        refuse_unless_empty(guest_.clock_adjustment, "<clock adjustment=...>");
        refuse_unless_empty(guest_.clock_basis, "<clock basis=...>");
        refuse_unless_empty(guest_.security_labels, "<seclabel>");
        refuse_unless_empty(guest_.timezone, "<clock offset='timezone'>");
        refuse_unless_empty(guest_.numa_cells, "<numa>");
        refuse_unless_empty(guest_.memory_modules, "<memory model='dimm'>");
        refuse_unless_empty(guest_.os.firmware, "firmware in <os>");
        refuse_unless_empty(guest_.system_information, "<sysinfo>");
        refuse_unless_empty(guest_.feature_details, "this of <features>");
        refuse_unless_empty(guest_.cpu, "topology or features of <cpu>");
        refuse_unless_empty(guest_.clock_start, "<clock offset='absolute'>");
        refuse_unless_empty(guest_.timers, "<timer>");
        refuse_unless_empty(guest_.power, "<pm>");
        refuse_unless_empty(guest_.balloon, "this of <memballoon>");
        refuse_unless_empty(guest_.sounds, "<sound>");
        refuse_unless_empty(guest_.audios, "<audio>");
        refuse_unless_empty(guest_.redirected, "<redirdev>");
        refuse_unless_empty(guest_.redirection_rules, "<redirfilter>");
        refuse_unless_empty(guest_.smartcards, "<smartcard>");
        refuse_unless_empty(guest_.watchdogs, "<watchdog>");
        refuse_unless_empty(guest_.rngs, "<rng>");
        refuse_unless_empty(guest_.panics, "<panic>");
        refuse_unless_empty(guest_.host_devices, "<hostdev>");
        refuse_unless_empty(guest_.iommu, "<iommu>");
        refuse_unless_empty(guest_.vsock, "<vsock>");
        refuse_unless_empty(guest_.tpm, "<tpm>");
        refuse_unless_empty(guest_.filesystems, "<filesystem>");
        refuse_unless_empty(guest_.shared_memories, "<shmem>");
        for (const auto& disk : guest_.disks)
            if (disk.tuning != DiskTuning{})
                refuse(disk.place, "this of disk '" + printable(disk.target) + "'",
                       "remove the options of <driver>, <iotune>, <boot> and the like");
        for (const auto& interface : guest_.interfaces)
            check_later_interface(interface);
        for (const auto& controller : guest_.controllers)
            if (controller.type == ControllerType::usb || controller.type == ControllerType::scsi ||
                controller.type == ControllerType::virtio_serial)
                refuse(controller.place, "<controller>", "what is needed is added");
        for (const auto& video : guest_.videos)
            if (strip_info(video) != Video{video.model, video.place})
                refuse(video.place, "more of <video> than its model");
        for (const auto& plug : qemu::plugs_of(guest_)) {
            if (plug.info->address.index() != 0)
                refuse(plug.info->place, "<address> of " + plug.what, "remove it");
            if (plug.info->alias.starts_with("ua-"))
                refuse(plug.info->place, "<alias> of " + plug.what, "remove it");
        }
        if (!guest_.hubs.empty()) refuse(guest_.hubs[0].place, "<hub>");
        for (const auto& input : guest_.inputs)
            if (input.bus == Input::Bus::virtio) refuse(input.place, "<input bus='virtio'>");
    }

    void warn_of_words() {
        constexpr std::uint64_t mebibyte = 1024 * 1024;
        const auto warn = [&](const SourcePlace& place, const std::string& what) {
            found_.warning(place, "the line of 2009 does not say " + what);
        };
        if (guest_.uuid) warn(guest_.place, "<uuid>");
        if (!guest_.title.empty()) warn(guest_.place, "<title>");
        if (!guest_.description.empty()) warn(guest_.place, "<description>");
        if (!guest_.metadata.empty()) warn(guest_.place, "<metadata>");
        if (guest_.current_memory && *guest_.current_memory != guest_.memory)
            warn(guest_.memory_place, "<currentMemory>");
        if (guest_.memory.count % mebibyte != 0)
            found_.warning(
                guest_.memory_place,
                "the line counts memory in MiB: " + std::to_string(guest_.memory.count / 1024) +
                    " KiB are cut to " + std::to_string(guest_.memory.count / mebibyte));
    }
};

} // namespace

Diagnostics legacy_limits(const GuestDefinition& definition) {
    return Limits(definition).check();
}

} // namespace vmwarden::native
