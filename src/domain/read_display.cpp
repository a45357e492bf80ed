// SPDX-License-Identifier: LGPL-2.1-or-later
// What a person holds, and what draws for one: input, video.
#include "src/domain/readers.h"
#include "src/domain/values.h"

#include <algorithm>

namespace vmwarden::domain {

namespace {

constexpr NotDone input_types_refused[] = {
    {"passthrough", "the host's own input devices are not passed on in this version"},
    {"evdev", "the host's own input devices are not passed on in this version"}};
constexpr std::string_view of_passthrough = "only type='passthrough' has one, which is refused";
constexpr NotDone input_buses_refused[] = {{"xen", "only Xen guests have one"},
                                           {"none", of_passthrough}};
constexpr NotDone input_refused[] = {{"model", of_passthrough}};
constexpr NotDone input_children_refused[] = {{"source", of_passthrough}};

constexpr Word<std::string_view> video_models[] = {self("vga"),   self("cirrus"), self("virtio"),
                                                   self("qxl"),   self("bochs"),  self("vmvga"),
                                                   self("ramfb"), self("none")};
constexpr NotDone video_models_refused[] = {{"gop", "only bhyve guests have one"},
                                            {"vbox", "only VirtualBox guests have one"},
                                            {"xen", "only Xen guests have one"},
                                            {"parallels", "only Parallels guests have one"}};
constexpr NotDone model_refused[] = {{"blob", "memory is not lent to the host's GPU"}};
constexpr NotDone acceleration_refused[] = {
    {"rendernode", "the display says which: <gl rendernode=...> in <graphics>"}};

// KiB. What QEMU counts in MiB must be whole ones.
std::uint64_t video_memory(ElementReader& model, std::string_view name, bool taken) {
    constexpr std::uint64_t most = 2ULL * 1024 * 1024;
    const auto text = model.attribute(name);
    if (!text) return 0;
    if (!taken) {
        model.error(text->at, "this model has no '" + std::string(name) + "'", "remove it");
        return 0;
    }
    const auto size = number_from(*text, name, 1024, most, model.report());
    if (size && *size % 1024 != 0)
        model.error(text->at, std::string(name) + " " + in_quotes(text->text) + " is no whole MiB",
                    "write a multiple of 1024");
    return size.value_or(0);
}

// The only memory of a plain card is its `vram`; a qxl has several.
void read_video_memory(ElementReader& model, Video& video) {
    const bool qxl = video.model == "qxl";
    const bool plain = video.model == "vga" || video.model == "cirrus" || video.model == "bochs" ||
                       video.model == "vmvga";
    video.ram = video_memory(model, "ram", qxl);
    video.vram = video_memory(model, "vram", qxl || plain);
    video.vram64 = video_memory(model, "vram64", qxl);
    video.vgamem = video_memory(model, "vgamem", qxl);
}

void read_resolution(ElementReader& resolution, Video& video) {
    constexpr std::uint64_t most = 16384;
    const auto side = [&](std::string_view name) {
        const auto text = resolution.required_attribute(name);
        const auto size =
            text ? number_from(*text, name, 1, most, resolution.report()) : std::nullopt;
        return static_cast<unsigned>(size.value_or(1));
    };
    const auto x = side("x");
    video.resolution = VideoResolution{x, side("y")};
    if (video.model == "cirrus" || video.model == "vmvga" || video.model == "ramfb" ||
        video.model == "none")
        resolution.error(resolution.at(), "this model begins with a resolution of its own",
                         "remove <resolution>");
}

void read_heads(ElementReader& model, Video& video) {
    constexpr std::uint64_t most = 16;
    if (const auto text = model.attribute("heads")) {
        const auto heads = number_from(*text, "heads", 1, most, model.report());
        video.heads = static_cast<unsigned>(heads.value_or(0));
        if (video.heads > 1 && video.model != "virtio" && video.model != "qxl")
            model.error(text->at, "only models virtio and qxl have several heads", "write '1'");
    }
    const auto edid_at = model.attribute("edid");
    video.edid = model.word("edid", on_off);
    if (edid_at && video.model != "vga" && video.model != "bochs" && video.model != "virtio")
        model.error(edid_at->at, "this model has no EDID", "remove it");
    model.child("resolution",
                [&](ElementReader& resolution) { read_resolution(resolution, video); });
}

void read_acceleration(ElementReader& element, Video& video) {
    element.expect("accel2d", "no", "only VirtualBox guests have it");
    const auto at = element.attribute("accel3d");
    video.accel3d = element.word("accel3d", yes_no);
    element.refuse_attributes(acceleration_refused);
    if (video.accel3d == true && video.model != "virtio")
        element.error(at->at, "only model 'virtio' draws with the host's GPU",
                      "write accel3d='no', or <model type='virtio'>");
}

void read_video_driver(ElementReader& element, Video& video) {
    element.child("driver", [&](ElementReader& driver) {
        driver.expect("name", "qemu", "no other program draws for a guest");
        video.info.virtio = read_switches(driver, device_switches);
        if (video.model != "virtio" && !video.info.virtio.empty())
            driver.error(driver.at(), "only a virtio device has these switches", "remove them");
    });
}

Input::Bus usual_bus(Input::Type type) {
    return type == Input::Type::tablet ? Input::Bus::usb : Input::Bus::ps2;
}

} // namespace

void read_input(ElementReader& element, GuestDefinition& guest) {
    Input input;
    input.place = element.place();
    const auto type = element.required_word("type", input_types, input_types_refused);
    if (!type) return element.skip_rest();
    input.type = *type;
    const auto bus_at = element.attribute("bus");
    input.bus =
        element.word("bus", input_buses, input_buses_refused).value_or(usual_bus(input.type));
    if (input.type == Input::Type::tablet && input.bus == Input::Bus::ps2)
        element.error(bus_at->at, "a tablet cannot be on bus 'ps2'", "write bus='usb'");
    element.refuse_attributes(input_refused);
    if (input.bus == Input::Bus::usb)
        input.info = read_device_info(element, {AddressKind::usb});
    else if (input.bus == Input::Bus::virtio)
        input.info = read_device_info(element, {AddressKind::pci});
    else
        input.info = read_device_info(element, {});
    read_virtio_driver(element, input.bus == Input::Bus::virtio, input.info);
    element.refuse_children(input_children_refused);
    guest.inputs.push_back(std::move(input));
}

void read_video(ElementReader& element, GuestDefinition& guest) {
    Video video;
    video.place = element.place();
    bool primary = false;
    const bool given = element.child("model", [&](ElementReader& model) {
        video.model = model.required_word("type", video_models, video_models_refused).value_or("");
        primary = model.word("primary", yes_no) == true;
        read_video_memory(model, video);
        read_heads(model, video);
        model.refuse_attributes(model_refused);
        model.child("acceleration",
                    [&](ElementReader& acceleration) { read_acceleration(acceleration, video); });
    });
    if (!given)
        element.error(element.at(), "<video> has no <model>", "write <model type='virtio'/>");
    video.info = read_device_info(element, {AddressKind::pci});
    read_video_driver(element, video);
    const bool none = video.model == "none" ||
                      std::any_of(guest.videos.begin(), guest.videos.end(),
                                  [](const Video& other) { return other.model == "none"; });
    if (none && !guest.videos.empty())
        element.error(element.at(), "model 'none' stands beside another <video>",
                      "keep one of the two");
    // The first is the primary one.
    guest.videos.insert(primary ? guest.videos.begin() : guest.videos.end(), std::move(video));
}

} // namespace vmwarden::domain
