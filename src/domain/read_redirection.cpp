// SPDX-License-Identifier: LGPL-2.1-or-later
// <redirdev>, <redirfilter> and <smartcard>: devices at the client's end.
#include "src/domain/readers.h"
#include "src/domain/values.h"

#include <charconv>

namespace vmwarden::domain {

namespace {

constexpr std::string_view reaches_out = "QEMU would reach out to a service of the network's";
constexpr Word<bool> usb_only[] = {{"usb", true}};
constexpr Word<bool> spicevmc_only[] = {{"spicevmc", true}};
constexpr NotDone sources_refused[] = {{"tcp", reaches_out},
                                       {"udp", reaches_out},
                                       {"unix", reaches_out},
                                       {"dev", "its other end is the SPICE client"},
                                       {"file", "its other end is the SPICE client"},
                                       {"pipe", "its other end is the SPICE client"},
                                       {"pty", "its other end is the SPICE client"},
                                       {"stdio", "its other end is the SPICE client"},
                                       {"vc", "its other end is the SPICE client"},
                                       {"null", "its other end is the SPICE client"},
                                       {"nmdm", "its other end is the SPICE client"},
                                       {"spiceport", "its other end is the SPICE client"},
                                       {"qemu-vdagent", "its other end is the SPICE client"},
                                       {"dbus", "its other end is the SPICE client"}};
constexpr NotDone redirdev_refused[] = {
    {"boot", "what the client lends is not there yet when the guest starts"},
    {"source", "its other end is the SPICE client"},
    {"protocol", "its other end is the SPICE client"}};
constexpr Word<bool> smartcard_modes[] = {{"passthrough", true}};
constexpr NotDone smartcard_modes_refused[] = {
    {"host", "the host's own card is not given to guests"},
    {"host-certificates", "the host's own certificates are not given to guests"}};
constexpr NotDone smartcard_refused[] = {{"source", "its other end is the SPICE client"},
                                         {"protocol", "its other end is the SPICE client"}};

// "0x1234" or "1234", both hexadecimal; none for "-1", which fits all.
template <class Number>
std::optional<Number> read_hex(ElementReader& element, std::string_view name) {
    const auto value = element.attribute(name);
    if (!value || value->text == "-1") return std::nullopt;
    auto digits = value->text;
    if (digits.starts_with("0x")) digits.remove_prefix(2);
    Number number{};
    const auto [end, problem] =
        std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
    if (problem == std::errc() && end == digits.data() + digits.size()) return number;
    element.error(value->at,
                  std::string(name) + " " + in_quotes(value->text) + " is no such number",
                  "write it in hexadecimal, 0x" + std::string(sizeof(Number) * 2, '0') +
                      " say, or -1 for all");
    return std::nullopt;
}

// "1.10" is 0x0110: each digit half a byte.
std::optional<std::uint16_t> read_version(ElementReader& element) {
    const auto value = element.attribute("version");
    if (!value || value->text == "-1") return std::nullopt;
    const auto dot = value->text.find('.');
    const auto major = parse_number(value->text.substr(0, dot));
    const auto rest = dot == std::string_view::npos ? "" : value->text.substr(dot + 1);
    const auto minor = parse_number(rest);
    if (major && minor && *major <= 99 && rest.size() <= 2) {
        const auto coded = [](std::uint64_t two_digits) {
            return two_digits / 10 * 16 + two_digits % 10;
        };
        // ".1" is one tenth, as the device has it
        const auto hundredths = rest.size() == 1 ? *minor * 10 : *minor;
        return static_cast<std::uint16_t>(coded(*major) << 8U | coded(hundredths));
    }
    element.error(value->at, "version " + in_quotes(value->text) + " is no USB device's",
                  "write it as 1.10, or -1 for all");
    return std::nullopt;
}

void read_rule(ElementReader& element, GuestDefinition& guest) {
    RedirectionRule rule;
    rule.place = element.place();
    rule.device_class = read_hex<std::uint8_t>(element, "class");
    rule.vendor = read_hex<std::uint16_t>(element, "vendor");
    rule.product = read_hex<std::uint16_t>(element, "product");
    rule.version = read_version(element);
    rule.allow = element.required_word("allow", yes_no).value_or(true);
    guest.redirection_rules.push_back(rule);
}

} // namespace

void read_redirdev(ElementReader& element, GuestDefinition& guest) {
    const auto bus = element.required_word("bus", usb_only);
    const auto type = element.required_word("type", spicevmc_only, sources_refused);
    if (!bus || !type) return element.skip_rest();
    element.refuse_children(redirdev_refused);
    guest.redirected.push_back({element.place(), read_device_info(element, {AddressKind::usb})});
}

void read_redirfilter(ElementReader& element, GuestDefinition& guest) {
    constexpr std::size_t most_rules = 256;
    element.children("usbdev", [&](ElementReader& usbdev) { read_rule(usbdev, guest); });
    if (guest.redirection_rules.size() > most_rules)
        element.error(element.at(), "more than 256 rules", "one without attributes fits all");
}

void read_smartcard(ElementReader& element, GuestDefinition& guest) {
    const auto mode = element.required_word("mode", smartcard_modes, smartcard_modes_refused);
    if (!mode || !element.required_word("type", spicevmc_only, sources_refused))
        return element.skip_rest();
    element.refuse_children(smartcard_refused);
    auto info = read_device_info(element, {AddressKind::ccid});
    if (!guest.smartcards.empty())
        element.error(element.at(), "a second <smartcard>", "a client has one to lend");
    guest.smartcards.push_back({element.place(), std::move(info)});
}

} // namespace vmwarden::domain
