// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/redirection.h"

#include "src/qemu/command_line.h"
#include "src/qemu/graphics.h"
#include "src/qemu/implied.h"

namespace vmwarden::qemu {

namespace {

template <class Number>
std::string number_or_all(std::optional<Number> number) {
    return number ? std::to_string(*number) : "-1";
}

// "class:vendor:product:version:allow|...", as usbredir's filter has it; -1 fits all.
std::string filter_of(const std::vector<RedirectionRule>& rules) {
    std::string filter;
    for (const auto& rule : rules)
        filter += (filter.empty() ? "" : "|") + number_or_all(rule.device_class) + ":" +
                  number_or_all(rule.vendor) + ":" + number_or_all(rule.product) + ":" +
                  number_or_all(rule.version) + ":" + (rule.allow ? "1" : "0");
    return filter;
}

void add_client_end(CommandLine& command, const std::string& id, std::string_view name) {
    command.add("-chardev", Options("spicevmc").set("id", id).set("name", name));
}

bool at_client(CharacterSource source) {
    return source == CharacterSource::spicevmc || source == CharacterSource::spiceport;
}

} // namespace

void add_redirection(CommandLine& command, const GuestDefinition& definition) {
    const auto filter = filter_of(definition.redirection_rules);
    for (std::size_t i = 0; i < definition.redirected.size(); ++i) {
        const auto id = "redir" + std::to_string(i);
        add_client_end(command, id + "-client", "usbredir");
        Json device{{"driver", "usb-redir"}, {"id", id}, {"chardev", id + "-client"}};
        if (!filter.empty()) device["filter"] = filter;
        command.device(device, definition.redirected[i].info);
    }
    for (const auto& controller : definition.controllers)
        if (controller.type == ControllerType::ccid)
            command.device(
                Json{{"driver", "usb-ccid"}, {"id", controller_id(definition, controller)}},
                controller.info);
    if (definition.smartcards.empty()) return;
    add_client_end(command, "smartcard0-client", "smartcard");
    const auto& reader = *controller_at(definition, ControllerType::ccid, 0); // implied at least
    command.device(Json{{"driver", "ccid-card-passthru"},
                        {"id", "smartcard0"},
                        {"bus", controller_id(definition, reader) + ".0"},
                        {"chardev", "smartcard0-client"}},
                   definition.smartcards[0].info);
}

void check_redirection(Diagnostics& found, const GuestDefinition& definition) {
    const auto need = [&](GraphicsType type, const SourcePlace& place, const char* client) {
        if (!has_graphics(definition, type))
            found.error(place, std::string("there is no ") + client + " client at its other end",
                        type == GraphicsType::spice
                            ? "add <graphics type='spice'/> to <devices>, or remove this"
                            : "add <graphics type='dbus' p2p='yes'/> to <devices>, or remove this");
    };
    for (const auto& device : definition.redirected)
        need(GraphicsType::spice, device.place, "SPICE");
    for (const auto& card : definition.smartcards)
        need(GraphicsType::spice, card.place, "SPICE");
    for (const auto& character : definition.characters) {
        if (at_client(character.source)) need(GraphicsType::spice, character.place, "SPICE");
        if (character.source == CharacterSource::dbus)
            need(GraphicsType::dbus, character.place, "D-Bus");
    }
}

} // namespace vmwarden::qemu
