// SPDX-License-Identifier: LGPL-2.1-or-later
// Where a person sees the guest: <graphics>.
#pragma once

#include "src/base/diagnostic.h"

#include <optional>
#include <string>
#include <vector>

namespace vmwarden {

enum class GraphicsType { vnc, spice, egl_headless, dbus };
enum class ListenType { address, socket, none };
enum class SharePolicy { unsaid, allow_exclusive, force_shared, ignore };

enum class ImageCompression { unsaid, auto_glz, auto_lz, quic, glz, lz, off };
enum class WanCompression { unsaid, automatic, never, always };
enum class VideoStreaming { unsaid, filter, all, off };
enum class SpiceChannel { main, display, inputs, cursor, playback, record, smartcard, usbredir };
// There is no TLS, so no other can be had.
enum class ChannelMode { unsaid, any, insecure };

struct SpiceChannelMode {
    SpiceChannel channel = SpiceChannel::main;
    ChannelMode mode = ChannelMode::any;
    bool operator==(const SpiceChannelMode&) const = default;
};

// Of type='spice'; what is not said is as QEMU has it.
struct SpiceOptions {
    ChannelMode default_mode = ChannelMode::unsaid;
    std::vector<SpiceChannelMode> channels;
    ImageCompression image = ImageCompression::unsaid;
    WanCompression jpeg = WanCompression::unsaid;
    WanCompression zlib = WanCompression::unsaid;
    std::optional<bool> playback_compression;
    VideoStreaming streaming = VideoStreaming::unsaid;
    std::optional<bool> clipboard;
    std::optional<bool> client_mouse; // the pointer is the client's; otherwise the guest's own
    std::optional<bool> file_transfer;
    bool operator==(const SpiceOptions&) const = default;
};

struct Graphics {
    GraphicsType type = GraphicsType::vnc;
    int port = -1;      // of vnc and spice; -1: a free one from 5900 to 5999
    std::string listen; // empty: 127.0.0.1
    std::string keymap;
    SourcePlace place;
    ListenType listens = ListenType::address;
    std::string socket = {}; // of ListenType::socket: absolute path, made by QEMU
    // Of vnc.
    SharePolicy share = SharePolicy::unsaid;
    int websocket = 0; // 0: none; -1: 5700 and as far on as the display's own port is from 5900
    std::optional<bool> power_control = {};
    unsigned audio = 0; // the <audio> that its client hears; 0: none
    SpiceOptions spice = {};
    // Of the others than vnc: drawing with the host's GPU. egl_headless always does.
    std::optional<bool> gl = {};
    std::string render_node = {}; // empty: the first one, where there is drawing
    bool operator==(const Graphics&) const = default;
};

} // namespace vmwarden
