// SPDX-License-Identifier: LGPL-2.1-or-later
// words.h for <graphics>; QEMU's own words are the same ones.
#pragma once

#include "src/domain/words.h"

namespace vmwarden::domain {

inline constexpr Word<GraphicsType> graphics_types[] = {
    {"vnc", GraphicsType::vnc},
    {"spice", GraphicsType::spice},
    {"egl-headless", GraphicsType::egl_headless},
    {"dbus", GraphicsType::dbus}};
inline constexpr Word<ListenType> listen_types[] = {
    {"address", ListenType::address}, {"socket", ListenType::socket}, {"none", ListenType::none}};
inline constexpr Word<SharePolicy> share_policies[] = {
    {"allow-exclusive", SharePolicy::allow_exclusive},
    {"force-shared", SharePolicy::force_shared},
    {"ignore", SharePolicy::ignore}};
inline constexpr Word<ImageCompression> image_compressions[] = {
    {"auto_glz", ImageCompression::auto_glz},
    {"auto_lz", ImageCompression::auto_lz},
    {"quic", ImageCompression::quic},
    {"glz", ImageCompression::glz},
    {"lz", ImageCompression::lz},
    {"off", ImageCompression::off}};
inline constexpr Word<WanCompression> wan_compressions[] = {{"auto", WanCompression::automatic},
                                                            {"never", WanCompression::never},
                                                            {"always", WanCompression::always}};
inline constexpr Word<VideoStreaming> video_streamings[] = {
    {"filter", VideoStreaming::filter}, {"all", VideoStreaming::all}, {"off", VideoStreaming::off}};
inline constexpr Word<SpiceChannel> spice_channels[] = {
    {"main", SpiceChannel::main},           {"display", SpiceChannel::display},
    {"inputs", SpiceChannel::inputs},       {"cursor", SpiceChannel::cursor},
    {"playback", SpiceChannel::playback},   {"record", SpiceChannel::record},
    {"smartcard", SpiceChannel::smartcard}, {"usbredir", SpiceChannel::usbredir}};
inline constexpr Word<ChannelMode> channel_modes[] = {{"any", ChannelMode::any},
                                                      {"insecure", ChannelMode::insecure}};
inline constexpr Word<bool> mouse_modes[] = {{"client", true}, {"server", false}};

} // namespace vmwarden::domain
