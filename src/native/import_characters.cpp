// SPDX-License-Identifier: LGPL-2.1-or-later
// -serial, and -chardev with the ports before it.
#include "src/base/text.h"
#include "src/native/import.h"
#include "src/qemu/command_line.h"

#include <algorithm>

namespace vmwarden::native {

namespace {

using Target = CharacterDevice::Target;

void warn_of_terminal(Import& import, const Option& option) {
    import.warn(option,
                "'" + option.text() + "' becomes a pseudo-terminal: a guest here has no " +
                    "terminal of its own",
                "vmwarden console connects to it");
}

// A back end that the XML has a word for, out of properties that it uses up.
bool take_back_end(Import& import, const Option& option, Properties& properties,
                   CharacterDevice& character) {
    properties.take("id");
    const auto type = properties.take("backend").value_or("");
    if (type == "stdio") {
        properties.take("mux");
        properties.take("signal");
    }
    if (type == "file" || type == "socket") character.path = properties.take("path").value_or("");
    if (type == "file")
        character.append = switch_of(properties.take("append").value_or("off")).value_or(false);
    if (type == "socket") {
        const bool listens = switch_of(properties.take("server").value_or("off")).value_or(false);
        const bool waits = properties.take("nowait")
                               ? false
                               : switch_of(properties.take("wait").value_or("on")).value_or(true);
        if (!listens || waits) return false;
    }
    if (!properties.left().empty()) return false;
    if (type == "pty" || type == "stdio")
        character.source = CharacterSource::pty;
    else if (type == "null")
        character.source = CharacterSource::null;
    else if (type == "file" && character.path.starts_with('/'))
        character.source = CharacterSource::file;
    else if (type == "socket" && character.path.starts_with('/'))
        character.source = CharacterSource::unix_listener;
    else
        return false;
    if (type == "stdio") warn_of_terminal(import, option);
    return true;
}

bool from_chardev(Import& import, const std::string& id, CharacterDevice& character) {
    const auto found = import.chardevs.find(id);
    if (found == import.chardevs.end() || found->second.done) return false;
    auto& chardev = found->second;
    if (!take_back_end(import, *chardev.option, chardev.properties, character)) return false;
    chardev.done = true;
    return true;
}

// The short words of -serial, as a back end's.
Properties short_form(const std::string& text) {
    const auto prefixed = [&](std::string_view prefix, std::string_view words) {
        return Properties::parse(std::string(words) + text.substr(prefix.size()), "backend")
            .value_or(Properties());
    };
    if (text == "mon:stdio") return prefixed(text, "stdio");
    if (text.starts_with("file:")) {
        qemu::Options options("file");
        options.set("path", text.substr(5));
        return Properties::parse(options.text(), "backend").value_or(Properties());
    }
    if (text.starts_with("unix:")) return prefixed("unix:", "socket,path=");
    return Properties::parse(text, "backend").value_or(Properties());
}

bool port_taken(const Import& import, Target target, unsigned port) {
    return std::ranges::any_of(import.guest.characters, [&](const CharacterDevice& character) {
        return character.target == target && character.port == port;
    });
}

void add(Import& import, const Option& option, CharacterDevice character) {
    character.place = option.word.place;
    while (port_taken(import, character.target, character.port))
        ++character.port;
    import.guest.characters.push_back(std::move(character));
}

// True: in the definition, or nothing to put there.
bool settle_serial(Import& import, const Option& option, unsigned port) {
    const auto& text = option.value();
    if (text == "none") return true;
    if (text == "vc" || text.starts_with("vc:")) {
        import.drop(option, "there is no window for it to be shown in");
        return true;
    }
    CharacterDevice character;
    character.port = port;
    if (text.starts_with("chardev:")) {
        import.modern();
        if (!from_chardev(import, text.substr(8), character)) return false;
    } else {
        auto properties = short_form(text);
        if (!take_back_end(import, option, properties, character)) return false;
    }
    add(import, option, std::move(character));
    return true;
}

// A serial port's number is its place among the -serial words, so each before one that is kept is
// kept as a place.
void settle_serials(Import& import) {
    std::vector<bool> kept;
    std::size_t end = 0;
    for (std::size_t i = 0; i < import.serials.size(); ++i) {
        kept.push_back(!settle_serial(import, *import.serials[i], static_cast<unsigned>(i)));
        if (kept.back()) end = i + 1;
    }
    for (std::size_t i = 0; i < end; ++i) {
        if (kept[i])
            import.keep(*import.serials[i]);
        else
            import.keep_silently(*import.serials[i], {"-serial", "none"});
    }
}

void settle_device(Import& import, Pending& device) {
    auto& properties = device.properties;
    const auto driver = properties.peek("driver").value_or("");
    const bool serial = driver == "isa-serial";
    if (!serial && driver != "virtconsole") return;
    for (const auto& property : properties.all()) {
        const bool known = property.key == "driver" || property.key == "id" ||
                           property.key == "chardev" || property.key == "bus" ||
                           property.key == (serial ? "index" : "nr");
        if (!known) return;
    }
    CharacterDevice character;
    character.target = serial ? Target::serial : Target::virtio_console;
    if (const auto index = properties.peek("index"))
        character.port = import.number(*device.option, *index).value_or(0);
    auto place = properties;
    if (!serial && !take_serial_place(import, place, character.info)) return;
    if (!from_chardev(import, properties.peek("chardev").value_or(""), character)) return;
    device.done = true;
    add(import, *device.option, std::move(character));
}

} // namespace

void import_chardev(Import& import, const Option& option) {
    auto properties = Properties::parse(option.value(), "backend");
    if (!properties) return import.error(option, "'" + option.text() + "' cannot be taken apart");
    const auto id = properties->peek("id").value_or("");
    if (!import.chardevs.emplace(id, Pending{&option, *std::move(properties)}).second)
        import.error(option, "two character devices have the id '" + printable(id) + "'");
}

void import_serial(Import& import, const Option& option) {
    import.says_serial = true;
    import.serials.push_back(&option);
}

void settle_characters(Import& import) {
    settle_serials(import);
    for (auto& device : import.devices)
        if (!device.done) settle_device(import, device);
    if (!import.headless || import.says_serial || import.nodefaults || import.of_2009) return;
    import.found.warning({},
                         "-nographic brings a serial console on QEMU's terminal: it becomes a "
                         "pseudo-terminal",
                         "remove <serial> if the guest is to have none");
    import.guest.characters.push_back({});
}

} // namespace vmwarden::native
