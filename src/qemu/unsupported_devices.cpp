// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/base/suggest.h"
#include "src/base/text.h"
#include "src/qemu/addresses.h"
#include "src/qemu/board.h"
#include "src/qemu/devices.h"
#include "src/qemu/filesystems.h"
#include "src/qemu/graphics.h"
#include "src/qemu/implied.h"
#include "src/qemu/redirection.h"
#include "src/qemu/shared_memory.h"
#include "src/qemu/small_devices.h"
#include "src/qemu/unsupported.h"

#include <arpa/inet.h>
#include <sys/un.h>

#include <algorithm>
#include <set>

namespace vmwarden::qemu {

namespace {

constexpr unsigned isa_serial_ports = 4;
constexpr unsigned isa_parallel_ports = 3;

std::string in_quotes(std::string_view text) {
    return "'" + printable(text) + "'";
}

template <class Model>
std::string suggestion(std::string_view word, const std::vector<Model>& models) {
    std::vector<std::string_view> names;
    std::string all;
    for (const auto& model : models) {
        names.push_back(model.name);
        all.append(all.empty() ? "" : ", ").append(model.name);
    }
    const auto near = did_you_mean(word, names);
    return near.empty() ? all + " are" : near;
}

// What nobody would do anything about.
void check_interface_driver(Diagnostics& found, const Interface& interface) {
    auto driver = interface.driver;
    if (driver.name == "qemu") driver.name.clear();
    if (!is_virtio(interface) && driver != InterfaceDriver{})
        found.error(interface.place, "only models of virtio have this of <driver>",
                    "write <model type='virtio'/>, or remove it");
    const bool own = interface.type == InterfaceType::user;
    if (own && (interface.driver.queues > 1 || interface.driver.name == "vhost"))
        found.error(interface.place,
                    "QEMU's own network has one queue, and the kernel has no part in it",
                    "remove 'queues' and 'name' from <driver>");
    if (own && interface.mtu != 0 && !is_virtio(interface))
        found.error(interface.place, "nobody would tell the guest of its <mtu>",
                    "write <model type='virtio'/>, or remove it");
    check_path(found, interface.rom.file_place, "rom", interface.rom.file);
    check_path(found, interface.place, "path", interface.socket);
}

// Six octets, two hexadecimal digits each; not a group address, which no sender may have.
bool valid_mac(std::string_view mac) {
    if (mac.size() != 17) return false;
    constexpr std::string_view digits = "0123456789abcdefABCDEF";
    for (std::size_t i = 0; i < mac.size(); ++i)
        if (i % 3 == 2 ? mac[i] != ':' : digits.find(mac[i]) == std::string_view::npos)
            return false;
    return std::string_view("02468aceACE").find(mac[1]) != std::string_view::npos;
}

void check_interface(Diagnostics& found, const Interface& interface) {
    if (nic_model(interface.model) == nullptr)
        found.error(interface.place,
                    "interface model " + in_quotes(interface.model) + " is not handled",
                    suggestion(interface.model, nic_models()));
    if (!interface.mac.empty() && !valid_mac(interface.mac))
        found.error(interface.place, in_quotes(interface.mac) + " cannot be an interface's address",
                    "52:54:00:12:34:56, say; its first octet is even");
    check_interface_driver(found, interface);
}

bool is_address(const std::string& text) {
    in6_addr out{};
    return ::inet_pton(AF_INET, text.c_str(), &out) == 1 ||
           ::inet_pton(AF_INET6, text.c_str(), &out) == 1;
}

void check_character(Diagnostics& found, const CharacterDevice& character) {
    constexpr std::size_t longest = sizeof(sockaddr_un::sun_path) - 1;
    using Target = CharacterDevice::Target;
    const bool channel = character.target == Target::virtio_channel;
    const bool named = character.source == CharacterSource::file ||
                       character.source == CharacterSource::device ||
                       (character.source == CharacterSource::unix_listener && !channel);
    if (channel && !plain_word(character.name))
        found.error(character.place, in_quotes(character.name) + " cannot be a channel's name",
                    "org.qemu.guest_agent.0, say");
    check_path(found, character.place, "path", character.path);
    check_path(found, character.place, "log", character.log);
    check_text(found, character.place, "channel", character.channel);
    if (named && character.path.empty()) found.error(character.place, "a path is missing");
    if (!character.host.empty() && !is_address(character.host))
        found.error(character.place, "cannot listen on " + in_quotes(character.host),
                    "an IPv4 or IPv6 address in numbers is needed");
    if (character.source == CharacterSource::unix_listener && character.path.size() > longest)
        found.error(character.place,
                    "a socket's path is at most " + std::to_string(longest) + " bytes long");
    if (character.target == CharacterDevice::Target::serial && character.port >= isa_serial_ports)
        found.error(character.place, "a PC has no serial port " + std::to_string(character.port),
                    "ports 0 to 3 exist");
    if (character.target == Target::parallel && character.port >= isa_parallel_ports)
        found.error(character.place, "a PC has no parallel port " + std::to_string(character.port),
                    "ports 0 to 2 exist");
    if (character.source == CharacterSource::device && character.target != Target::serial &&
        character.target != Target::parallel && character.target != Target::pci_serial &&
        character.target != Target::usb_serial)
        found.error(character.place, "a port of the host's can only be a port of the guest's",
                    "write <serial type='dev'> or <parallel type='dev'>");
}

using Target = CharacterDevice::Target;

bool is_virtio(const CharacterDevice& character) {
    return character.target == Target::virtio_console || character.target == Target::virtio_channel;
}

void check_characters(Diagnostics& found, const GuestDefinition& definition) {
    std::set<unsigned> serials;
    std::set<unsigned> parallels;
    for (const auto& character : definition.characters) {
        check_character(found, character);
        const bool parallel = character.target == Target::parallel;
        if (!is_virtio(character) &&
            !(parallel ? parallels : serials).insert(character.port).second)
            found.error(character.place, std::string(parallel ? "parallel" : "serial") + " port " +
                                             std::to_string(character.port) + " is there twice");
    }
}

void check_videos(Diagnostics& found, const GuestDefinition& definition) {
    for (const auto& video : definition.videos) {
        const auto* model = video_model(video.model);
        if (model == nullptr)
            found.error(video.place, "video model " + in_quotes(video.model) + " is not handled",
                        suggestion(video.model, video_models()));
        else if (&video != &definition.videos[0] && model->secondary.empty())
            found.error(video.place,
                        "video model " + in_quotes(video.model) + " cannot be a second card",
                        "vga, virtio, qxl and bochs can");
    }
}

void check_inputs(Diagnostics& found, const GuestDefinition& definition) {
    for (const auto& input : definition.inputs)
        if (input.type == Input::Type::tablet && input.bus == Input::Bus::ps2)
            found.error(input.place, "there is no tablet on bus ps2", "write bus='usb'");
}

// What the chipset has not, nobody can add.
bool is_possible(const Controller& controller, Chipset chipset) {
    const bool q35 = chipset == Chipset::q35;
    if (is_root(controller)) return controller.model == (q35 ? "pcie-root" : "pci-root");
    if (controller.type == ControllerType::ide) return !q35 && controller.index.value_or(0) == 0;
    return controller.type != ControllerType::fdc || controller.index.value_or(0) == 0;
}

void check_controllers(Diagnostics& found, const GuestDefinition& definition) {
    const auto chipset = chipset_of(definition.os.machine).value();
    for (const auto& controller : definition.controllers)
        if (!is_possible(controller, chipset))
            found.error(controller.place, "the machine has no such controller",
                        chipset == Chipset::q35 ? "a q35 has pcie-root, and sata for ide"
                                                : "a pc has pci-root, one ide and one fdc");
}

// Of with_implied_devices().
void check_companions(Diagnostics& found, const GuestDefinition& definition) {
    for (const auto& controller : definition.controllers) {
        if (!is_companion(controller)) continue;
        const auto* master = controller_at(definition, ControllerType::usb, *controller.index);
        if (master == nullptr || master->model != "ich9-ehci1")
            found.error(controller.place, "there is no ich9-ehci1 for it to serve",
                        "add <controller type='usb' index='" + std::to_string(*controller.index) +
                            "' model='ich9-ehci1'/>");
    }
}

// Where everything is; of a machine that is not ours nothing is known.
void check_places(Diagnostics& found, const GuestDefinition& given) {
    if (!chipset_of(given.os.machine)) return;
    check_controllers(found, given);
    const auto definition = with_implied_devices(given);
    check_companions(found, definition);
    Addresses::assign(definition, found);
}

} // namespace

void check_devices(Diagnostics& found, const GuestDefinition& definition) {
    for (const auto& interface : definition.interfaces) {
        check_interface(found, interface);
        if (interface.type != InterfaceType::vhostuser) continue;
        for (const auto& [problem, hint] : switch_problems(definition, interface))
            found.error(interface.place, problem, hint);
    }
    check_host_devices(found, definition);
    check_characters(found, definition);
    check_graphics(found, definition);
    check_redirection(found, definition);
    check_videos(found, definition);
    check_inputs(found, definition);
    check_small_devices(found, definition);
    check_filesystems(found, definition);
    check_shared_memories(found, definition);
    if (definition.tpm) check_path(found, definition.tpm->place, "device", definition.tpm->device);
    check_places(found, definition);
}

} // namespace vmwarden::qemu
