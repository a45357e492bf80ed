// SPDX-License-Identifier: LGPL-2.1-or-later
// The table of contents: what is decided, in which order.
#include "src/resolve/resolve.h"

#include "src/plan/check.h"
#include "src/qemu/command.h"
#include "src/qemu/graphics.h"
#include "src/qemu/small_devices.h"
#include "src/qemu/tpm.h"
#include "src/resolve/emulators.h"
#include "src/resolve/firmware.h"
#include "src/resolve/networks.h"
#include "src/resolve/steps.h"
#include "src/resolve/walls.h"
#include "src/resolve/wanted_files.h"
#include "src/resolve/wishes.h"

#include <algorithm>
#include <stdexcept>

namespace vmwarden {

namespace {

void ask_for_images(FactsRequest& request, const Disk& disk) {
    const auto ask = [&](const std::string& path, DiskFormat format, bool says_what_backs_it) {
        request.files.push_back(path);
        if (format == DiskFormat::qcow2)
            (says_what_backs_it ? request.chains : request.images).push_back(path);
    };
    const bool open_end = !disk.chain_ends;
    ask(disk.source, disk.format, open_end && disk.backing.empty());
    for (const auto& store : disk.backing)
        ask(store.source, store.format, open_end && &store == &disk.backing.back());
}

void ask_for_firmware(FactsRequest& request, const GuestDefinition& definition) {
    const auto& firmware = definition.os.firmware;
    request.firmware = firmware.kind != FirmwareKind::unsaid;
    if (!firmware.nvram_template.empty()) request.files.push_back(firmware.nvram_template);
    if (resolving::wants_usual_nvram(definition))
        request.files.push_back(resolving::usual_nvram(definition.name));
}

void ask_for_characters(FactsRequest& request, const GuestDefinition& definition) {
    for (const auto& character : definition.characters) {
        if (character.source == CharacterSource::file ||
            character.source == CharacterSource::device)
            request.files.push_back(character.path);
        if (!character.log.empty()) request.files.push_back(character.log);
    }
}

void ask_for_displays(FactsRequest& request, const GuestDefinition& definition) {
    for (const auto& graphics : definition.graphics) {
        request.ports = request.ports || qemu::wants_port(graphics);
        if (auto node = qemu::render_node(graphics); !node.empty())
            request.files.push_back(std::move(node));
    }
}

void ask_for_tpm(FactsRequest& request, const GuestDefinition& definition) {
    if (!definition.tpm) return;
    auto node = qemu::tpm_node(*definition.tpm);
    request.files.push_back(node.empty() ? qemu::swtpm_program : std::move(node));
}

} // namespace

GuestTraits traits_of(const GuestDefinition& definition) {
    return {definition.name, definition.uuid, definition.memory, definition.emulator};
}

FactsRequest facts_needed(const HostPolicy& host, const GuestDefinition& definition) {
    const HostPolicy policy = resolving::policy_of(host, definition);
    FactsRequest request{policy.user.value, policy.group.value};
    request.guest = definition.name;
    request.per_guest_ids = parse_id_range(policy.per_guest_ids.value).value_or(IdRange());
    for (const auto& group : policy.supplementary_groups.value)
        request.supplementary_groups.push_back(group.value);
    auto& files = request.files;
    files = resolving::emulator_candidates(definition);
    for (const auto& disk : definition.disks)
        ask_for_images(request, disk);
    for (const auto& wanted : resolving::wanted_boot_files(definition))
        files.push_back(wanted.path);
    ask_for_firmware(request, definition);
    ask_for_characters(request, definition);
    ask_for_displays(request, definition);
    for (const auto& wanted : resolving::wanted_roms(definition))
        files.push_back(wanted.path);
    for (auto& socket : resolving::connected_sockets(policy, definition))
        files.push_back(std::move(socket));
    for (auto& directory : resolving::socket_directories(definition))
        files.push_back(std::move(directory));
    request.contexts = resolving::named_contexts(definition);
    request.networks = resolving::needs_networks(policy, definition);
    for (const auto& device : definition.host_devices)
        (device.type == HostDeviceType::usb ? request.usb : request.vfio).push_back(device);
    if (!request.vfio.empty()) files.emplace_back(vfio_container);
    if (request.networks) files.emplace_back(resolving::vhost_node);
    for (const auto& node : policy.cgroup_device_acl.value)
        files.push_back(node.value);
    for (const auto& rng : definition.rngs)
        if (auto node = qemu::entropy_source(rng); !node.empty()) files.push_back(std::move(node));
    for (const auto& device : definition.block_tune.devices)
        files.push_back(device.path);
    request.vsock = definition.vsock.has_value();
    if (request.vsock) files.emplace_back(vsock_node);
    ask_for_tpm(request, definition);
    for (const auto& filesystem : definition.filesystems)
        if (filesystem.socket.empty()) files.push_back(filesystem.directory);
    for (const auto& memory : definition.shared_memories)
        if (!has_doorbell(memory)) files.push_back(file_of(memory));
    files.emplace_back("/dev/kvm");
    std::sort(files.begin(), files.end());
    files.erase(std::unique(files.begin(), files.end()), files.end());
    return request;
}

Resolution resolve(const HostPolicy& host, const GuestDefinition& definition,
                   const HostFacts& facts) {
    const HostPolicy policy = resolving::policy_of(host, definition);
    const auto firmware = resolving::choose_firmware(definition, facts);
    const GuestDefinition whole = resolving::settled(definition, firmware);
    resolving::Draft draft{policy, whole, facts};

    name_guest(draft);
    note_firmware(draft, firmware);
    admit_guest(draft);
    choose_identity(draft);
    choose_emulator(draft);
    choose_labels(draft);
    grant_files(draft);
    shape_scope(draft);
    tune_scope(draft);
    allow_devices(draft);
    pass_descriptors(draft);
    emulate_tpm(draft);
    choose_ports(draft);
    choose_vsock_address(draft);
    join_networks(draft);
    raise_walls(draft);
    compose_process(draft);

    if (!draft.refusals.empty()) return std::move(draft.refusals);
    if (const auto broken = plan::broken_rule(draft.plan); !broken.empty())
        throw std::logic_error("resolve made a plan that breaks a rule: " + broken);
    return std::move(draft.plan);
}

Diagnostics impossible(const GuestDefinition& definition) {
    return qemu::unsupported(definition);
}

} // namespace vmwarden
