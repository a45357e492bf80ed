// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/words.h"
#include "src/domain/writers.h"

#include <array>
#include <charconv>

namespace vmwarden::domain {

namespace {

std::string hex(unsigned number, std::size_t digits) {
    std::array<char, 8> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number, 16).ptr;
    std::string out(text.data(), end);
    if (out.size() < digits) out.insert(0, digits - out.size(), '0');
    return out;
}

void write_rule(XmlWriter& xml, const RedirectionRule& rule) {
    const auto device_class = "0x" + hex(rule.device_class.value_or(0), 2);
    const auto vendor = "0x" + hex(rule.vendor.value_or(0), 4);
    const auto product = "0x" + hex(rule.product.value_or(0), 4);
    const unsigned coded = rule.version.value_or(0);
    const auto version = hex(coded >> 8U, 1) + "." + hex(coded & 0xffU, 2);
    XmlAttributes attributes;
    if (rule.device_class) attributes.push_back({"class", device_class});
    if (rule.vendor) attributes.push_back({"vendor", vendor});
    if (rule.product) attributes.push_back({"product", product});
    if (rule.version) attributes.push_back({"version", version});
    attributes.push_back({"allow", word_for(yes_no, rule.allow)});
    xml.empty("usbdev", attributes);
}

} // namespace

void write_redirection(XmlWriter& xml, const GuestDefinition& guest) {
    for (const auto& card : guest.smartcards)
        xml.element("smartcard", {{"mode", "passthrough"}, {"type", "spicevmc"}},
                    [&] { write_device_info(xml, card.info); });
    for (const auto& device : guest.redirected)
        xml.element("redirdev", {{"bus", "usb"}, {"type", "spicevmc"}},
                    [&] { write_device_info(xml, device.info); });
    if (guest.redirection_rules.empty()) return;
    xml.element("redirfilter", {}, [&] {
        for (const auto& rule : guest.redirection_rules)
            write_rule(xml, rule);
    });
}

} // namespace vmwarden::domain
