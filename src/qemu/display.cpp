// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/command_line.h"
#include "src/qemu/devices.h"

namespace vmwarden::qemu {

namespace {

constexpr int first_vnc_port = 5900; // display 0

// "ADDRESS:DISPLAY", an IPv6 address in brackets.
std::string vnc_address(const Graphics& graphics) {
    const std::string listen = graphics.listen.empty() ? "127.0.0.1" : graphics.listen;
    const auto display = graphics.port < 0 ? 0 : graphics.port - first_vnc_port;
    const bool ipv6 = listen.find(':') != std::string::npos;
    return (ipv6 ? "[" + listen + "]" : listen) + ":" + std::to_string(display);
}

void add_vnc(CommandLine& command, const Graphics& graphics) {
    Options vnc;
    vnc.set("vnc", vnc_address(graphics));
    if (graphics.port < 0) vnc.set("to", 99); // the first free of displays 0 to 99
    command.add("-vnc", vnc);
    if (!graphics.keymap.empty()) command.raw("-k", graphics.keymap);
}

std::string_view usb_device(Input::Type type) {
    switch (type) {
    case Input::Type::tablet:
        return "usb-tablet";
    case Input::Type::keyboard:
        return "usb-kbd";
    case Input::Type::mouse:
        break;
    }
    return "usb-mouse";
}

} // namespace

void add_display(CommandLine& command, const GuestDefinition& definition) {
    command.raw("-display", "none");
    for (const auto& graphics : definition.graphics)
        add_vnc(command, graphics);
    if (const auto* video = video_model(definition))
        command.add("-device", Json{{"driver", video->device}, {"id", "video0"}});
}

// A PC has its PS/2 keyboard and mouse on board.
void add_inputs(CommandLine& command, const GuestDefinition& definition) {
    for (std::size_t i = 0; i < definition.inputs.size(); ++i) {
        const auto& input = definition.inputs[i];
        if (input.bus != Input::Bus::usb) continue;
        command.add("-device", Json{{"driver", usb_device(input.type)},
                                    {"id", "input" + std::to_string(i)},
                                    {"bus", "usb0.0"}});
    }
}

} // namespace vmwarden::qemu
