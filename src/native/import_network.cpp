// SPDX-License-Identifier: LGPL-2.1-or-later
// -net, -netdev, -nic and the devices before them.
#include "src/base/text.h"
#include "src/native/import.h"

#include <algorithm>

namespace vmwarden::native {

namespace {

struct Model {
    std::string_view name; // of the XML, and of -net nic,model=
    std::string_view driver;
};
constexpr Model models[] = {{"virtio", "virtio-net-pci"}, {"e1000", "e1000"},
                            {"e1000e", "e1000e"},         {"rtl8139", "rtl8139"},
                            {"pcnet", "pcnet"},           {"ne2k_pci", "ne2k_pci"},
                            {"vmxnet3", "vmxnet3"}};

// By either name.
const Model* model_called(std::string_view name) {
    const auto* const found = std::ranges::find_if(models, [&](const Model& model) {
        return model.name == name || model.driver == name ||
               (name == "virtio-net" && model.name == "virtio");
    });
    return found == std::end(models) ? nullptr : found;
}

// What QEMU gives who does not say a model, for as long as we would give another.
std::string default_model(const Import& import) {
    return import.is_q35() ? "e1000e" : "e1000";
}

void add(Import& import, const Option& option, std::string model, const std::string& mac) {
    Interface interface;
    interface.model = std::move(model);
    interface.mac = mac;
    std::ranges::transform(mac, interface.mac.begin(), [](char c) {
        return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    interface.place = option.word.place;
    import.guest.interfaces.push_back(std::move(interface));
}

bool only_user(const Pending& back_end) {
    return std::ranges::all_of(back_end.properties.all(), [](const auto& property) {
        return (property.key == "type" && property.value == "user") || property.key == "id" ||
               property.key == "vlan";
    });
}

bool is_nic(const Pending& net) {
    return net.properties.peek("type") == "nic";
}

// Whether the XML can hold all that a network card of -net says.
bool holds_card(const Pending& net) {
    return std::ranges::all_of(net.properties.all(), [](const auto& property) {
        if (property.key == "model") return model_called(property.value) != nullptr;
        return property.key == "type" || property.key == "vlan" || property.key == "macaddr" ||
               property.key == "name";
    });
}

// Cards and what stands behind them, joined by a hub of QEMU's: by number in 2009, one since.
void settle_hub(Import& import, const std::string& hub) {
    std::vector<Pending*> cards;
    std::size_t back_ends = 0;
    bool holds = true;
    std::vector<Pending*> all;
    for (auto& net : import.legacy_nets) {
        if (net.properties.peek("vlan").value_or("0") != hub) continue;
        all.push_back(&net);
        if (is_nic(net))
            cards.push_back(&net);
        else
            ++back_ends;
        holds = holds && (is_nic(net) ? holds_card(net) : only_user(net));
    }
    if (holds && back_ends == 1 && !cards.empty()) {
        for (auto* card : cards) {
            const auto said = card->properties.peek("model");
            const auto model = said ? std::string(model_called(*said)->name) : std::string();
            add(import, *card->option, model, card->properties.peek("macaddr").value_or(""));
        }
        return;
    }
    for (auto* net : all)
        import.keep(*net->option, net->properties.has("vlan")
                                      ? "says vlan=, which QEMU 3.0 and later refuse"
                                      : "");
}

// A card of -device, with its back end, in the XML. False when that has no place for it.
bool read_card(Import& import, Pending& device, const Model& model) {
    auto& properties = device.properties;
    const auto netdev = import.netdevs.find(properties.peek("netdev").value_or(""));
    if (netdev == import.netdevs.end() || netdev->second.done || !only_user(netdev->second))
        return false;
    DeviceInfo info;
    if (!take_pci_place(import, properties, info)) return false;
    properties.take("netdev");
    properties.take("driver");
    properties.take("id");
    const auto mac = properties.take("mac").value_or("");
    if (properties.peek("romfile") == "") properties.take("romfile");
    if (const auto boot = properties.take("bootindex"))
        if (const auto number = import.number(*device.option, *boot))
            import.interface_boots[import.guest.interfaces.size()] = *number;
    import.keep_properties(*device.option, std::string(model.driver), properties);
    add(import, *device.option, std::string(model.name), mac);
    import.guest.interfaces.back().info = info;
    netdev->second.done = device.done = true;
    return true;
}

} // namespace

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

void import_nic(Import& import, const Option& option) {
    import.says_network = true;
    auto properties = Properties::parse(option.value(), "type").value_or(Properties());
    const auto type = properties.take("type").value_or("");
    if (type == "none") return;
    properties.take("id");
    const auto mac = properties.take("mac").value_or("");
    const auto said = properties.take("model");
    const auto* model = model_called(said.value_or(default_model(import)));
    if (type != "user" || model == nullptr || !properties.left().empty())
        return import.keep(option);
    add(import, option, std::string(model->name), mac);
}

void settle_networks(Import& import) {
    std::vector<std::string> hubs;
    for (const auto& net : import.legacy_nets) {
        const auto hub = net.properties.peek("vlan").value_or("0");
        if (std::ranges::find(hubs, hub) == hubs.end()) hubs.push_back(hub);
    }
    for (const auto& hub : hubs)
        settle_hub(import, hub);
    for (auto& device : import.devices) {
        const auto driver = device.properties.peek("driver").value_or("");
        const auto* model = model_called(driver);
        if (model != nullptr && device.properties.has("netdev")) read_card(import, device, *model);
    }
}

} // namespace vmwarden::native
