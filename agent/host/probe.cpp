// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/probe.h"

#include "agent/host/accounts.h"
#include "agent/host/file_fact.h"
#include "agent/host/firmware_descriptors.h"
#include "agent/host/lines.h"
#include "agent/host/listening_ports.h"
#include "agent/host/network.h"
#include "agent/host/pci.h"
#include "agent/host/read_text.h"
#include "agent/host/selinux.h"
#include "agent/host/usb.h"
#include "agent/host/vsock_addresses.h"

#include "config.h"

#include <algorithm>
#include <cerrno>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <system_error>
#include <systemd/sd-id128.h>
#include <unistd.h>

namespace vmwarden::host {

namespace {

constexpr const char* shim_user = "vmwarden";
constexpr const char* kvm_node = "/dev/kvm";

// Which of the host's many application ids is ours: random, chosen once.
constexpr sd_id128_t application =
    SD_ID128_ARRAY(65, 56, 85, 89, 71, 37, 40, a1, 8d, dd, d4, 1c, a4, a5, 6c, 54);

// All zero on a host without a machine id (an image not booted yet).
Uuid host_uuid() {
    sd_id128_t id{};
    Uuid uuid;
    if (::sd_id128_get_machine_app_specific(application, &id) < 0) return uuid;
    std::copy(std::begin(id.bytes), std::end(id.bytes), uuid.bytes.begin());
    return uuid;
}

std::string machine_arch() {
    utsname names{};
    ::uname(&names); // fails only for a bad address
    return names.machine;
}

// landlock_create_ruleset(2): asked for nothing, it tells its version.
unsigned landlock_version() {
    constexpr unsigned tell_version = 1;
    const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, tell_version);
    return version < 0 ? 0 : static_cast<unsigned>(version);
}

// Of policy/selinux, where it is loaded.
constexpr const char* our_emulated_context = "system_u:system_r:vmwarden_tcg_t:s0";
constexpr const char* our_basic_context = "system_u:system_r:vmwarden_basic_t:s0";
constexpr const char* our_basic_image_context = "system_u:object_r:virt_image_t:s0";

std::string if_known(const char* context) {
    return selinux::knows(context) ? context : "";
}

void note_rights(SelinuxFact& fact) {
    const auto& guest = fact.domain_context;
    if (guest.empty()) return;
    fact.io_uring = selinux::allows(guest, guest, "anon_inode", {"create", "map", "read", "write"});
    const auto shim = selinux::context_after(selinux::process_label(::getpid()), VMWARDEN_SHIM);
    const auto may_become = [&](const std::string& context) {
        return context.empty() ||
               selinux::allows(shim, context, "process2", {"nnp_transition", "nosuid_transition"});
    };
    fact.nnp_transition =
        may_become(guest) && may_become(fact.emulated_context) && may_become(fact.basic_context);
}

SelinuxFact selinux_fact(const std::vector<std::string>& contexts) {
    SelinuxFact fact;
    fact.enabled = selinux::enabled();
    if (!fact.enabled) return fact;
    fact.enforcing = selinux::enforcing();
    const auto domains = selinux::virtual_domain_contexts();
    const auto images = selinux::virtual_image_contexts();
    if (!domains.empty()) fact.domain_context = domains[0];
    if (!images.empty()) fact.image_context = images[0];
    if (images.size() > 1) fact.content_context = images[1];
    fact.emulated_context = domains.size() > 1 ? domains[1] : if_known(our_emulated_context);
    fact.basic_context = if_known(our_basic_context);
    if (!fact.basic_context.empty()) fact.basic_image_context = if_known(our_basic_image_context);
    note_rights(fact);
    for (const auto& context : contexts)
        if (!selinux::knows(context)) fact.unknown_contexts.insert(context);
    return fact;
}

bool can_open(const FileFact& node) {
    return node.guest_can_read && node.guest_can_write &&
           std::all_of(node.parents.begin(), node.parents.end(),
                       [](const PathComponent& parent) { return parent.searchable; });
}

// A list that is no list is as none.
NumberSet online(const char* what) {
    const auto text = read_text(std::string("/sys/devices/system/") + what + "/online");
    return text ? NumberSet::parse(trimmed(text->substr(0, text->find('\n')))).value_or(NumberSet())
                : NumberSet();
}

template <class Value>
Value random_value() {
    Value value{};
    // Up to 256 bytes come whole or not at all.
    while (::getrandom(&value, sizeof value, 0) != static_cast<ssize_t>(sizeof value))
        if (errno != EINTR)
            throw std::system_error(errno, std::generic_category(), "no random numbers");
    return value;
}

const char* class_of(FileType type) {
    switch (type) {
    case FileType::block:
        return "blk_file";
    case FileType::character:
        return "chr_file";
    case FileType::directory:
        return "dir";
    case FileType::regular:
    case FileType::other:
        break;
    }
    return "file";
}

// What the file is labelled as matters where it cannot be labelled otherwise.
void note_label_access(FileFact& file, const std::string& guest) {
    if (file.label.empty() || file.can_label || guest.empty()) return;
    const auto* object_class = class_of(file.type);
    file.label_can_read = selinux::allows(guest, file.label, object_class, {"open", "read"});
    file.label_can_write = selinux::allows(guest, file.label, object_class, {"open", "write"});
}

void note_files(HostFacts& facts, const std::vector<std::string>& paths) {
    auto found = file_facts(paths, facts.identity);
    for (auto& file : found)
        note_label_access(file, facts.selinux.domain_context);
    for (std::size_t i = 0; i < paths.size(); ++i)
        facts.files.try_emplace(paths[i], std::move(found[i]));
}

void note_firmware(HostFacts& facts, std::vector<std::string>& files) {
    facts.firmware = firmware_descriptors();
    for (const auto& firmware : facts.firmware) {
        files.push_back(firmware.executable);
        if (!firmware.nvram_template.empty()) files.push_back(firmware.nvram_template);
    }
    std::sort(files.begin(), files.end());
    files.erase(std::unique(files.begin(), files.end()), files.end());
}

void note_kvm(HostFacts& facts) {
    const FileFact& node = facts.files.at(kvm_node);
    facts.kvm_present = node.type == FileType::character;
    facts.kvm_usable = facts.kvm_present && can_open(node);
}

} // namespace

HostFacts probe(const FactsRequest& request) {
    HostFacts facts;
    facts.machine_arch = machine_arch();
    facts.host_uuid = host_uuid();
    auto account = look_up_identity({request.user, request.group, request.supplementary_groups,
                                     request.guest, request.per_guest_ids});
    facts.identity = std::move(account.identity);
    facts.identity_error = std::move(account.error);
    facts.missing_groups = std::move(account.missing_groups);
    facts.shim_account = look_up_owner(shim_user);
    facts.processors = online("cpu");
    facts.memory_nodes = online("node");
    facts.selinux = selinux_fact(request.contexts);
    facts.landlock_version = landlock_version();
    auto files = request.files;
    files.emplace_back(kvm_node);
    if (request.firmware) note_firmware(facts, files);
    note_files(facts, files);
    note_kvm(facts);
    if (request.networks) facts.networks = network::all();
    if (!request.usb.empty()) {
        facts.usb = usb_devices();
        note_files(facts, usb_nodes_needed(request, facts.usb));
    }
    if (!request.vfio.empty()) {
        facts.vfio = vfio_devices();
        note_files(facts, vfio_nodes_needed(request, facts.vfio));
    }
    // A round for each generation of backing files.
    for (auto more = more_files_needed(request, facts.files); !more.empty();
         more = more_files_needed(request, facts.files))
        note_files(facts, more);
    if (request.vsock) facts.vsock_addresses_in_use = vsock_addresses_in_use();
    if (request.ports) facts.ports_in_use = listening_ports();
    facts.category_seed = random_value<std::uint64_t>();
    return facts;
}

} // namespace vmwarden::host
