// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/base/text.h"
#include "src/qemu/graphics.h"
#include "src/qemu/unsupported.h"

#include <arpa/inet.h>
#include <sys/un.h>

#include <set>

namespace vmwarden::qemu {

namespace {

std::string quoted(std::string_view text) {
    return "'" + printable(text) + "'";
}

bool is_address(const std::string& text) {
    in6_addr out{};
    return ::inet_pton(AF_INET, text.c_str(), &out) == 1 ||
           ::inet_pton(AF_INET6, text.c_str(), &out) == 1;
}

// The words of -vnc and -k mean more than they seem: "unix:" is a socket, a keymap with a slash is
// any file.
void check_words(Diagnostics& found, const Graphics& graphics) {
    if (!graphics.listen.empty() && !is_address(graphics.listen))
        found.error(graphics.place, "cannot listen on " + quoted(graphics.listen),
                    "an IPv4 or IPv6 address in numbers is needed");
    const bool possible = graphics.port >= first_display_port && graphics.port <= 65535;
    if (graphics.port != -1 && !possible)
        found.error(graphics.place,
                    "port " + std::to_string(graphics.port) + " cannot be a VNC display",
                    "5900 to 65535, or -1 for the first free one");
    if (!graphics.keymap.empty() && !plain_word(graphics.keymap))
        found.error(graphics.place, quoted(graphics.keymap) + " cannot be a keymap",
                    "de or en-us, say");
}

void check_paths(Diagnostics& found, const Graphics& graphics) {
    constexpr std::size_t longest = sizeof(sockaddr_un::sun_path) - 1;
    check_path(found, graphics.place, "socket", graphics.socket);
    check_path(found, graphics.place, "rendernode", graphics.render_node);
    const bool needs_socket = graphics.listens == ListenType::socket;
    if (needs_socket && (graphics.socket.empty() || graphics.socket.size() > longest))
        found.error(graphics.place, "the path of a display's socket has 1 to " +
                                        std::to_string(longest) + " bytes");
}

void check_together(Diagnostics& found, const GuestDefinition& definition) {
    std::set<GraphicsType> types;
    std::string keymap;
    for (const auto& graphics : definition.graphics) {
        if (!types.insert(graphics.type).second)
            found.error(graphics.place, "more than one display of a type is not handled",
                        "one of each type is possible");
        if (!keymap.empty() && !graphics.keymap.empty() && graphics.keymap != keymap)
            found.error(graphics.place, "QEMU has one keymap for all displays",
                        "write keymap=" + quoted(keymap) + ", or none");
        if (keymap.empty()) keymap = graphics.keymap;
    }
    if (types.contains(GraphicsType::dbus) && types.contains(GraphicsType::egl_headless))
        found.error(definition.place, "displays 'dbus' and 'egl-headless' exclude each other",
                    "write <gl enable='yes'/> in the one of type 'dbus'");
}

// Sound goes to a client, and there must be one who could hear it.
void check_audios(Diagnostics& found, const GuestDefinition& definition) {
    for (const auto& audio : definition.audios) {
        const bool spice = audio.type == AudioType::spice;
        const bool dbus = audio.type == AudioType::dbus;
        if (spice && !has_graphics(definition, GraphicsType::spice))
            found.error(audio.place, "there is no SPICE client to hear it",
                        "add <graphics type='spice'/>, or write type='none'");
        if (dbus && !has_graphics(definition, GraphicsType::dbus))
            found.error(audio.place, "there is no D-Bus client to hear it",
                        "add <graphics type='dbus' p2p='yes'/>, or write type='none'");
    }
    for (const auto& graphics : definition.graphics) {
        if (graphics.type != GraphicsType::dbus || graphics.audio == 0) continue;
        for (const auto& audio : definition.audios)
            if (audio.id == graphics.audio && audio.type != AudioType::dbus)
                found.error(graphics.place, "its client hears an <audio type='dbus'> alone",
                            "write type='dbus' there, or remove <audio> here");
    }
}

} // namespace

void check_graphics(Diagnostics& found, const GuestDefinition& definition) {
    for (const auto& graphics : definition.graphics) {
        check_words(found, graphics);
        check_paths(found, graphics);
    }
    check_together(found, definition);
    check_audios(found, definition);
}

} // namespace vmwarden::qemu
