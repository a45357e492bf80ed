// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/display_words.h"
#include "src/domain/writers.h"

namespace vmwarden::domain {

namespace {

template <class T, std::size_t count>
void write_choice(XmlWriter& xml, std::string_view element, std::string_view attribute,
                  const Word<T> (&words)[count], T value) {
    if (value != T::unsaid) xml.empty(element, {{attribute, word_for(words, value)}});
}

template <std::size_t count>
void write_flag(XmlWriter& xml, std::string_view element, std::string_view attribute,
                const Word<bool> (&words)[count], std::optional<bool> value) {
    if (value) xml.empty(element, {{attribute, word_for(words, *value)}});
}

void write_listen(XmlWriter& xml, const Graphics& graphics) {
    if (graphics.listens == ListenType::none) return xml.empty("listen", {{"type", "none"}});
    if (graphics.listens == ListenType::socket)
        return xml.empty("listen", {{"type", "socket"}, {"socket", graphics.socket}});
    if (!graphics.listen.empty())
        xml.empty("listen", {{"type", "address"}, {"address", graphics.listen}});
}

void write_gl(XmlWriter& xml, const Graphics& graphics) {
    XmlAttributes attributes;
    if (graphics.gl) attributes.push_back({"enable", word_for(yes_no, *graphics.gl)});
    if (!graphics.render_node.empty()) attributes.push_back({"rendernode", graphics.render_node});
    if (!attributes.empty()) xml.empty("gl", attributes);
}

void write_spice(XmlWriter& xml, const SpiceOptions& spice) {
    for (const auto& each : spice.channels)
        xml.empty("channel", {{"name", word_for(spice_channels, each.channel)},
                              {"mode", word_for(channel_modes, each.mode)}});
    write_choice(xml, "image", "compression", image_compressions, spice.image);
    write_choice(xml, "jpeg", "compression", wan_compressions, spice.jpeg);
    write_choice(xml, "zlib", "compression", wan_compressions, spice.zlib);
    write_flag(xml, "playback", "compression", on_off, spice.playback_compression);
    write_choice(xml, "streaming", "mode", video_streamings, spice.streaming);
    write_flag(xml, "clipboard", "copypaste", yes_no, spice.clipboard);
    write_flag(xml, "mouse", "mode", mouse_modes, spice.client_mouse);
    write_flag(xml, "filetransfer", "enable", yes_no, spice.file_transfer);
}

void write_inside(XmlWriter& xml, const Graphics& graphics) {
    write_listen(xml, graphics);
    write_spice(xml, graphics.spice);
    write_gl(xml, graphics);
    const auto audio = std::to_string(graphics.audio);
    if (graphics.audio != 0) xml.empty("audio", {{"id", audio}});
}

} // namespace

void write_graphics(XmlWriter& xml, const Graphics& graphics) {
    const auto port = std::to_string(graphics.port);
    const auto websocket = std::to_string(graphics.websocket);
    const bool has_port =
        graphics.type == GraphicsType::vnc || graphics.type == GraphicsType::spice;
    XmlAttributes attributes{{"type", word_for(graphics_types, graphics.type)}};
    if (has_port && graphics.listens == ListenType::address) {
        attributes.push_back({"port", port});
        attributes.push_back({"autoport", graphics.port == -1 ? "yes" : "no"});
    }
    if (graphics.type == GraphicsType::dbus) attributes.push_back({"p2p", "yes"});
    if (!graphics.keymap.empty()) attributes.push_back({"keymap", graphics.keymap});
    if (graphics.websocket != 0) attributes.push_back({"websocket", websocket});
    if (graphics.share != SharePolicy::unsaid)
        attributes.push_back({"sharePolicy", word_for(share_policies, graphics.share)});
    if (graphics.power_control)
        attributes.push_back({"powerControl", word_for(yes_no, *graphics.power_control)});
    if (graphics.spice.default_mode != ChannelMode::unsaid)
        attributes.push_back({"defaultMode", word_for(channel_modes, graphics.spice.default_mode)});
    xml.element("graphics", attributes, [&] { write_inside(xml, graphics); });
}

} // namespace vmwarden::domain
