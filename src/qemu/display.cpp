// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/command_line.h"
#include "src/qemu/devices.h"

#include <algorithm>
#include <bit>

namespace vmwarden::qemu {

namespace {

// What the format counts in KiB.
void set_memory(Json& device, const Video& video) {
    constexpr std::uint64_t kib = 1024;
    if (video.model == "qxl") {
        if (video.ram != 0) device["ram_size"] = video.ram * kib;
        if (video.vram != 0) device["vram_size"] = video.vram * kib;
        if (video.vram64 != 0) device["vram64_size_mb"] = video.vram64 / kib;
        if (video.vgamem != 0) device["vgamem_mb"] = video.vgamem / kib;
    } else if (video.vram != 0 && video.model == "bochs") {
        device["vgamem"] = video.vram * kib;
    } else if (video.vram != 0 && video.model == "cirrus") { // one of three sizes
        device["vgamem_mb"] = std::max<std::uint64_t>(4, std::bit_ceil(video.vram / kib));
    } else if (video.vram != 0) {
        device["vgamem_mb"] = video.vram / kib;
    }
}

void add_video(CommandLine& command, const Video& video, std::size_t number) {
    const auto& model = *video_model(video.model);
    const std::string_view accelerated = number == 0 ? "virtio-vga-gl" : "virtio-gpu-gl-pci";
    Json device{{"driver", video.accel3d == true ? accelerated
                           : number == 0         ? model.device
                                                 : model.secondary},
                {"id", "video" + std::to_string(number)}};
    set_memory(device, video);
    if (video.heads > 1) device["max_outputs"] = video.heads;
    if (video.edid) device["edid"] = *video.edid;
    if (video.resolution) {
        device["xres"] = video.resolution->x;
        device["yres"] = video.resolution->y;
    }
    command.device(device, video.info);
}

std::string_view virtio_device(Input::Type type) {
    switch (type) {
    case Input::Type::tablet:
        return "virtio-tablet-pci";
    case Input::Type::keyboard:
        return "virtio-keyboard-pci";
    case Input::Type::mouse:
        break;
    }
    return "virtio-mouse-pci";
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

void add_videos(CommandLine& command, const GuestDefinition& definition) {
    std::size_t number = 0;
    for (const auto& video : definition.videos)
        if (video.model != "none") add_video(command, video, number++);
}

// A PC has its PS/2 keyboard and mouse on board.
void add_inputs(CommandLine& command, const GuestDefinition& definition) {
    for (std::size_t i = 0; i < definition.inputs.size(); ++i) {
        const auto& input = definition.inputs[i];
        const auto id = "input" + std::to_string(i);
        if (input.bus == Input::Bus::usb)
            command.device(Json{{"driver", usb_device(input.type)}, {"id", id}}, input.info);
        if (input.bus == Input::Bus::virtio)
            command.device(Json{{"driver", virtio_device(input.type)}, {"id", id}}, input.info);
    }
}

} // namespace vmwarden::qemu
