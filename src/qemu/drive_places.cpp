// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/drive_places.h"

#include "src/domain/words.h"
#include "src/qemu/board.h"
#include "src/qemu/controllers.h"
#include "src/qemu/drives.h"
#include "src/qemu/implied.h"

#include <algorithm>

namespace vmwarden::qemu {

namespace {

std::string text_of(DiskBus bus) {
    return std::string(domain::word_for(domain::disk_buses, bus));
}

std::string text_of(const DriveAddress& address) {
    return std::to_string(address.controller) + ":" + std::to_string(address.bus) + ":" +
           std::to_string(address.target) + ":" + std::to_string(address.unit);
}

} // namespace

bool DrivePlaces::is_ahci(const Disk& disk) const {
    return disk.bus == DiskBus::sata ||
           (disk.bus == DiskBus::ide && chipset_of(definition_.os.machine) == Chipset::q35);
}

// One more than the largest numbers that a controller has.
DriveAddress DrivePlaces::ends(const Disk& disk, const Controller& controller) const {
    DriveAddress end{controller.index.value_or(0), 1, 1, 1};
    if (is_ahci(disk)) {
        end.unit = 6;
    } else if (disk.bus == DiskBus::ide) {
        end.bus = end.unit = 2;
    } else if (disk.bus == DiskBus::fdc) {
        end.unit = 2;
    } else {
        const auto& kind = scsi_kind_of(controller);
        end.target = kind.unit_is_target ? 1 : kind.targets;
        end.unit = kind.unit_is_target ? kind.targets : kind.units;
    }
    return end;
}

std::vector<const Controller*> DrivePlaces::controllers_of(const Disk& disk) const {
    std::vector<const Controller*> found;
    for (const auto& controller : definition_.controllers)
        if (controller.type == controller_of(disk.bus)) found.push_back(&controller);
    std::ranges::sort(found, {}, [](const Controller* each) { return *each->index; });
    return found;
}

std::optional<DriveAddress> DrivePlaces::usual(const Disk& disk) const {
    auto index = target_index(disk.target).value_or(0);
    for (const auto* controller : controllers_of(disk)) {
        const auto end = ends(disk, *controller);
        const bool by_target = end.target > 1;
        const auto places = by_target ? end.target : end.bus * end.unit;
        if (index < places)
            return DriveAddress{end.controller, by_target ? 0 : index / end.unit,
                                by_target ? index : 0, by_target ? 0 : index % end.unit};
        index -= places;
    }
    return std::nullopt;
}

std::optional<Trouble> DrivePlaces::take(const Disk& disk, const DriveAddress& address,
                                         const std::string& who) {
    const auto type = controller_of(disk.bus).value();
    const auto* controller = controller_at(definition_, type, address.controller);
    const auto bus = text_of(disk.bus);
    const auto number = std::to_string(address.controller);
    if (controller == nullptr)
        return Trouble{"there is no " + bus + " controller " + number,
                       "add <controller type='" + bus + "' index='" + number + "'/>"};
    if (type == ControllerType::ide && address.controller != 0)
        return Trouble{"a machine has one ide controller", "write controller='0'"};
    const auto end = ends(disk, *controller);
    const auto check = [&](unsigned value, unsigned limit,
                           const char* name) -> std::optional<Trouble> {
        if (value < limit) return std::nullopt;
        return Trouble{"there is no " + (name + (" " + std::to_string(value))) + " on " + bus +
                           " controller " + number,
                       limit == 1 ? std::string("write ") + name + "='0'"
                                  : "they are counted from 0 to " + std::to_string(limit - 1)};
    };
    if (auto trouble = check(address.bus, end.bus, "bus")) return trouble;
    if (auto trouble = check(address.target, end.target, "target")) return trouble;
    if (auto trouble = check(address.unit, end.unit, "unit")) return trouble;
    const auto [holder, fresh] =
        taken_.emplace(std::array{static_cast<unsigned>(type), address.controller, address.bus,
                                  address.target, address.unit},
                       who);
    if (fresh) return std::nullopt;
    return Trouble{"same place on bus " + bus + " as " + holder->second + ": " + text_of(address),
                   "end one of their targets in another letter, or give one another <address>"};
}

Json DrivePlaces::properties(const Disk& disk, const DriveAddress& address) const {
    if (disk.bus == DiskBus::fdc) return {{"unit", address.unit}};
    const auto* controller =
        controller_at(definition_, controller_of(disk.bus).value(), address.controller);
    const auto id = controller_id(definition_, *controller) + ".";
    if (is_ahci(disk)) return {{"bus", id + std::to_string(address.unit)}};
    if (disk.bus == DiskBus::ide)
        return {{"bus", id + std::to_string(address.bus)}, {"unit", address.unit}};
    const bool by_unit = scsi_kind_of(*controller).unit_is_target;
    return {{"bus", id + "0"},
            {"scsi-id", by_unit ? address.unit : address.target},
            {"lun", by_unit ? 0U : address.unit}};
}

} // namespace vmwarden::qemu
