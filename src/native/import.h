// SPDX-License-Identifier: LGPL-2.1-or-later
// A definition in the making while a line is read: what was understood, what waits for another
// option to be understood with, and what will be kept as QEMU's own words.
#pragma once

#include "src/domain/guest_definition.h"
#include "src/native/line.h"
#include "src/native/properties.h"

#include <map>
#include <set>
#include <span>

namespace vmwarden::native {

// An option that is understood once all have been seen.
struct Pending {
    const Option* option = nullptr;
    Properties properties;
    bool done = false;                              // it is in the definition
    std::string driver = {};                        // of a -device
    VirtioModel virtio_model = VirtioModel::unsaid; // what its driver's name ended with
};

// A property of -machine that is understood likewise.
struct MachineWord {
    const Option* option = nullptr;
    std::string value;
    bool done = false;
};

// The controller whose bus a device names.
struct BusName {
    ControllerType type = ControllerType::pci;
    unsigned index = 0;
};

class Import {
  public:
    GuestDefinition guest;
    Diagnostics found;
    bool of_2009 = true; // every word so far is one that the importer of 2009 knew
    bool nodefaults = false;
    bool says_memory = false;
    bool says_boot = false;
    bool says_balloon = false; // -balloon virtio
    bool vga_none = false;     // -vga none
    bool has_usb_bus = false;  // -usb
    bool strict_boot = false;  // nothing is booted from that is not said
    bool says_network = false;
    bool says_serial = false;
    bool headless = false;  // -nographic
    bool no_window = false; // -display none, or one that is not a window
    std::string keymap;

    std::map<std::string, Pending> nodes; // -blockdev by node-name, -drive if=none by id
    std::map<std::string, Pending> netdevs;
    std::map<std::string, Pending> chardevs;
    std::set<std::string> monitors; // chardevs that only a monitor of the line's own had
    std::vector<Pending> devices;
    std::map<std::string, unsigned> threads; // I/O threads in the definition, by id
    std::map<std::string, BusName> buses;    // controllers in the definition, by id
    std::vector<Pending> legacy_nets;        // -net
    std::vector<const Option*> serials;
    std::vector<const Option*> parallels;
    std::vector<const Option*> smbios;
    const Option* cpu = nullptr;
    std::map<std::string, Pending> objects; // of those that devices are understood with
    std::map<std::string, Pending> audiodevs;
    std::map<std::string, Pending> fsdevs;
    std::map<std::string, Pending> tpmdevs;
    std::map<std::string, unsigned> audio_numbers; // of <audio>, by the ids of the line
    struct HeardEnd {
        const Option* option = nullptr;
        std::string name;
    };
    std::map<std::size_t, HeardEnd> heard; // index in guest.graphics -> -audiodev
    std::map<std::string, MachineWord> machine_words;
    std::vector<Pending> numa;
    std::vector<Pending> sound_words; // -soundhw and -audio
    std::vector<Pending> flashes;     // -drive if=pflash
    const Option* secure_flash = nullptr;
    const Option* memory_limits = nullptr; // the -m that says slots and maxmem
    const Option* memory_path = nullptr;   // -mem-path
    WatchdogAction watchdog_action = WatchdogAction::reset;
    std::vector<std::pair<unsigned, unsigned>> floppy_boots; // drive, bootindex
    std::map<std::size_t, unsigned> disk_boots;              // index in guest.disks -> bootindex
    std::map<std::size_t, unsigned> interface_boots;
    std::map<std::size_t, unsigned> host_device_boots;

    // What the XML has no place for: kept as it stands. `why` completes "'-x y' …".
    void keep(const Option& option, const std::string& why = {});
    // Kept in other words.
    void keep_as(const Option& option, std::vector<std::string> words, const std::string& message);
    // What only keeps the place of something else.
    void keep_silently(const Option& option, std::vector<std::string> words);
    // What would mean nothing, or harm, as an argument of its own.
    void drop(const Option& option, const std::string& why, const std::string& hint = {});
    void warn(const Option& option, const std::string& message, const std::string& hint = {});
    void error(const Option& option, const std::string& message, const std::string& hint = {});
    void modern() { of_2009 = false; }

    // An absolute path; an error, and the text, where it is not.
    std::string path(const Option& option, const std::string& text);
    // The properties that are left of a device that was understood: kept for all of its driver.
    void keep_properties(const Option& option, const std::string& driver,
                         const Properties& properties);
    [[nodiscard]] bool is_q35() const;
    // Whether a definition with this could be read.
    bool accepts(GuestDefinition probe) { return read_again(std::move(probe)).has_value(); }
    // As it is once it has been written and read; none where it would be refused.
    std::optional<GuestDefinition> read_again(GuestDefinition probe);
    // Of this name, there from now on.
    Timer& timer(TimerName name);
    // By the name of the bus: "scsi0.0", "pci.1"; the root by its own. None: not in the definition.
    [[nodiscard]] std::optional<BusName> bus(const std::string& name) const;
    [[nodiscard]] std::optional<unsigned> number(const Option& option, const std::string& text);

    // In the line's order.
    void give_raw_arguments();
    [[nodiscard]] bool kept_any() const { return !raw_.empty(); }
    // The ids that kept devices name ("bus=", "drive=", …).
    [[nodiscard]] bool kept_names(const std::string& id) const { return kept_ids_.contains(id); }

  private:
    struct Raw {
        std::size_t order;
        std::vector<std::string> words;
        SourcePlace place;
    };
    std::vector<Raw> raw_;
    std::set<std::string> kept_ids_;
    unsigned probes_ = 0;

    void note_ids(const Option& option);
};

// A file for each kind of thing; each takes what it understands of the pending options.
void import_drive(Import& import, const Option& option);    // -drive
void import_image(Import& import, const Option& option);    // -hda … -fdb, -cdrom, a bare word
void import_blockdev(Import& import, const Option& option); // -blockdev
void import_usb_disk(Import& import, const Option& option, const std::string& path);
void settle_drives(Import& import);

void import_net(Import& import, const Option& option);
void import_netdev(Import& import, const Option& option);
void import_nic(Import& import, const Option& option);
void settle_networks(Import& import);
// Of cards that say none, as QEMU of today would choose.
void set_default_models(Import& import);

void import_chardev(Import& import, const Option& option);
void import_serial(Import& import, const Option& option);
void import_parallel(Import& import, const Option& option);
void settle_characters(Import& import);

void import_display(Import& import, const Option& option);
void import_vnc(Import& import, const Option& option);
void import_spice(Import& import, const Option& option);
void import_vga(Import& import, const Option& option);
void import_usbdevice(Import& import, const Option& option);
void settle_display(Import& import);

void import_machine(Import& import, const Option& option);
void settle_ioapic(Import& import);
void keep_machine_words(Import& import);
void import_accel(Import& import, const Option& option);
void import_cpu(Import& import, const Option& option);
void settle_cpu(Import& import); // once it is known whether there is KVM
void import_memory(Import& import, const Option& option);
void import_processors(Import& import, const Option& option);
void import_name(Import& import, const Option& option);
void import_uuid(Import& import, const Option& option);
void import_boot(Import& import, const Option& option);
void import_kernel(Import& import, const Option& option);
void import_rtc(Import& import, const Option& option);
void import_action(Import& import, const Option& option);
void import_global(Import& import, const Option& option);

// Controllers that the XML can hold in full. Before whatever is plugged into them.
void settle_controllers(Import& import);
// Take "bus=" and what says where on it. False: on a bus, or in a way, that the XML has not.
bool take_pci_place(Import& import, Properties& properties, DeviceInfo& info);
bool take_usb_place(Import& import, Properties& properties, DeviceInfo& info);
bool take_serial_place(Import& import, Properties& properties, DeviceInfo& info);

// One that the owner of the guest has chosen.
void take_alias(const std::string& id, DeviceInfo& info);
// QEMU's reading of a size: bytes, or what its suffix says; without one `shift` to the left.
std::optional<Bytes> size_of(const std::string& text, unsigned shift);

// Take virtio's switches of a device; false for one with another value than on or off.
bool take_virtio_switches(Properties& properties, std::span<const KnownSwitch> known,
                          DeviceInfo& info);

void import_object(Import& import, const Option& option);
void import_watchdog_action(Import& import, const Option& option);
bool take_watchdog_action(Import& import, Properties& properties); // of -action
void settle_small_devices(Import& import);

void import_smbios(Import& import, const Option& option);
void import_fw_cfg(Import& import, const Option& option);
void settle_system_information(Import& import);

void import_audiodev(Import& import, const Option& option);
void import_sound_word(Import& import, const Option& option);
void settle_sounds(Import& import);

void import_numa(Import& import, const Option& option);
void import_memory_path(Import& import, const Option& option);
void import_overcommit(Import& import, const Option& option);
void settle_memory(Import& import);

void import_bios(Import& import, const Option& option);
void import_dtb(Import& import, const Option& option);
void settle_firmware(Import& import);

void settle_threads(Import& import);

void import_fsdev(Import& import, const Option& option);
void import_virtfs(Import& import, const Option& option);
void import_tpmdev(Import& import, const Option& option);
bool import_host_usb_word(Import& import, const Option& option); // -usbdevice host:

void import_device(Import& import, const Option& option);
// Of the kinds that are understood by themselves.
void settle_single_devices(Import& import);
// What no other has taken: controllers, and what is kept.
void settle_devices(Import& import);
void settle_boot(Import& import);

} // namespace vmwarden::native
