// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/graphics.h"

#include "src/domain/display_words.h"
#include "src/qemu/command_line.h"

#include <algorithm>

namespace vmwarden::qemu {

namespace {

constexpr const char* first_render_node = "/dev/dri/renderD128";

std::string address_of(const Graphics& graphics) {
    return graphics.listen.empty() ? "127.0.0.1" : graphics.listen;
}

// "ADDRESS:DISPLAY", an IPv6 address in brackets.
std::string vnc_address(const Graphics& graphics) {
    if (graphics.listens == ListenType::none) return "none";
    if (graphics.listens == ListenType::socket) return "unix:" + graphics.socket;
    const auto listen = address_of(graphics);
    const auto display = graphics.port < 0 ? 0 : graphics.port - first_display_port;
    const bool ipv6 = listen.find(':') != std::string::npos;
    return (ipv6 ? "[" + listen + "]" : listen) + ":" + std::to_string(display);
}

std::string_view on_or_off(bool value) {
    return domain::word_for(domain::on_off, value);
}

void add_vnc(CommandLine& command, const Graphics& graphics) {
    Options vnc;
    vnc.set("vnc", vnc_address(graphics));
    if (graphics.listens == ListenType::address && graphics.port < 0)
        vnc.set("to", last_display_port - first_display_port);
    if (graphics.websocket != 0)
        vnc.set("websocket", graphics.websocket < 0 ? "on" : std::to_string(graphics.websocket));
    if (graphics.share != SharePolicy::unsaid)
        vnc.set("share", domain::word_for(domain::share_policies, graphics.share));
    if (graphics.power_control) vnc.set("power-control", on_or_off(*graphics.power_control));
    if (graphics.audio != 0) vnc.set("audiodev", "audio" + std::to_string(graphics.audio));
    command.add("-vnc", vnc);
}

void set_spice_listen(Options& options, const Graphics& graphics, int port) {
    if (graphics.listens == ListenType::socket)
        options.set("unix", "on").set("addr", graphics.socket);
    else if (graphics.listens == ListenType::none)
        options.set("port", "0");
    else
        options.set("port", std::to_string(port)).set("addr", address_of(graphics));
}

template <class T, std::size_t count>
void set_choice(Options& options, std::string_view key, const domain::Word<T> (&words)[count],
                T value) {
    if (value != T::unsaid) options.set(key, domain::word_for(words, value));
}

// Without a certificate every channel is plain; saying so is no error.
void set_channels(Options& options, const SpiceOptions& spice) {
    if (spice.default_mode == ChannelMode::insecure) options.set("plaintext-channel", "default");
    for (const auto& each : spice.channels)
        if (each.mode == ChannelMode::insecure)
            options.set("plaintext-channel",
                        domain::word_for(domain::spice_channels, each.channel));
}

void add_spice(CommandLine& command, const Graphics& graphics, int port) {
    const auto& spice = graphics.spice;
    Options options;
    set_spice_listen(options, graphics, port);
    options.set("disable-ticketing", "on"); // no password: who reaches it may use it
    set_channels(options, spice);
    set_choice(options, "image-compression", domain::image_compressions, spice.image);
    set_choice(options, "jpeg-wan-compression", domain::wan_compressions, spice.jpeg);
    set_choice(options, "zlib-glz-wan-compression", domain::wan_compressions, spice.zlib);
    set_choice(options, "streaming-video", domain::video_streamings, spice.streaming);
    if (spice.playback_compression)
        options.set("playback-compression", on_or_off(*spice.playback_compression));
    if (spice.client_mouse) options.set("agent-mouse", on_or_off(*spice.client_mouse));
    if (spice.clipboard) options.set("disable-copy-paste", on_or_off(!*spice.clipboard));
    if (spice.file_transfer)
        options.set("disable-agent-file-xfer", on_or_off(!*spice.file_transfer));
    if (graphics.gl) options.set("gl", on_or_off(*graphics.gl));
    if (const auto node = render_node(graphics); !node.empty()) options.set("rendernode", node);
    command.add("-spice", options);
}

const Graphics* graphics_of(const GuestDefinition& definition, GraphicsType type) {
    const auto found = std::ranges::find(definition.graphics, type, &Graphics::type);
    return found == definition.graphics.end() ? nullptr : &*found;
}

// The one display that is no server of its own.
void add_local(CommandLine& command, const GuestDefinition& definition) {
    const auto* egl = graphics_of(definition, GraphicsType::egl_headless);
    const auto* dbus = graphics_of(definition, GraphicsType::dbus);
    if (egl != nullptr)
        return command.add("-display",
                           Options("egl-headless").set("rendernode", render_node(*egl)));
    if (dbus == nullptr) return command.raw("-display", "none");
    Options options("dbus");
    options.set("p2p", "on");
    if (dbus->gl) options.set("gl", on_or_off(*dbus->gl));
    if (const auto node = render_node(*dbus); !node.empty()) options.set("rendernode", node);
    if (dbus->audio != 0) options.set("audiodev", "audio" + std::to_string(dbus->audio));
    command.add("-display", options);
}

// -k is for all displays.
void add_keymap(CommandLine& command, const GuestDefinition& definition) {
    for (const auto& graphics : definition.graphics)
        if (!graphics.keymap.empty()) return command.raw("-k", graphics.keymap);
}

} // namespace

bool wants_port(const Graphics& graphics) {
    return graphics.type == GraphicsType::spice && graphics.listens == ListenType::address &&
           graphics.port < 0;
}

std::string render_node(const Graphics& graphics) {
    if (graphics.type != GraphicsType::egl_headless && graphics.gl != true) return {};
    return graphics.render_node.empty() ? first_render_node : graphics.render_node;
}

bool has_graphics(const GuestDefinition& definition, GraphicsType type) {
    return graphics_of(definition, type) != nullptr;
}

void add_graphics(CommandLine& command, const GuestDefinition& definition,
                  const CommandContext& context) {
    add_local(command, definition);
    for (std::size_t i = 0; i < definition.graphics.size(); ++i) {
        const auto& graphics = definition.graphics[i];
        if (graphics.type == GraphicsType::vnc) add_vnc(command, graphics);
        if (graphics.type != GraphicsType::spice) continue;
        const auto chosen = context.display_ports.find(i);
        const bool found = wants_port(graphics) && chosen != context.display_ports.end();
        // Where nobody has looked, the last one: VNC takes the first.
        const int port = graphics.port < 0 ? last_display_port : graphics.port;
        add_spice(command, graphics, found ? chosen->second : port);
    }
    add_keymap(command, definition);
}

} // namespace vmwarden::qemu
