// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/board.h"

#include <algorithm>

namespace vmwarden::qemu {

namespace {

template <class Model>
const Model* by_name(const std::vector<Model>& models, std::string_view name) {
    const auto found = std::ranges::find(models, name, &Model::name);
    return found == models.end() ? nullptr : &*found;
}

} // namespace

std::optional<Chipset> chipset_of(std::string_view machine) {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                         "0123456789._-";
    if (machine.find_first_not_of(letters) != std::string_view::npos) return std::nullopt;
    if (machine.empty() || machine == "pc" || machine.starts_with("pc-i440fx-"))
        return Chipset::i440fx;
    if (machine == "q35" || machine.starts_with("pc-q35-")) return Chipset::q35;
    return std::nullopt;
}

const std::vector<NicModel>& nic_models() {
    static const std::vector<NicModel> models = {
        {"virtio", "virtio-net-pci"},
        {"virtio-transitional", "virtio-net-pci-transitional"},
        {"virtio-non-transitional", "virtio-net-pci-non-transitional"},
        {"e1000", "e1000"},
        {"e1000e", "e1000e"},
        {"rtl8139", "rtl8139"},
        {"pcnet", "pcnet"},
        {"ne2k_pci", "ne2k_pci"},
        {"ne2k_isa", "ne2k_isa", false},
        {"i82551", "i82551"},
        {"i82557b", "i82557b"},
        {"i82559er", "i82559er"},
        {"vmxnet3", "vmxnet3"},
    };
    return models;
}

const NicModel* nic_model(std::string_view name) {
    return by_name(nic_models(), name.empty() ? "virtio" : name);
}

bool is_virtio(const Interface& interface) {
    return interface.model.empty() || interface.model.starts_with("virtio");
}

const std::vector<VideoModel>& video_models() {
    static const std::vector<VideoModel> models = {
        {"vga", "VGA", "secondary-vga"},
        {"cirrus", "cirrus-vga", ""},
        {"virtio", "virtio-vga", "virtio-gpu-pci"},
        {"qxl", "qxl-vga", "qxl"},
        {"bochs", "bochs-display", "bochs-display"},
        {"vmvga", "vmware-svga", ""},
        {"ramfb", "ramfb", ""},
        {"none", "", ""},
    };
    return models;
}

const VideoModel* video_model(std::string_view name) {
    return by_name(video_models(), name);
}

} // namespace vmwarden::qemu
