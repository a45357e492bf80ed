// SPDX-License-Identifier: LGPL-2.1-or-later
// Devices at the client's end of a SPICE connection: usb-redir, and the client's smart card.
#include "src/base/text.h"
#include "src/native/device_reader.h"

namespace vmwarden::native {

namespace {

// A -chardev that is an end of this name at the client's.
bool is_client_end(const Pending& chardev, std::string_view name) {
    auto properties = chardev.properties;
    properties.take("id");
    return properties.take("backend") == "spicevmc" && properties.take("name") == name &&
           properties.left().empty();
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (std::size_t end = 0; end != text.npos; text.remove_prefix(end + 1)) {
        end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == text.npos) break;
    }
    return parts;
}

// -1 fits all.
template <class Number>
bool read_part(std::string_view text, std::optional<Number>& into) {
    if (text == "-1") return true;
    const auto number = parse_unsigned(text);
    if (!number || *number > std::numeric_limits<Number>::max()) return false;
    into = static_cast<Number>(*number);
    return true;
}

// "class:vendor:product:version:allow|…"
std::optional<std::vector<RedirectionRule>> rules_of(std::string_view filter,
                                                     const SourcePlace& place) {
    std::vector<RedirectionRule> rules;
    if (filter.empty()) return rules;
    for (const auto text : split(filter, '|')) {
        const auto parts = split(text, ':');
        RedirectionRule rule;
        rule.place = place;
        if (parts.size() != 5 || (parts[4] != "0" && parts[4] != "1") ||
            !read_part(parts[0], rule.device_class) || !read_part(parts[1], rule.vendor) ||
            !read_part(parts[2], rule.product) || !read_part(parts[3], rule.version))
            return std::nullopt;
        rule.allow = parts[4] == "1";
        rules.push_back(rule);
    }
    return rules;
}

// The card in the reader's only slot.
Pending* card_in(Import& import, const std::string& reader) {
    for (auto& device : import.devices)
        if (!device.done && device.driver == "ccid-card-passthru" &&
            device.properties.peek("bus").value_or(reader + ".0") == reader + ".0")
            return &device;
    return nullptr;
}

} // namespace

// One filter is for all of them: another one stays with its device.
bool read_client_usb(DeviceReader& device) {
    auto& guest = device.guest();
    auto* end = device.end("chardev", device.import().chardevs);
    const auto rules = rules_of(device.take("filter").value_or(""), device.place());
    RedirectedDevice redirected;
    redirected.place = device.place();
    device.on_usb(redirected.info);
    if (end == nullptr || !rules || !is_client_end(*end, "usbredir") || !device.complete())
        return false;
    const auto same = [](const RedirectionRule& one, const RedirectionRule& other) {
        auto there = other;
        there.place = one.place;
        return one == there;
    };
    const bool first = guest.redirected.empty();
    if (!first && !std::ranges::equal(guest.redirection_rules, *rules, same)) return false;
    const auto put = [&](GuestDefinition& probe) {
        probe.redirected = {redirected};
        probe.redirection_rules = *rules;
    };
    if (!can_be_defined(device.import(), put)) return false;
    guest.redirection_rules = *rules;
    guest.redirected.push_back(std::move(redirected));
    end->done = true;
    return true;
}

bool read_card_reader(DeviceReader& device) {
    auto& import = device.import();
    auto* card = card_in(import, device.id());
    Smartcard smartcard;
    smartcard.place = device.place();
    Controller reader;
    reader.type = ControllerType::ccid;
    reader.index = 0;
    reader.place = device.place();
    device.on_usb(reader.info);
    if (card == nullptr || !import.guest.smartcards.empty() || !device.complete()) return false;
    auto properties = card->properties;
    for (const auto* key : {"driver", "id", "bus"})
        properties.take(key);
    const auto end = import.chardevs.find(properties.take("chardev").value_or(""));
    if (end == import.chardevs.end() || end->second.done ||
        !is_client_end(end->second, "smartcard") || !properties.left().empty())
        return false;
    card->done = end->second.done = true;
    if (reader.info.address.index() != 0) import.guest.controllers.push_back(std::move(reader));
    import.guest.smartcards.push_back(std::move(smartcard));
    return true;
}

} // namespace vmwarden::native
