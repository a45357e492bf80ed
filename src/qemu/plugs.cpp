// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/plugs.h"

#include "src/base/text.h"
#include "src/qemu/board.h"
#include "src/qemu/implied.h"

#include <algorithm>

namespace vmwarden::qemu {

namespace {

class Collector {
  public:
    explicit Collector(const GuestDefinition& definition)
      : definition_(definition) {}

    std::vector<Plug> collect() {
        if (definition_.iommu)
            add(*definition_.iommu, "iommu",
                on_pci(definition_.iommu->model == IommuModel::virtio));
        controllers();
        for (const auto& hub : hubs_by_depth())
            add(*hub, "hub", PlugBus::usb).hub = true;
        for (const auto& disk : definition_.disks)
            add_disk(disk);
        for (const auto& filesystem : definition_.filesystems)
            add(filesystem, "filesystem", PlugBus::pci);
        for (const auto& memory : definition_.shared_memories)
            add(memory, "shmem", PlugBus::pci);
        for (const auto& interface : definition_.interfaces) {
            const auto* model = nic_model(interface.model);
            add(interface, "interface", on_pci(model == nullptr || model->pci));
        }
        for (const auto& device : definition_.host_devices)
            add(device, "hostdev",
                device.type == HostDeviceType::usb ? PlugBus::usb : PlugBus::pci);
        for (const auto& character : definition_.characters)
            add_character(character);
        for (const auto& video : definition_.videos)
            add(video, "video", on_pci(video.model != "ramfb" && video.model != "none"));
        for (const auto& input : definition_.inputs)
            add(input, "input", bus_of(input.bus));
        for (const auto& device : definition_.redirected)
            add(device, "redirdev", PlugBus::usb);
        for (const auto& controller : definition_.controllers)
            if (controller.type == ControllerType::ccid)
                add(controller, "controller", PlugBus::usb);
        for (const auto& sound : definition_.sounds)
            add(sound, "sound", bus_of(sound.model));
        small_devices();
        return std::move(plugs_);
    }

  private:
    static PlugBus on_pci(bool is) { return is ? PlugBus::pci : PlugBus::none; }

    template <class Device>
    Plug& add(const Device& device, std::string_view element, PlugBus bus) {
        Plug plug;
        plug.info = &device.info;
        plug.bus = bus;
        plug.place = device.place;
        plug.what = "<" + std::string(element) + "> of line " + std::to_string(device.place.line);
        return plugs_.emplace_back(std::move(plug));
    }

    static PlugBus bus_of(DiskBus bus) {
        if (bus == DiskBus::virtio) return PlugBus::pci;
        return bus == DiskBus::usb ? PlugBus::usb : PlugBus::drive;
    }
    static PlugBus bus_of(Input::Bus bus) {
        if (bus == Input::Bus::ps2) return PlugBus::none;
        return bus == Input::Bus::usb ? PlugBus::usb : PlugBus::pci;
    }
    static PlugBus bus_of(SoundModel model) {
        if (model == SoundModel::usb) return PlugBus::usb;
        return on_pci(model != SoundModel::sb16 && model != SoundModel::pcspk);
    }

    // Those that others may be behind first.
    void controllers() {
        std::vector<const Controller*> sorted;
        for (const auto& controller : definition_.controllers)
            sorted.push_back(&controller);
        const auto rank = [](const Controller* each) {
            const bool bridge = each->type == ControllerType::pci;
            return std::pair(bridge                ? 0
                             : is_companion(*each) ? 2
                                                   : 1,
                             bridge ? each->index.value_or(0) : 0U);
        };
        std::ranges::stable_sort(sorted, {}, rank);
        for (const auto* controller : sorted)
            add_controller(*controller);
    }

    void add_controller(const Controller& controller) {
        if (is_none(controller) || controller.type == ControllerType::ccid) return;
        const bool board = is_on_board(definition_, controller);
        const bool pci = controller.type != ControllerType::fdc &&
                         !(controller.type == ControllerType::pci && board);
        auto& plug = add(controller, "controller", on_pci(pci));
        plug.on_board = board;
        plug.index = controller.index.value_or(0);
        if (controller.type == ControllerType::pci) plug.pci_model = controller.model;
        if (!controller.model.starts_with("ich9-")) return;
        if (!is_companion(controller)) {
            // An ICH9 has its EHCI behind its companions.
            if (has_companion(plug.index)) plug.function = 7;
            return;
        }
        plug.function = static_cast<unsigned>(controller.model.back() - '1');
        const auto* master = controller_at(definition_, ControllerType::usb, plug.index);
        if (master != nullptr) plug.companion_of = &master->info;
    }

    [[nodiscard]] bool has_companion(unsigned index) const {
        return std::ranges::any_of(definition_.controllers, [&](const Controller& each) {
            return is_companion(each) && each.index == index;
        });
    }

    [[nodiscard]] std::vector<const Hub*> hubs_by_depth() const {
        std::vector<const Hub*> hubs;
        for (const auto& hub : definition_.hubs)
            hubs.push_back(&hub);
        std::ranges::stable_sort(hubs, {}, [](const Hub* hub) {
            const auto* address = address_as<UsbAddress>(hub->info);
            return address == nullptr ? 0 : address->port.size();
        });
        return hubs;
    }

    void add_disk(const Disk& disk) {
        auto& plug = add(disk, "disk", bus_of(disk.bus));
        plug.what = "disk '" + printable(disk.target) + "'";
        plug.disk = &disk;
    }

    static PlugBus bus_of(CharacterDevice::Target target) {
        switch (target) {
        case CharacterDevice::Target::virtio_console:
        case CharacterDevice::Target::virtio_channel:
            return PlugBus::virtio_serial;
        case CharacterDevice::Target::pci_serial:
            return PlugBus::pci;
        case CharacterDevice::Target::usb_serial:
            return PlugBus::usb;
        case CharacterDevice::Target::serial:
        case CharacterDevice::Target::parallel:
            break;
        }
        return PlugBus::isa;
    }
    static std::string_view element_of(CharacterDevice::Target target) {
        switch (target) {
        case CharacterDevice::Target::virtio_console:
            return "console";
        case CharacterDevice::Target::virtio_channel:
            return "channel";
        case CharacterDevice::Target::parallel:
            return "parallel";
        default:
            return "serial";
        }
    }

    void add_character(const CharacterDevice& character) {
        const auto target = character.target;
        add(character, element_of(target), bus_of(target)).console =
            target == CharacterDevice::Target::virtio_console;
    }

    void small_devices() {
        for (const auto& watchdog : definition_.watchdogs)
            add(watchdog, "watchdog", on_pci(watchdog.model == WatchdogModel::i6300esb));
        for (const auto& rng : definition_.rngs)
            add(rng, "rng", PlugBus::pci);
        for (const auto& panic : definition_.panics) {
            if (panic.model == PanicModel::hyperv) continue; // of the processor
            const bool pci = panic.model == PanicModel::pvpanic;
            auto& plug = add(panic, "panic", pci ? PlugBus::pci : PlugBus::isa);
            plug.isa_port = "ioport";
            plug.isa_irq = false;
        }
        if (definition_.tpm) add(*definition_.tpm, "tpm", PlugBus::none);
        if (definition_.vsock) add(*definition_.vsock, "vsock", PlugBus::pci);
        for (const auto& module : definition_.memory_modules)
            add(module, "memory", PlugBus::dimm);
        if (definition_.memballoon) add(definition_.balloon, "memballoon", PlugBus::pci);
    }

    const GuestDefinition& definition_;
    std::vector<Plug> plugs_;
};

} // namespace

std::vector<Plug> plugs_of(const GuestDefinition& definition) {
    return Collector(definition).collect();
}

} // namespace vmwarden::qemu
