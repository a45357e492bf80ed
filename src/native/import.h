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
    bool done = false; // it is in the definition
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
    std::map<std::string, BusName> buses; // controllers in the definition, by id
    std::vector<Pending> legacy_nets;     // -net
    std::vector<const Option*> serials;
    std::vector<const Option*> smbios;
    const Option* cpu = nullptr;
    std::map<std::string, Pending> objects; // of those that devices are understood with
    WatchdogAction watchdog_action = WatchdogAction::reset;
    std::vector<std::pair<unsigned, unsigned>> floppy_boots; // drive, bootindex
    std::map<std::size_t, unsigned> disk_boots;              // index in guest.disks -> bootindex
    std::map<std::size_t, unsigned> interface_boots;

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
void settle_characters(Import& import);

void import_display(Import& import, const Option& option);
void import_vnc(Import& import, const Option& option);
void import_spice(Import& import, const Option& option);
void import_vga(Import& import, const Option& option);
void import_usbdevice(Import& import, const Option& option);
void settle_display(Import& import);

void import_machine(Import& import, const Option& option);
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

void import_device(Import& import, const Option& option);
// What no other has taken: controllers, and what is kept.
void settle_devices(Import& import);
void settle_boot(Import& import);

} // namespace vmwarden::native
