// SPDX-License-Identifier: LGPL-2.1-or-later
// -net, -netdev, -nic and the devices before them.
#include "src/base/text.h"
#include "src/native/import.h"
#include "src/native/network_ends.h"
#include "src/qemu/board.h"

#include <algorithm>

namespace vmwarden::native {

namespace {

// What QEMU gives who does not say a model, for as long as we would give another.
std::string default_model(const Import& import) {
    return import.is_q35() ? "e1000e" : "e1000";
}

void add(Import& import, const Option& option, std::string model, const std::string& mac,
         Interface interface = {}) {
    interface.model = std::move(model);
    interface.mac = mac;
    std::ranges::transform(mac, interface.mac.begin(), [](char c) {
        return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    interface.place = option.word.place;
    import.guest.interfaces.push_back(std::move(interface));
}

// An end of -net; in 2009 the one of QEMU's own alone.
std::optional<Interface> end_of(Import& import, const Pending& net) {
    auto properties = net.properties;
    properties.take("vlan");
    properties.take("name");
    Interface interface;
    if (properties.peek("type") != "user") import.modern();
    if (!take_network_end(import, *net.option, std::move(properties), interface))
        return std::nullopt;
    return interface;
}

bool is_nic(const Pending& net) {
    return net.properties.peek("type") == "nic";
}

// Whether the XML can hold all that a network card of -net says.
bool holds_card(const Pending& net) {
    return std::ranges::all_of(net.properties.all(), [](const auto& property) {
        if (property.key == "model") return card_called(property.value) != nullptr;
        return property.key == "type" || property.key == "vlan" || property.key == "macaddr" ||
               property.key == "name";
    });
}

// A card of -net that is in no hub.
void settle_joined(Import& import, Pending& net) {
    auto properties = net.properties;
    const auto netdev = import.netdevs.find(properties.take("netdev").value_or(""));
    const auto said = properties.take("model");
    const auto* model = card_called(said.value_or(default_model(import)));
    for (const auto* key : {"type", "name"})
        properties.take(key);
    const auto mac = properties.take("macaddr").value_or("");
    Interface interface;
    if (netdev == import.netdevs.end() || netdev->second.done || model == nullptr ||
        !properties.left().empty() ||
        !take_network_end(import, *netdev->second.option, netdev->second.properties, interface))
        return import.keep(*net.option);
    netdev->second.done = true;
    import.modern();
    add(import, *net.option, std::string(model->name), mac, std::move(interface));
}

// Cards and what stands behind them, joined by a hub of QEMU's: by number in 2009, one since.
void settle_hub(Import& import, const std::vector<Pending*>& nets) {
    std::vector<Pending*> cards;
    std::size_t back_ends = 0;
    bool holds = true;
    Interface end;
    for (auto* net : nets) {
        if (is_nic(*net)) {
            cards.push_back(net);
            holds = holds && holds_card(*net);
            continue;
        }
        ++back_ends;
        const auto read = end_of(import, *net);
        holds = holds && read;
        if (read) end = *read;
    }
    // Several cards at one end are a hub, which only QEMU's own network is the same without.
    const bool plain = end.type == InterfaceType::user || cards.size() == 1;
    if (holds && plain && back_ends == 1 && !cards.empty()) {
        for (auto* card : cards) {
            const auto said = card->properties.peek("model");
            const auto model = said ? std::string(card_called(*said)->name) : std::string();
            add(import, *card->option, model, card->properties.peek("macaddr").value_or(""), end);
        }
        return;
    }
    for (auto* net : nets)
        import.keep(*net->option, net->properties.has("vlan")
                                      ? "says vlan=, which QEMU 3.0 and later refuse"
                                      : "");
}

} // namespace

// By either name of a card that has a place of its own on PCI.
const qemu::NicModel* card_called(std::string_view name) {
    const auto& models = qemu::nic_models();
    const auto found = std::ranges::find_if(models, [&](const qemu::NicModel& model) {
        return model.pci && (model.name == name || model.device == name ||
                             (name == "virtio-net" && model.name == "virtio"));
    });
    return found == models.end() ? nullptr : &*found;
}

void set_default_models(Import& import) {
    for (auto& interface : import.guest.interfaces)
        if (interface.model.empty()) interface.model = default_model(import);
}

void import_net(Import& import, const Option& option) {
    import.says_network = true;
    auto properties = Properties::parse(option.value(), "type").value_or(Properties());
    if (properties.peek("type") != "none")
        import.legacy_nets.push_back({&option, std::move(properties)});
}

void import_netdev(Import& import, const Option& option) {
    import.says_network = true;
    auto properties = Properties::parse(option.value(), "type");
    if (!properties) return import.error(option, "'" + option.text() + "' cannot be taken apart");
    const auto id = properties->peek("id").value_or("");
    if (!import.netdevs.emplace(id, Pending{&option, *std::move(properties)}).second)
        import.error(option, "two networks have the id '" + printable(id) + "'");
}

// A card and what stands behind it in one.
void import_nic(Import& import, const Option& option) {
    import.says_network = true;
    auto properties = Properties::parse(option.value(), "type").value_or(Properties());
    if (properties.peek("type") == "none") return;
    properties.take("id");
    const auto mac = properties.take("mac").value_or("");
    const auto said = properties.take("model");
    const auto* model = card_called(said.value_or(default_model(import)));
    Interface interface;
    if (model == nullptr || !take_network_end(import, option, std::move(properties), interface))
        return import.keep(option);
    add(import, option, std::string(model->name), mac, std::move(interface));
}

void settle_networks(Import& import) {
    std::map<std::string, std::vector<Pending*>> hubs;
    for (auto& net : import.legacy_nets) {
        if (net.properties.has("netdev"))
            settle_joined(import, net);
        else
            hubs[net.properties.peek("vlan").value_or("0")].push_back(&net);
    }
    for (const auto& [hub, nets] : hubs)
        settle_hub(import, nets);
    settle_cards(import);
}

} // namespace vmwarden::native
