// SPDX-License-Identifier: LGPL-2.1-or-later
// -spice.
#include "src/base/text.h"
#include "src/domain/display_words.h"
#include "src/native/import.h"

#include <algorithm>

namespace vmwarden::native {

namespace {

class SpiceReader {
  public:
    explicit SpiceReader(const Option& option)
      : properties_(Properties::parse(option.value(), "port").value_or(Properties())) {
        graphics_.type = GraphicsType::spice;
        graphics_.place = option.word.place;
    }

    // None: some of it has no place in the XML.
    std::optional<Graphics> read() {
        // A password or TLS would be needed otherwise, and neither is kept for a guest.
        if (switch_of(properties_.take("disable-ticketing").value_or("")) != true)
            return std::nullopt;
        auto& spice = graphics_.spice;
        const bool understood =
            read_listen() && read_channels() &&
            choose("image-compression", domain::image_compressions, spice.image) &&
            choose("jpeg-wan-compression", domain::wan_compressions, spice.jpeg) &&
            choose("zlib-glz-wan-compression", domain::wan_compressions, spice.zlib) &&
            choose("streaming-video", domain::video_streamings, spice.streaming) &&
            turn("playback-compression", spice.playback_compression) &&
            turn("agent-mouse", spice.client_mouse) &&
            turn("disable-copy-paste", spice.clipboard, false) &&
            turn("disable-agent-file-xfer", spice.file_transfer, false) && turn("gl", graphics_.gl);
        // No guest is migrated here, so it says nothing.
        if (switch_of(properties_.peek("seamless-migration").value_or("")))
            properties_.take("seamless-migration");
        graphics_.render_node = properties_.take("rendernode").value_or("");
        if (!understood || !properties_.left().empty()) return std::nullopt;
        return std::move(graphics_);
    }

  private:
    bool read_listen() {
        const auto port = properties_.take("port");
        const auto address = properties_.take("addr").value_or("");
        if (switch_of(properties_.take("unix").value_or("off")) == true) {
            graphics_.listens = ListenType::socket;
            graphics_.socket = address;
            return address.starts_with('/') && !port;
        }
        const auto number = port ? parse_number(*port) : std::nullopt;
        if (!number || *number > 65535) return false;
        if (*number == 0) {
            graphics_.listens = ListenType::none;
            return address.empty();
        }
        graphics_.port = static_cast<int>(*number);
        graphics_.listen = address;
        return true;
    }

    bool read_channels() {
        for (const auto& property : properties_.left()) {
            if (property.key != "plaintext-channel") continue;
            if (property.value == "default") {
                graphics_.spice.default_mode = ChannelMode::insecure;
                continue;
            }
            const auto* const word = std::ranges::find(domain::spice_channels, property.value,
                                                       &domain::Word<SpiceChannel>::text);
            if (word == std::end(domain::spice_channels)) return false;
            graphics_.spice.channels.push_back({word->value, ChannelMode::insecure});
        }
        properties_.take("plaintext-channel");
        return true;
    }

    template <class T, std::size_t count>
    bool choose(std::string_view key, const domain::Word<T> (&words)[count], T& to) {
        const auto text = properties_.take(key);
        if (!text) return true;
        const auto* const word = std::ranges::find(words, *text, &domain::Word<T>::text);
        if (word == std::end(words)) return false;
        to = word->value;
        return true;
    }
    bool turn(std::string_view key, std::optional<bool>& to, bool meaning = true) {
        const auto text = properties_.take(key);
        if (!text) return true;
        const auto on = switch_of(*text);
        if (on) to = *on == meaning;
        return on.has_value();
    }

    Properties properties_;
    Graphics graphics_;
};

} // namespace

void import_spice(Import& import, const Option& option) {
    import.no_window = true;
    auto spice = SpiceReader(option).read();
    const bool second =
        std::ranges::count(import.guest.graphics, GraphicsType::spice, &Graphics::type) != 0;
    if (!spice || second) return import.keep(option);
    if (spice->listens == ListenType::address && spice->listen.empty())
        import.warn(option,
                    "'" + option.text() + "' listens on every address: here it is 127.0.0.1",
                    "write <listen type='address' address='0.0.0.0'/> if that is wanted");
    import.guest.graphics.push_back(std::move(*spice));
}

} // namespace vmwarden::native
