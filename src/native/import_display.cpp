// SPDX-License-Identifier: LGPL-2.1-or-later
// What a person sees and holds.
#include "src/base/text.h"
#include "src/native/import.h"

#include <arpa/inet.h>

#include <algorithm>

namespace vmwarden::native {

namespace {

constexpr unsigned first_vnc_port = 5900;
constexpr unsigned most_displays = 65535 - first_vnc_port;

struct Adapter {
    std::string_view word; // of -vga
    std::string_view driver;
    std::string_view model;
};
constexpr Adapter adapters[] = {{"std", "VGA", "vga"},
                                {"cirrus", "cirrus-vga", "cirrus"},
                                {"qxl", "qxl-vga", "qxl"},
                                {"virtio", "virtio-vga", "virtio"},
                                {"none", "", "none"}};

struct Pointer {
    std::string_view word; // of -usbdevice
    std::string_view driver;
    Input::Type type;
};
constexpr Pointer pointers[] = {{"tablet", "usb-tablet", Input::Type::tablet},
                                {"mouse", "usb-mouse", Input::Type::mouse},
                                {"keyboard", "usb-kbd", Input::Type::keyboard}};

constexpr std::string_view windows[] = {"gtk", "sdl", "cocoa", "curses", "default"};

bool is_address(const std::string& text) {
    in6_addr out{};
    return ::inet_pton(AF_INET, text.c_str(), &out) == 1 ||
           ::inet_pton(AF_INET6, text.c_str(), &out) == 1;
}

// "ADDRESS:DISPLAY"; false for what the XML has no words for.
bool read_vnc_address(Import& import, const Option& option, const std::string& text,
                      Graphics& vnc) {
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

bool read_vnc(Import& import, const Option& option, Properties properties) {
    Graphics vnc;
    vnc.place = option.word.place;
    const auto address = properties.take("vnc").value_or("");
    const bool first_free = properties.peek("to") == "99";
    if (first_free) properties.take("to");
    if (!import.guest.graphics.empty() || !properties.left().empty()) return false;
    if (!read_vnc_address(import, option, address, vnc)) return false;
    if (first_free && vnc.port != static_cast<int>(first_vnc_port)) return false;
    if (first_free) vnc.port = -1;
    import.guest.graphics.push_back(std::move(vnc));
    return true;
}

void add_video(Import& import, const Option& option, std::string_view model) {
    import.guest.videos.push_back({std::string(model), option.word.place});
}

// What remains of a device when its name and place are gone.
bool says_more(Properties& properties) {
    properties.take("driver");
    properties.take("id");
    return !properties.left().empty();
}

void settle_device(Import& import, Pending& device) {
    const auto driver = device.properties.peek("driver").value_or("");
    for (const auto& adapter : adapters)
        if (adapter.driver == driver && !driver.empty() && import.guest.videos.empty()) {
            DeviceInfo info;
            auto properties = device.properties;
            if (!take_pci_place(import, properties, info) || says_more(properties)) continue;
            add_video(import, *device.option, adapter.model);
            import.guest.videos.back().info = info;
            device.done = true;
        }
    for (const auto& pointer : pointers)
        if (pointer.driver == driver) {
            Input input{pointer.type, Input::Bus::usb, device.option->word.place};
            auto properties = device.properties;
            if (!take_usb_place(import, properties, input.info) || says_more(properties)) continue;
            import.guest.inputs.push_back(std::move(input));
            device.done = true;
        }
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
    import.keep(option);
}

void settle_display(Import& import) {
    for (auto& device : import.devices)
        if (!device.done) settle_device(import, device);
    // A display would otherwise bring an adapter with it.
    if (import.nodefaults && !import.guest.graphics.empty() && import.guest.videos.empty())
        import.guest.videos.push_back({"none", import.guest.graphics.front().place});
    if (!import.keymap.empty() && !import.guest.graphics.empty())
        import.guest.graphics.front().keymap = import.keymap;
    else if (!import.keymap.empty())
        import.found.warning({}, "-k " + printable(import.keymap) +
                                     " is left out: there is no <graphics> for a keymap");
    if (!import.guest.graphics.empty() || import.headless || import.no_window) return;
    import.found.warning({}, "QEMU would open a window on the host's own display: it is left out",
                         "add <graphics type='vnc'/> to see the guest");
}

} // namespace vmwarden::native
