// SPDX-License-Identifier: LGPL-2.1-or-later
// -serial, -parallel, and -chardev with the ports before it.
#include "src/base/text.h"
#include "src/native/character_ends.h"
#include "src/native/device_reader.h"

namespace vmwarden::native {

namespace {

using Target = CharacterDevice::Target;

struct Port {
    std::string_view driver;
    Target target;
};
constexpr Port ports[] = {
    {"isa-serial", Target::serial},          {"isa-parallel", Target::parallel},
    {"pci-serial", Target::pci_serial},      {"usb-serial", Target::usb_serial},
    {"virtconsole", Target::virtio_console}, {"virtserialport", Target::virtio_channel}};

bool is_serial(Target target) {
    return target == Target::serial || target == Target::pci_serial || target == Target::usb_serial;
}

// Serial ports count together, whatever they are plugged into.
bool port_taken(const Import& import, Target target, unsigned port) {
    return std::ranges::any_of(import.guest.characters, [&](const CharacterDevice& character) {
        const bool same =
            character.target == target || (is_serial(character.target) && is_serial(target));
        return same && character.port == port;
    });
}

bool add(Import& import, const Option& option, CharacterDevice character) {
    character.place = option.word.place;
    const bool channel = character.target == Target::virtio_channel;
    while (!channel && port_taken(import, character.target, character.port))
        ++character.port;
    const bool twice = channel && std::ranges::count(import.guest.characters, character.name,
                                                     &CharacterDevice::name) != 0;
    if (twice || !can_be_defined(import, [&](auto& probe) { probe.characters = {character}; }))
        return false;
    import.guest.characters.push_back(std::move(character));
    return true;
}

// What the XML of then has words for.
bool is_of_2009(const CharacterDevice& character) {
    const auto source = character.source;
    return character.target == Target::serial && character.log.empty() &&
           (source == CharacterSource::pty || source == CharacterSource::null ||
            source == CharacterSource::file || source == CharacterSource::unix_listener);
}

// True: in the definition, or nothing to put there.
bool settle_word(Import& import, const Option& option, Target target, unsigned port) {
    const auto& text = option.value();
    if (text == "none") return true;
    if (text == "vc" || text.starts_with("vc:")) {
        import.drop(option, "there is no window for it to be shown in");
        return true;
    }
    CharacterDevice character;
    character.target = target;
    character.port = port;
    Pending* chardev = nullptr;
    if (text.starts_with("chardev:")) {
        import.modern();
        chardev = take_chardev(import, text.substr(8), character);
        if (chardev == nullptr) return false;
    } else if (!take_end(import, option, short_end(text), character)) {
        return false;
    }
    if (!is_of_2009(character)) import.modern();
    if (!add(import, option, std::move(character))) return false;
    if (chardev != nullptr) chardev->done = true;
    return true;
}

// A port's number is its place among the words of its kind, so each before one that is kept is
// kept as a place.
void settle_words(Import& import, const std::vector<const Option*>& words, Target target) {
    std::vector<bool> kept;
    std::size_t end = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
        kept.push_back(!settle_word(import, *words[i], target, static_cast<unsigned>(i)));
        if (kept.back()) end = i + 1;
    }
    for (std::size_t i = 0; i < end; ++i) {
        if (kept[i])
            import.keep(*words[i]);
        else
            import.keep_silently(*words[i], {"-" + words[i]->name, "none"});
    }
}

void take_place(DeviceReader& device, CharacterDevice& character) {
    switch (character.target) {
    case Target::serial:
    case Target::parallel:
        device.number("index", character.port);
        return device.on_isa(character.info, "iobase", "irq");
    case Target::pci_serial:
        return device.on_pci(character.info);
    case Target::usb_serial:
        return device.on_usb(character.info);
    case Target::virtio_channel:
        character.name = device.take("name").value_or("");
        break;
    case Target::virtio_console:
        break;
    }
    device.on_virtio_serial(character.info);
}

bool settle_device(Import& import, Pending& pending) {
    const auto* const port = std::ranges::find(ports, pending.driver, &Port::driver);
    if (port == std::end(ports)) return false;
    DeviceReader device(import, pending);
    CharacterDevice character;
    character.target = port->target;
    take_place(device, character);
    const auto end = device.take("chardev").value_or("");
    if (!device.complete()) return false;
    auto* chardev = take_chardev(import, end, character);
    if (chardev == nullptr || !add(import, device.option(), std::move(character))) return false;
    chardev->done = true;
    return true;
}

// As they are read from XML, so that one that is defined is the same.
unsigned rank(const CharacterDevice& character) {
    if (is_serial(character.target)) return 0;
    if (character.target == Target::virtio_channel) return 1;
    return character.target == Target::parallel ? 2 : 3;
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

void import_parallel(Import& import, const Option& option) {
    if (option.value() != "none") import.modern();
    import.parallels.push_back(&option);
}

void settle_characters(Import& import) {
    settle_words(import, import.serials, Target::serial);
    settle_words(import, import.parallels, Target::parallel);
    for (auto& device : import.devices)
        if (!device.done) device.done = settle_device(import, device);
    std::ranges::stable_sort(import.guest.characters, {}, rank);
    if (!import.headless || import.says_serial || import.nodefaults || import.of_2009) return;
    import.found.warning({},
                         "-nographic brings a serial console on QEMU's terminal: it becomes a "
                         "pseudo-terminal",
                         "remove <serial> if the guest is to have none");
    import.guest.characters.push_back({});
}

} // namespace vmwarden::native
