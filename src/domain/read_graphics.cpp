// SPDX-License-Identifier: LGPL-2.1-or-later
// <graphics>: where a person sees the guest.
#include "src/domain/display_words.h"
#include "src/domain/readers.h"
#include "src/domain/values.h"

#include <algorithm>

namespace vmwarden::domain {

namespace {

constexpr int first_port = 5900;
constexpr std::size_t longest_socket_path = 107; // sockaddr_un

constexpr NotDone types_refused[] = {{"sdl", "it would draw on the host's own display"},
                                     {"rdp", "another program would serve it: use vnc or spice"},
                                     {"desktop", "it would draw on the host's own display"}};
constexpr NotDone password_refused[] = {
    {"passwd", "a password here can be read by all who can read this file, and VNC keeps 8 letters "
               "of it: listen on 127.0.0.1 and go through a tunnel"},
    {"passwdValidTo", "passwords of displays are refused"},
    {"connected", "passwords of displays are refused"}};
constexpr NotDone listen_types_refused[] = {
    {"network", "the addresses of networks are not looked up in this version"}};
constexpr std::string_view no_tls =
    "there are no certificates for displays in this version: listen "
    "on 127.0.0.1 and go through a tunnel";
constexpr NotDone modes_refused[] = {{"secure", no_tls}};
constexpr NotDone dbus_refused[] = {
    {"address", "QEMU would join a bus of the host's: write p2p='yes' instead"}};
constexpr Word<std::string_view> keymaps[] = {
    self("ar"),    self("bepo"),  self("cz"), self("da"), self("de"), self("de-ch"), self("en-gb"),
    self("en-us"), self("es"),    self("et"), self("fi"), self("fo"), self("fr"),    self("fr-be"),
    self("fr-ca"), self("fr-ch"), self("hr"), self("hu"), self("is"), self("it"),    self("ja"),
    self("lt"),    self("lv"),    self("mk"), self("nl"), self("no"), self("pl"),    self("pt"),
    self("pt-br"), self("ru"),    self("sl"), self("sv"), self("th"), self("tr")};

std::optional<int> read_port(ElementReader& graphics) {
    const auto text = graphics.attribute("port");
    if (!text) return std::nullopt;
    if (text->text == "-1") return -1;
    const auto port = parse_number(text->text);
    if (port && *port >= first_port && *port <= 65535) return static_cast<int>(*port);
    graphics.error(text->at, "port " + in_quotes(text->text) + " is not one of a display's",
                   "write 5900 to 65535, or -1 for the first free one");
    return std::nullopt;
}

void read_ports(ElementReader& graphics, Graphics& to) {
    const auto port = read_port(graphics);
    const auto autoport_at = graphics.attribute("autoport");
    const auto autoport = graphics.word("autoport", yes_no);
    if (autoport == false && !graphics.attribute("port"))
        graphics.error(autoport_at->at, "autoport='no' needs a port", "write port='5900'");
    if (autoport == false && port == -1)
        graphics.error(autoport_at->at, "autoport='no' contradicts port='-1'",
                       "write a port, or autoport='yes'");
    to.port = port.value_or(-1);
    if (autoport == true && to.port != -1) {
        graphics.report().warning(autoport_at->at, "autoport='yes' sets the port aside",
                                  "write autoport='no' to keep it");
        to.port = -1;
    }
}

void read_address(ElementReader& listen, Graphics& to) {
    const auto address = listen.attribute("address");
    if (!address) return;
    const auto read = address_from(*address, listen.report()).value_or("");
    if (!to.listen.empty() && !read.empty() && to.listen != read)
        listen.error(address->at, "this address is not the one of <graphics listen=...>",
                     "keep one of the two");
    to.listen = read;
}

void read_socket(ElementReader& element, const Value& path, Graphics& to) {
    to.listens = ListenType::socket;
    to.socket = path_from(path, element.report()).value_or("");
    if (to.socket.size() > longest_socket_path)
        element.error(path.at, "a socket's path can have " + std::to_string(longest_socket_path) +
                                   " bytes at most");
}

void read_listen_socket(ElementReader& listen, Graphics& to) {
    if (const auto path = listen.attribute("socket")) return read_socket(listen, *path, to);
    listen.error(listen.at(), "a display's socket has no place of its own in this version",
                 "name one: <listen type='socket' socket='/...'/>; or write type='none'");
}

// Where it listens. A port and an address are those of type 'address' alone.
void read_listen(ElementReader& graphics, Graphics& to) {
    if (const auto listen = graphics.attribute("listen"))
        to.listen = address_from(*listen, graphics.report()).value_or("");
    graphics.child("listen", [&](ElementReader& listen) {
        const auto type = listen.required_word("type", listen_types, listen_types_refused);
        if (!type) return listen.skip_rest();
        to.listens = *type;
        if (*type == ListenType::address) read_address(listen, to);
        if (*type == ListenType::socket) read_listen_socket(listen, to);
    });
    const bool address = to.listens == ListenType::address;
    if (!address && (to.port != -1 || !to.listen.empty() || to.websocket != 0))
        graphics.error(graphics.at(), "ports and addresses are those of <listen type='address'>",
                       "remove them, or the other <listen>");
}

bool read_switch(ElementReader& element, std::string_view name, std::optional<bool>& to) {
    to = element.word(name, yes_no);
    return to.has_value();
}

void read_gl(ElementReader& gl, Graphics& to) {
    if (const auto node = gl.attribute("rendernode"))
        to.render_node = path_from(*node, gl.report()).value_or("");
    if (to.type == GraphicsType::egl_headless) return;
    if (gl.required_attribute("enable")) read_switch(gl, "enable", to.gl);
    if (to.gl != true && !to.render_node.empty())
        gl.error(gl.at(), "a node to draw with, and no drawing", "write enable='yes'");
}

unsigned read_audio_id(ElementReader& audio) {
    const auto text = audio.required_attribute("id");
    const auto id = text ? number_from(*text, "id", 1, 255, audio.report()) : std::nullopt;
    return static_cast<unsigned>(id.value_or(0));
}

void read_websocket(ElementReader& element, Graphics& vnc) {
    const auto text = element.attribute("websocket");
    if (!text) return;
    if (text->text == "-1") {
        vnc.websocket = -1;
        return;
    }
    const auto port = number_from(*text, "websocket", 1024, 65535, element.report());
    vnc.websocket = static_cast<int>(port.value_or(0));
}

void read_vnc(ElementReader& element, Graphics& vnc) {
    read_ports(element, vnc);
    read_websocket(element, vnc);
    if (const auto path = element.attribute("socket")) read_socket(element, *path, vnc);
    read_listen(element, vnc);
    vnc.keymap = element.word("keymap", keymaps).value_or("");
    vnc.share = element.word("sharePolicy", share_policies).value_or(SharePolicy::unsaid);
    vnc.power_control = element.word("powerControl", yes_no);
    element.refuse_attributes(password_refused);
    element.child("audio", [&](ElementReader& audio) { vnc.audio = read_audio_id(audio); });
}

void read_channel_mode(ElementReader& channel, SpiceOptions& spice) {
    const auto name = channel.required_word("name", spice_channels);
    const auto mode = channel.required_word("mode", channel_modes, modes_refused);
    if (!name || !mode) return;
    const auto same = [&](const SpiceChannelMode& other) { return other.channel == *name; };
    if (std::any_of(spice.channels.begin(), spice.channels.end(), same))
        return channel.error(channel.at(), "this channel's mode is said twice", "keep one of them");
    spice.channels.push_back({*name, *mode});
}

template <class T, std::size_t count>
T read_choice(ElementReader& spice, std::string_view child, std::string_view attribute,
              const Word<T> (&words)[count]) {
    auto chosen = T::unsaid;
    spice.child(child, [&](ElementReader& element) {
        chosen = element.required_word(attribute, words).value_or(T::unsaid);
    });
    return chosen;
}

template <std::size_t count>
std::optional<bool> read_flag(ElementReader& spice, std::string_view child,
                              std::string_view attribute, const Word<bool> (&words)[count]) {
    std::optional<bool> flag;
    spice.child(child,
                [&](ElementReader& element) { flag = element.required_word(attribute, words); });
    return flag;
}

// autoport offers a port for TLS as well, where there is TLS.
void read_tls_port(ElementReader& element) {
    const auto port = element.attribute("tlsPort");
    if (!port || port->text == "-1" || port->text == "0") return;
    element.error(port->at,
                  "tlsPort=" + in_quotes(port->text) + " is refused: " + std::string(no_tls),
                  "remove it, or write tlsPort='-1'");
}

void read_spice(ElementReader& element, Graphics& to) {
    read_ports(element, to);
    read_tls_port(element);
    read_listen(element, to);
    to.keymap = element.word("keymap", keymaps).value_or("");
    element.refuse_attributes(password_refused);
    auto& spice = to.spice;
    spice.default_mode =
        element.word("defaultMode", channel_modes, modes_refused).value_or(ChannelMode::unsaid);
    element.children("channel", [&](ElementReader& channel) { read_channel_mode(channel, spice); });
    spice.image = read_choice(element, "image", "compression", image_compressions);
    spice.jpeg = read_choice(element, "jpeg", "compression", wan_compressions);
    spice.zlib = read_choice(element, "zlib", "compression", wan_compressions);
    spice.playback_compression = read_flag(element, "playback", "compression", on_off);
    spice.streaming = read_choice(element, "streaming", "mode", video_streamings);
    spice.clipboard = read_flag(element, "clipboard", "copypaste", yes_no);
    spice.client_mouse = read_flag(element, "mouse", "mode", mouse_modes);
    spice.file_transfer = read_flag(element, "filetransfer", "enable", yes_no);
    element.child("gl", [&](ElementReader& gl) { read_gl(gl, to); });
    if (to.gl == true && to.listens == ListenType::address)
        element.error(element.at(), "what the host's GPU draws cannot go through a port",
                      "write <listen type='none'/>, or a socket");
}

void read_dbus(ElementReader& element, Graphics& to) {
    element.refuse_attributes(dbus_refused);
    if (element.word("p2p", yes_no) != true && !element.attribute("address"))
        element.error(element.at(), "there is no bus for this display",
                      "write p2p='yes': clients are handed over one by one");
    element.child("gl", [&](ElementReader& gl) { read_gl(gl, to); });
    element.child("audio", [&](ElementReader& audio) { to.audio = read_audio_id(audio); });
}

void read_rest(ElementReader& element, Graphics& to) {
    switch (to.type) {
    case GraphicsType::vnc:
        return read_vnc(element, to);
    case GraphicsType::spice:
        return read_spice(element, to);
    case GraphicsType::dbus:
        return read_dbus(element, to);
    case GraphicsType::egl_headless:
        break;
    }
    element.child("gl", [&](ElementReader& gl) { read_gl(gl, to); });
}

bool share_port(const Graphics& one, const Graphics& other) {
    return one.port != -1 && one.port == other.port && one.listen == other.listen;
}

} // namespace

// After the <audio>s: a display says which one its client hears.
void read_graphics(ElementReader& element, GuestDefinition& guest) {
    Graphics graphics;
    graphics.place = element.place();
    const auto type = element.required_word("type", graphics_types, types_refused);
    if (!type) return element.skip_rest();
    graphics.type = *type;
    read_rest(element, graphics);
    const auto with_id = [&](const Audio& audio) { return audio.id == graphics.audio; };
    if (graphics.audio != 0 && std::none_of(guest.audios.begin(), guest.audios.end(), with_id))
        element.error(element.at(), "there is no <audio> with id " + std::to_string(graphics.audio),
                      "add <audio id='" + std::to_string(graphics.audio) +
                          "' type='none'/> to <devices>");
    for (const auto& other : guest.graphics)
        if (share_port(graphics, other))
            element.error(element.at(), "two displays on port " + std::to_string(graphics.port),
                          "write port='-1' for the first free one");
    guest.graphics.push_back(std::move(graphics));
}

} // namespace vmwarden::domain
