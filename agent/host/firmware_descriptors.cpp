// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/firmware_descriptors.h"

#include "agent/host/read_text.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <map>

namespace vmwarden::host {

namespace {

using Json = nlohmann::json;
using Device = FirmwareDescriptor::Device;

constexpr std::size_t most_bytes = 1024 * 1024;

// Absent and of another kind are the same: nothing of it can be used.
const Json& member(const Json& object, const char* name) {
    static const Json nothing;
    if (!object.is_object()) return nothing;
    const auto found = object.find(name);
    return found == object.end() ? nothing : *found;
}

std::string text_of(const Json& value) {
    return value.is_string() ? value.get<std::string>() : std::string();
}

std::vector<std::string> texts_of(const Json& list) {
    std::vector<std::string> texts;
    if (list.is_array())
        for (const auto& item : list)
            if (item.is_string()) texts.push_back(item.get<std::string>());
    return texts;
}

bool has(const std::vector<std::string>& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

// A file with its format; false where it is no absolute path.
bool read_file(const Json& file, std::string& path, bool& raw) {
    path = text_of(member(file, "filename"));
    const auto format = text_of(member(file, "format"));
    raw = raw && (format.empty() || format == "raw");
    return path.starts_with('/');
}

bool read_mapping(const Json& mapping, FirmwareDescriptor& firmware) {
    const auto device = text_of(member(mapping, "device"));
    if (device == "memory") {
        firmware.device = Device::memory;
        firmware.executable = text_of(member(mapping, "filename"));
        return firmware.executable.starts_with('/');
    }
    if (device != "flash") return false;
    const auto mode = text_of(member(mapping, "mode"));
    if (mode == "combined") return false; // a guest would write to what all share
    const bool code = read_file(member(mapping, "executable"), firmware.executable, firmware.raw);
    if (mode == "stateless") return code;
    return code &&
           read_file(member(mapping, "nvram-template"), firmware.nvram_template, firmware.raw);
}

void read_targets(const Json& targets, FirmwareDescriptor& firmware) {
    if (!targets.is_array()) return;
    for (const auto& target : targets)
        firmware.targets.push_back(
            {text_of(member(target, "architecture")), texts_of(member(target, "machines"))});
}

void note_files(const std::string& directory, std::map<std::string, std::string>& files) {
    std::error_code none; // a directory that is not there
    for (const auto& entry : std::filesystem::directory_iterator(directory, none)) {
        const auto name = entry.path().filename().string();
        if (name.ends_with(".json") && name[0] != '.') files[name] = entry.path();
    }
}

} // namespace

std::optional<FirmwareDescriptor> parse_firmware(std::string_view text) {
    if (text.size() > most_bytes) return std::nullopt;
    const auto json = Json::parse(text, nullptr, false);
    FirmwareDescriptor firmware;
    firmware.description = text_of(member(json, "description"));
    const auto interfaces = texts_of(member(json, "interface-types"));
    firmware.uefi = has(interfaces, "uefi");
    firmware.bios = has(interfaces, "bios");
    if (!read_mapping(member(json, "mapping"), firmware)) return std::nullopt;
    read_targets(member(json, "targets"), firmware);
    const auto features = texts_of(member(json, "features"));
    firmware.secure_boot = has(features, "secure-boot");
    firmware.enrolled_keys = has(features, "enrolled-keys");
    firmware.requires_smm = has(features, "requires-smm");
    if (!firmware.uefi && !firmware.bios) return std::nullopt;
    return firmware;
}

std::vector<FirmwareDescriptor> firmware_descriptors(const std::string& root) {
    std::map<std::string, std::string> files;
    for (const char* directory : {"/usr/share/qemu/firmware", "/etc/qemu/firmware"})
        note_files(root + directory, files);
    std::vector<FirmwareDescriptor> found;
    for (const auto& [name, path] : files) {
        auto firmware = parse_firmware(read_text(path).value_or(""));
        if (!firmware) continue;
        firmware->file = path;
        found.push_back(std::move(*firmware));
    }
    return found;
}

} // namespace vmwarden::host
