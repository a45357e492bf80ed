// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/golden/facts_json.h"

#include <nlohmann/json.hpp>

#include <fstream>
#include <set>
#include <stdexcept>

namespace vmwarden::tests {

namespace {

using Json = nlohmann::json;

void only(const Json& object, const std::set<std::string>& known) {
    for (const auto& item : object.items())
        if (!known.contains(item.key()))
            throw std::runtime_error("facts: unknown key '" + item.key() + "'");
}

Json load(const std::filesystem::path& file, const std::filesystem::path& bases) {
    std::ifstream stream(file);
    if (!stream) throw std::runtime_error("facts: cannot open " + file.string());
    auto json = Json::parse(stream);
    const auto base = json.find("extends");
    if (base == json.end()) return json;
    auto whole = load(bases / base->get<std::string>(), bases);
    json.erase("extends");
    whole.merge_patch(json);
    return whole;
}

Owner owner_of(const Json& pair) {
    return {Uid{pair.at(0).get<std::uint32_t>()}, Gid{pair.at(1).get<std::uint32_t>()}};
}

FileId id_of(const Json& pair) {
    return {pair.at(0).get<std::uint64_t>(), pair.at(1).get<std::uint64_t>()};
}

FileType type_of(const std::string& word) {
    if (word == "regular") return FileType::regular;
    if (word == "block") return FileType::block;
    if (word == "character") return FileType::character;
    if (word == "directory") return FileType::directory;
    if (word == "other") return FileType::other;
    throw std::runtime_error("facts: no file type is called '" + word + "'");
}

std::vector<PathComponent> parents_of(const std::string& path, const Json& blocked) {
    const std::set<std::string> shut = blocked.get<std::set<std::string>>();
    std::vector<PathComponent> parents;
    for (std::size_t slash = 0; slash != std::string::npos; slash = path.find('/', slash + 1)) {
        const auto directory = slash == 0 ? "/" : path.substr(0, slash);
        parents.push_back({directory, !shut.contains(directory)});
    }
    return parents;
}

NamedFile named_file(const Json& header, const char* key) {
    const auto found = header.find(key);
    if (found == header.end()) return {};
    if (found->is_string()) return {found->get<std::string>(), found->get<std::string>()};
    only(*found, {"name", "path"});
    return {found->at("name").get<std::string>(), found->value("path", "")};
}

ImageFact image_of(const Json& header) {
    only(header, {"error", "backing", "format", "data", "disk_bytes"});
    return {header.value("error", ""),  named_file(header, "backing"),
            header.value("format", ""), header.contains("data"),
            named_file(header, "data"), header.value("disk_bytes", std::uint64_t{0})};
}

FileFact present(const std::string& path, const Json& json) {
    only(json, {"type", "id", "device", "owner", "mode", "label", "can_label", "label_access",
                "access", "header", "resolved", "blocked", "bytes", "trap"});
    FileFact fact;
    fact.error = json.value("trap", "");
    fact.state = FileFact::State::present;
    fact.type = type_of(json.value("type", "regular"));
    fact.resolved = json.value("resolved", path);
    fact.id = id_of(json.value("id", Json{0, 0}));
    const auto device = json.value("device", Json{0, 0});
    fact.device = {device.at(0).get<std::uint32_t>(), device.at(1).get<std::uint32_t>()};
    fact.owner = owner_of(json.value("owner", Json{0, 0}));
    fact.mode = static_cast<unsigned>(std::stoul(json.value("mode", "0644"), nullptr, 8));
    fact.label = json.value("label", "");
    fact.can_label = json.value("can_label", true);
    const auto label_access = json.value("label_access", "");
    fact.label_can_read = label_access.find('r') != std::string::npos;
    fact.label_can_write = label_access.find('w') != std::string::npos;
    const auto access = json.value("access", "");
    fact.guest_can_read = access.find('r') != std::string::npos;
    fact.guest_can_write = access.find('w') != std::string::npos;
    fact.guest_can_execute = access.find('x') != std::string::npos;
    fact.bytes = json.value("bytes", std::uint64_t{0});
    if (json.contains("header")) fact.image = image_of(json.at("header"));
    fact.parents = parents_of(path, json.value("blocked", Json::array()));
    return fact;
}

FileFact file_of(const std::string& path, const Json& json) {
    FileFact fact;
    if (json == "absent") return fact;
    if (!json.contains("error")) return present(path, json);
    fact.state = FileFact::State::unreadable;
    fact.error = json.at("error").get<std::string>();
    return fact;
}

SelinuxFact selinux_of(const Json& json) {
    only(json, {"enforcing", "domain_context", "image_context", "content_context",
                "emulated_context", "basic_context", "basic_image_context", "io_uring",
                "nnp_transition", "unknown_contexts"});
    return {true,
            json.at("enforcing").get<bool>(),
            json.value("domain_context", ""),
            json.value("image_context", ""),
            json.value("content_context", ""),
            json.value("emulated_context", ""),
            json.value("basic_context", ""),
            json.value("basic_image_context", ""),
            json.value("io_uring", true),
            json.value("nnp_transition", false),
            json.value("unknown_contexts", std::set<std::string>())};
}

std::set<CategoryPair> categories_of(const Json& json) {
    std::set<CategoryPair> pairs;
    if (json == "all") {
        for (unsigned low = 0; low < 1024; ++low)
            for (unsigned high = low + 1; high < 1024; ++high)
                pairs.emplace(low, high);
        return pairs;
    }
    for (const auto& pair : json)
        pairs.emplace(pair.at(0).get<unsigned>(), pair.at(1).get<unsigned>());
    return pairs;
}

std::map<FileId, std::string> images_of(const Json& json) {
    std::map<FileId, std::string> images;
    for (const auto& image : json) {
        only(image, {"id", "guest"});
        images.emplace(id_of(image.at("id")), image.at("guest").get<std::string>());
    }
    return images;
}

NetworkFact network_of(const Json& json) {
    only(json, {"kind", "mtu", "down", "loopback", "persistent", "multi_queue"});
    const auto kind = json.value("kind", "other");
    return {kind == "bridge"  ? NetworkFact::Kind::bridge
            : kind == "tap"   ? NetworkFact::Kind::tap
            : kind == "other" ? NetworkFact::Kind::other
                              : throw std::runtime_error("facts: no such network: " + kind),
            json.value("mtu", 1500U),
            !json.value("down", false),
            json.value("loopback", false),
            json.value("persistent", false),
            json.value("multi_queue", false)};
}

std::uint16_t usb_id(const Json& device, std::size_t index) {
    return static_cast<std::uint16_t>(
        std::stoul(device.at("id").at(index).get<std::string>(), nullptr, 16));
}

PciFact pci_of(const Json& json) {
    only(json, {"id", "class", "header_type", "driver", "group"});
    PciFact device;
    device.vendor = usb_id(json, 0);
    device.device = usb_id(json, 1);
    device.class_code = static_cast<std::uint32_t>(
        std::stoul(json.value("class", std::string("020000")), nullptr, 16));
    device.header_type = json.value("header_type", 0U);
    device.driver = json.value("driver", "");
    if (json.contains("group")) device.group = json.at("group").get<unsigned>();
    return device;
}

VfioFact vfio_of(const Json& json) {
    VfioFact vfio;
    const auto devices = json.value("pci", Json::object());
    for (const auto& item : devices.items())
        if (item.key() == "vfio-pci")
            vfio.driver = item.value().get<bool>();
        else
            vfio.pci.emplace(item.key(), pci_of(item.value()));
    const auto mediated = json.value("mdev", Json::object());
    for (const auto& item : mediated.items())
        vfio.mdev.emplace(Uuid::parse(item.key()).value(),
                          item.value() == "none" ? std::nullopt
                                                 : std::optional(item.value().get<unsigned>()));
    return vfio;
}

FirmwareDescriptor firmware_of(const Json& json) {
    only(json, {"file", "executable", "nvram_template", "architecture", "machines", "features"});
    const auto features = json.value("features", std::set<std::string>());
    FirmwareDescriptor firmware;
    firmware.file = json.at("file").get<std::string>();
    firmware.uefi = !features.contains("bios");
    firmware.bios = features.contains("bios");
    firmware.executable = json.at("executable").get<std::string>();
    firmware.nvram_template = json.value("nvram_template", "");
    firmware.device = features.contains("memory") ? FirmwareDescriptor::Device::memory
                                                  : FirmwareDescriptor::Device::flash;
    firmware.raw = !features.contains("qcow2");
    firmware.targets = {{json.at("architecture").get<std::string>(),
                         json.at("machines").get<std::vector<std::string>>()}};
    firmware.secure_boot = features.contains("secure-boot");
    firmware.enrolled_keys = features.contains("enrolled-keys");
    firmware.requires_smm = features.contains("requires-smm");
    return firmware;
}

void read_accounts(HostFacts& facts, const Json& json) {
    facts.identity_error = json.value("identity_error", "");
    facts.missing_groups = json.value("missing_groups", std::vector<std::string>());
    if (const auto it = json.find("identity"); it != json.end() && facts.identity_error.empty()) {
        only(*it, {"uid", "gid", "groups"});
        facts.identity = Identity{
            Uid{it->at("uid").get<std::uint32_t>()}, Gid{it->at("gid").get<std::uint32_t>()}, {}};
        for (const auto& group : it->value("groups", Json::array()))
            facts.identity->groups.push_back(Gid{group.get<std::uint32_t>()});
    }
    if (const auto it = json.find("shim_account"); it != json.end()) {
        only(*it, {"uid", "gid"});
        facts.shim_account = owner_of({it->at("uid"), it->at("gid")});
    }
}

} // namespace

HostFacts read_facts(const std::filesystem::path& file, const std::filesystem::path& bases) {
    const auto json = load(file, bases);
    only(json, {"machine_arch",
                "host_uuid",
                "identity",
                "identity_error",
                "missing_groups",
                "shim_account",
                "kvm",
                "selinux",
                "processors",
                "memory_nodes",
                "files",
                "categories_in_use",
                "category_seed",
                "exclusive_images",
                "shared_images",
                "ports_in_use",
                "vsock_addresses_in_use",
                "networks",
                "usb",
                "pci",
                "mdev",
                "firmware"});
    HostFacts facts;
    facts.machine_arch = json.at("machine_arch").get<std::string>();
    facts.host_uuid = Uuid::parse(json.at("host_uuid").get<std::string>()).value();
    read_accounts(facts, json);
    const auto kvm = json.at("kvm").get<std::string>();
    facts.kvm_present = kvm != "absent";
    facts.kvm_usable = kvm == "usable";
    if (json.contains("selinux")) facts.selinux = selinux_of(json.at("selinux"));
    facts.processors = NumberSet::parse(json.value("processors", "")).value_or(NumberSet());
    facts.memory_nodes = NumberSet::parse(json.value("memory_nodes", "")).value_or(NumberSet());
    for (const auto& item : json.at("files").items())
        facts.files.emplace(item.key(), file_of(item.key(), item.value()));
    facts.categories_in_use = categories_of(json.value("categories_in_use", Json::array()));
    facts.category_seed = json.value("category_seed", std::uint64_t{0});
    for (const auto& each : json.value("firmware", Json::array()))
        facts.firmware.push_back(firmware_of(each));
    for (const auto& port : json.value("ports_in_use", Json::array()))
        facts.ports_in_use.insert(port.get<std::uint16_t>());
    for (const auto& cid : json.value("vsock_addresses_in_use", Json::array()))
        facts.vsock_addresses_in_use.insert(cid.get<std::uint32_t>());
    facts.exclusive_images = images_of(json.value("exclusive_images", Json::array()));
    facts.shared_images = images_of(json.value("shared_images", Json::array()));
    for (const auto& item : json.value("usb", Json::array())) {
        only(item, {"at", "id", "hub"});
        facts.usb.push_back({item.at("at").at(0).get<unsigned>(),
                             item.at("at").at(1).get<unsigned>(), usb_id(item, 0), usb_id(item, 1),
                             item.value("hub", false)});
    }
    facts.vfio = vfio_of(json);
    const auto networks = json.value("networks", Json::object());
    for (const auto& item : networks.items())
        facts.networks.emplace(item.key(), network_of(item.value()));
    return facts;
}

} // namespace vmwarden::tests
