// SPDX-License-Identifier: LGPL-2.1-or-later
// What a person sees and holds.
#include "src/base/text.h"
#include "src/domain/display_words.h"
#include "src/native/device_reader.h"
#include "src/qemu/board.h"

#include <arpa/inet.h>

namespace vmwarden::native {

namespace {

constexpr unsigned first_vnc_port = 5900;
constexpr unsigned most_displays = 65535 - first_vnc_port;

struct Adapter {
    std::string_view word; // of -vga
    std::string_view model;
};
constexpr Adapter adapters[] = {{"std", "vga"},       {"cirrus", "cirrus"}, {"qxl", "qxl"},
                                {"virtio", "virtio"}, {"vmware", "vmvga"},  {"none", "none"}};

struct Pointer {
    std::string_view word; // of -usbdevice
    std::string_view driver;
    std::string_view virtio_driver;
    Input::Type type;
};
constexpr Pointer pointers[] = {
    {"tablet", "usb-tablet", "virtio-tablet-pci", Input::Type::tablet},
    {"mouse", "usb-mouse", "virtio-mouse-pci", Input::Type::mouse},
    {"keyboard", "usb-kbd", "virtio-keyboard-pci", Input::Type::keyboard}};

constexpr std::string_view windows[] = {"gtk", "sdl", "cocoa", "curses", "default"};

bool is_address(const std::string& text) {
    in6_addr out{};
    return ::inet_pton(AF_INET, text.c_str(), &out) == 1 ||
           ::inet_pton(AF_INET6, text.c_str(), &out) == 1;
}

// "ADDRESS:DISPLAY"; false for what the XML has no words for.
bool read_vnc_address(Import& import, const Option& option, const std::string& text,
                      Graphics& vnc) {
    constexpr std::string_view socket = "unix:";
    if (text == "none") {
        vnc.listens = ListenType::none;
        return true;
    }
    if (text.starts_with(socket)) {
        vnc.listens = ListenType::socket;
        vnc.socket = text.substr(socket.size());
        return vnc.socket.starts_with('/');
    }
    const auto colon = text.rfind(':');
    if (colon == std::string::npos) return false;
    auto host = text.substr(0, colon);
    const auto display = parse_number(text.substr(colon + 1));
    if (!display || *display > most_displays) return false;
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (host == "localhost") host = "127.0.0.1";
    if (!host.empty() && !is_address(host)) return false;
    if (host.empty())
        import.warn(option,
                    "'" + option.text() + "' listens on every address: here it is 127.0.0.1",
                    "write <listen type='address' address='0.0.0.0'/> if that is wanted");
    vnc.listen = host;
    vnc.port = static_cast<int>(first_vnc_port + *display);
    return true;
}

bool take_vnc_options(Properties& properties, Graphics& vnc) {
    if (const auto share = properties.take("share")) {
        const auto* const word =
            std::ranges::find(domain::share_policies, *share, &domain::Word<SharePolicy>::text);
        if (word == std::end(domain::share_policies)) return false;
        vnc.share = word->value;
    }
    if (const auto power = properties.take("power-control")) {
        vnc.power_control = switch_of(*power);
        if (!vnc.power_control) return false;
    }
    const auto websocket = properties.take("websocket");
    if (!websocket || switch_of(*websocket) == false) return true;
    const auto port = parse_unsigned(*websocket);
    if (switch_of(*websocket) == true) vnc.websocket = -1;
    if (port && *port != 0 && *port <= 65535) vnc.websocket = static_cast<int>(*port);
    return vnc.websocket != 0;
}

bool read_vnc(Import& import, const Option& option, Properties properties) {
    Graphics vnc;
    vnc.place = option.word.place;
    const auto address = properties.take("vnc").value_or("");
    const bool first_free = properties.peek("to") == "99";
    if (first_free) properties.take("to");
    const bool second =
        std::ranges::count(import.guest.graphics, GraphicsType::vnc, &Graphics::type) != 0;
    const auto audio = properties.take("audiodev");
    if (second || !take_vnc_options(properties, vnc) || !properties.left().empty()) return false;
    if (!read_vnc_address(import, option, address, vnc)) return false;
    if (first_free && vnc.port != static_cast<int>(first_vnc_port)) return false;
    if (first_free) vnc.port = -1;
    if (!can_be_defined(import, [&](auto& probe) { probe.graphics = {vnc}; })) return false;
    if (vnc.listens != ListenType::address) import.modern();
    if (audio) import.heard[import.guest.graphics.size()] = {&option, *audio};
    import.guest.graphics.push_back(std::move(vnc));
    return true;
}

// What the display is alone for: QEMU draws for others to see.
bool read_other_display(Import& import, const Option& option) {
    auto properties = Properties::parse(option.value(), "type").value_or(Properties());
    Graphics graphics;
    graphics.place = option.word.place;
    const auto type = properties.take("type");
    graphics.type = type == "dbus" ? GraphicsType::dbus : GraphicsType::egl_headless;
    graphics.render_node = properties.take("rendernode").value_or("");
    const auto audio = properties.take("audiodev");
    if (type == "dbus") {
        const auto gl = properties.take("gl");
        if (gl) graphics.gl = switch_of(*gl);
        if ((gl && !graphics.gl) || properties.take("p2p") != "on") return false;
    }
    if (!properties.left().empty() || (audio && type != "dbus")) return false;
    if (!can_be_defined(import, [&](auto& probe) { probe.graphics = {graphics}; })) return false;
    if (audio) import.heard[import.guest.graphics.size()] = {&option, *audio};
    import.guest.graphics.push_back(std::move(graphics));
    return true;
}

void add_video(Import& import, const Option& option, std::string_view model) {
    import.guest.videos.push_back({std::string(model), option.word.place});
}

// KiB in the XML; QEMU counts bytes, or MiB.
void take_size(DeviceReader& device, std::string_view key, std::uint64_t unit, std::uint64_t& kib) {
    const auto number = device.number(key, std::uint64_t{1} << 40);
    if (!number) return;
    if (*number * unit % 1024 != 0) return device.fail();
    kib = *number * unit / 1024;
}

void take_video_memory(DeviceReader& device, Video& video) {
    constexpr std::uint64_t mebibyte = 1024 * 1024;
    if (video.model == "qxl") {
        take_size(device, "ram_size", 1, video.ram);
        take_size(device, "vram_size", 1, video.vram);
        take_size(device, "vram64_size_mb", mebibyte, video.vram64);
        take_size(device, "vgamem_mb", mebibyte, video.vgamem);
    } else if (video.model == "bochs") {
        take_size(device, "vgamem", 1, video.vram);
    } else {
        take_size(device, "vgamem_mb", mebibyte, video.vram);
    }
}

// The first is the one with a VGA of before there are drivers.
const qemu::VideoModel* video_with(std::string_view driver, bool first) {
    if (driver == (first ? "virtio-vga-gl" : "virtio-gpu-gl-pci"))
        return qemu::video_model("virtio");
    for (const auto& model : qemu::video_models())
        if (!driver.empty() && (first ? model.device : model.secondary) == driver) return &model;
    return nullptr;
}

bool read_video(Import& import, Pending& pending) {
    const bool first = import.guest.videos.empty();
    const auto* model = video_with(pending.driver, first);
    if (model == nullptr) return false;
    DeviceReader device(import, pending);
    Video video{std::string(model->name), device.place()};
    if (pending.driver.find("-gl") != std::string::npos) video.accel3d = true;
    take_video_memory(device, video);
    if (video.model == "virtio" || video.model == "qxl") device.number("max_outputs", video.heads);
    video.edid = device.turn("edid");
    const auto x = device.number("xres", 65535);
    const auto y = device.number("yres", 65535);
    if (x && y) video.resolution = {static_cast<unsigned>(*x), static_cast<unsigned>(*y)};
    if (x.has_value() != y.has_value()) return false;
    if (video.model == "ramfb")
        device.on_no_bus(video.info);
    else if (video.model == "virtio")
        device.on_virtio_pci(video.info);
    else
        device.on_pci(video.info);
    if (!device.complete()) return false;
    if (!can_be_defined(import, [&](auto& probe) { probe.videos = {video}; })) return false;
    import.guest.videos.push_back(std::move(video));
    return true;
}

bool read_input(Import& import, Pending& pending) {
    for (const auto& pointer : pointers) {
        const bool usb = pointer.driver == pending.driver;
        if (!usb && pointer.virtio_driver != pending.driver) continue;
        DeviceReader device(import, pending);
        Input input{pointer.type, usb ? Input::Bus::usb : Input::Bus::virtio, device.place()};
        if (usb)
            device.on_usb(input.info);
        else
            device.on_virtio_pci(input.info);
        if (!device.complete()) return false;
        import.guest.inputs.push_back(std::move(input));
        return true;
    }
    return false;
}

// An end of sound at a display, once the ends are known.
void settle_heard(Import& import) {
    for (const auto& [index, end] : import.heard) {
        const auto number = import.audio_numbers.find(end.name);
        if (number != import.audio_numbers.end())
            import.guest.graphics[index].audio = number->second;
        else
            import.warn(*end.option, "'audiodev=" + printable(end.name) + "' of '" +
                                         end.option->text() +
                                         "' is left out: it is no <audio> of the XML");
    }
}

// For all displays; the first that can say so does.
void settle_keymap(Import& import) {
    if (import.keymap.empty()) return;
    for (auto& graphics : import.guest.graphics) {
        auto with = graphics;
        with.keymap = import.keymap;
        if (!can_be_defined(import, [&](auto& probe) { probe.graphics = {with}; })) continue;
        graphics = std::move(with);
        return;
    }
    import.found.warning({}, "-k " + printable(import.keymap) +
                                 " is left out: there is no <graphics> for this keymap");
}

} // namespace

void import_display(Import& import, const Option& option) {
    const auto type = option.value().substr(0, option.value().find_first_of(",="));
    import.no_window = true;
    if (type == "none") return;
    if (type == "vnc") {
        auto properties = Properties::parse(option.value(), "type").value_or(Properties());
        if (read_vnc(import, option, std::move(properties))) return;
    }
    if ((type == "dbus" || type == "egl-headless") && read_other_display(import, option)) return;
    if (std::ranges::find(windows, type) != std::end(windows))
        return import.drop(option, "it would draw on the host's own display",
                           "add <graphics type='vnc'/> to see the guest");
    import.keep(option);
}

void import_vnc(Import& import, const Option& option) {
    import.no_window = true;
    if (option.value() == "none") return;
    if (option.value().find_first_of(",=") != std::string::npos) import.modern();
    auto properties = Properties::parse(option.value(), "vnc").value_or(Properties());
    if (!read_vnc(import, option, std::move(properties))) import.keep(option);
}

void import_vga(Import& import, const Option& option) {
    const auto word = option.name == "std-vga" ? "std" : option.value();
    import.vga_none = word == "none";
    if (import.vga_none) return import.modern();
    for (const auto& adapter : adapters)
        if (adapter.word == word && import.guest.videos.empty()) {
            if (word != "std" && word != "cirrus") import.modern();
            return add_video(import, option, adapter.model);
        }
    import.keep(option);
}

void import_usbdevice(Import& import, const Option& option) {
    const auto& word = option.value();
    if (word.starts_with("disk:")) return import_usb_disk(import, option, word.substr(5));
    for (const auto& pointer : pointers)
        if (pointer.word == word) {
            if (word == "keyboard") import.modern();
            import.guest.inputs.push_back({pointer.type, Input::Bus::usb, option.word.place});
            return;
        }
    if (!import_host_usb_word(import, option)) import.keep(option);
}

void settle_display(Import& import) {
    for (auto& device : import.devices)
        if (!device.done) device.done = read_video(import, device) || read_input(import, device);
    settle_heard(import);
    if (import.vga_none && import.guest.videos.empty() && !import.guest.graphics.empty())
        import.guest.videos.push_back({"none", import.guest.graphics.front().place});
    // A display would otherwise bring an adapter with it.
    if (import.nodefaults && !import.guest.graphics.empty() && import.guest.videos.empty())
        import.guest.videos.push_back({"none", import.guest.graphics.front().place});
    settle_keymap(import);
    if (!import.guest.graphics.empty() || import.headless || import.no_window) return;
    import.found.warning({}, "QEMU would open a window on the host's own display: it is left out",
                         "add <graphics type='vnc'/> to see the guest");
}

} // namespace vmwarden::native
