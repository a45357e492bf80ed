// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/readers.h"
#include "src/domain/values.h"

#include <algorithm>

namespace vmwarden::domain {

namespace {

constexpr std::string_view containers_only = "only containers have it";
constexpr Word<bool> mount_only[] = {{"mount", true}};
constexpr NotDone types_refused[] = {{"file", containers_only},     {"block", containers_only},
                                     {"ram", containers_only},      {"bind", containers_only},
                                     {"template", containers_only}, {"volume", containers_only}};
constexpr NotDone drivers_refused[] = {{"handle", "QEMU has it no more since version 4.0"},
                                       {"loop", containers_only},
                                       {"nbd", containers_only},
                                       {"ploop", containers_only},
                                       {"mtp", "share the directory by 9p"}};
constexpr Word<bool> immediate_only[] = {{"immediate", true}};
constexpr NotDone driver_attributes_refused[] = {{"format", containers_only}};
constexpr std::string_view not_ours =
    "a virtiofsd is not started in this version: run one as a unit of its own, and name its "
    "<source socket=...>";
constexpr NotDone virtiofs_children_refused[] = {{"binary", not_ours}};
constexpr NotDone path_children_refused[] = {{"binary", "only type='virtiofs' has one"}};
constexpr NotDone children_refused[] = {{"space_hard_limit", containers_only},
                                        {"space_soft_limit", containers_only},
                                        {"idmap", not_ours}};
constexpr NotDone sources_refused[] = {{"file", containers_only},  {"dev", containers_only},
                                       {"name", containers_only},  {"usage", containers_only},
                                       {"units", containers_only}, {"pool", containers_only},
                                       {"volume", containers_only}};
constexpr std::size_t longest_9p_tag = 31; // what QEMU and guests take
constexpr std::size_t longest_virtiofs_tag = 36;
constexpr std::size_t longest_socket_path = 107; // sockaddr_un
constexpr unsigned largest_queue = 1024;         // a power of two, as all of them

bool is_virtiofs(const Filesystem& filesystem) {
    return filesystem.driver == FilesystemDriver::virtiofs;
}

// "0640", in octal digits.
std::optional<unsigned> read_mode(ElementReader& element, std::string_view name) {
    const auto value = element.attribute(name);
    if (!value) return std::nullopt;
    unsigned mode = 0;
    const bool octal =
        !value->text.empty() && value->text.size() <= 4 &&
        std::ranges::all_of(value->text, [](char c) { return c >= '0' && c <= '7'; });
    for (const char c : octal ? value->text : std::string_view())
        mode = mode * 8 + static_cast<unsigned>(c - '0');
    if (octal && mode <= 0777) return mode;
    element.error(value->at, std::string(name) + " " + in_quotes(value->text) + " is no mode",
                  "write it in octal, 0640 say");
    return std::nullopt;
}

void read_driver(ElementReader& driver, Filesystem& filesystem) {
    const bool typed = driver.attribute("type").has_value();
    const auto type = driver.word("type", filesystem_drivers, drivers_refused);
    if (typed && !type) return driver.skip_rest();
    filesystem.driver = type.value_or(FilesystemDriver::unsaid);
    if (is_virtiofs(filesystem)) {
        if (const auto queue = driver.attribute("queue")) {
            const auto size = number_from(*queue, "queue", 2, largest_queue, driver.report());
            filesystem.queue = static_cast<unsigned>(size.value_or(0));
            if ((filesystem.queue & (filesystem.queue - 1)) != 0 && filesystem.queue != 0)
                driver.error(queue->at, "queue is no power of two", "write 128, 256, 512 or 1024");
        }
    } else {
        filesystem.immediate = driver.word("wrpolicy", immediate_only).value_or(false);
    }
    filesystem.info.virtio = read_switches(driver, device_switches);
    driver.refuse_attributes(driver_attributes_refused);
}

void read_source(ElementReader& source, Filesystem& filesystem) {
    filesystem.source_place = source.place();
    source.refuse_attributes(sources_refused);
    if (is_virtiofs(filesystem))
        if (const auto socket = source.attribute("socket")) {
            filesystem.socket = path_from(*socket, source.report()).value_or("");
            if (filesystem.socket.size() > longest_socket_path)
                source.error(socket->at, "a socket's path can have " +
                                             std::to_string(longest_socket_path) +
                                             " bytes at most");
            return;
        }
    if (const auto directory = source.required_attribute("dir"))
        filesystem.directory = path_from(*directory, source.report()).value_or("");
}

void read_target(ElementReader& target, Filesystem& filesystem, const GuestDefinition& guest) {
    const auto tag = target.required_attribute("dir");
    if (!tag) return;
    const auto longest = is_virtiofs(filesystem) ? longest_virtiofs_tag : longest_9p_tag;
    filesystem.target = line_from(*tag, "dir", longest, target.report()).value_or("");
    for (const auto& other : guest.filesystems)
        if (!filesystem.target.empty() && other.target == filesystem.target)
            target.error(tag->at,
                         "the file system of line " + std::to_string(other.place.line) +
                             " has this name already",
                         "guests mount them by their names: give each its own");
}

// How the 9p server keeps files; virtiofsd has its own ways.
void read_access(ElementReader& element, Filesystem& filesystem) {
    filesystem.access =
        element.word("accessmode", filesystem_accesses).value_or(FilesystemAccess::unsaid);
    filesystem.file_mode = read_mode(element, "fmode");
    filesystem.directory_mode = read_mode(element, "dmode");
    filesystem.multidevs = element.word("multidevs", multidevs_words).value_or(Multidevs::unsaid);
}

void check_access(ElementReader& element, const Filesystem& filesystem) {
    const bool mapped = filesystem.access == FilesystemAccess::mapped;
    const bool modes = filesystem.file_mode || filesystem.directory_mode;
    const bool own = filesystem.access == FilesystemAccess::unsaid ||
                     filesystem.access == FilesystemAccess::passthrough;
    if (is_virtiofs(filesystem)) {
        if (!own || modes || filesystem.multidevs != Multidevs::unsaid)
            element.error(element.at(),
                          "a virtiofs has no accessmode but passthrough, and no modes",
                          "remove accessmode, fmode, dmode and multidevs");
        return;
    }
    if (modes && !mapped)
        element.error(element.at(), "only accessmode='mapped' has fmode and dmode",
                      "remove them, or write accessmode='mapped'");
    if (own && !filesystem.readonly)
        element.error(element.at(),
                      "accessmode 'passthrough' is refused: QEMU would have to give files away, "
                      "and has no privilege",
                      "write accessmode='mapped', which keeps owners in an attribute of each file; "
                      "accessmode='squash', which keeps none; or add <readonly/>");
}

} // namespace

void read_filesystem(ElementReader& element, GuestDefinition& guest) {
    Filesystem filesystem;
    filesystem.place = filesystem.source_place = element.place();
    const bool typed = element.attribute("type").has_value();
    if (typed && !element.word("type", mount_only, types_refused)) return element.skip_rest();
    const auto model_at = element.attribute("model");
    const auto model = element.word("model", virtio_models).value_or(VirtioModel::unsaid);
    element.child("driver", [&](ElementReader& driver) { read_driver(driver, filesystem); });
    if (!element.child("source", [&](ElementReader& source) { read_source(source, filesystem); }))
        element.error(element.at(), "<filesystem> has no <source>", "write <source dir='/...'/>");
    if (!element.child("target",
                       [&](ElementReader& target) { read_target(target, filesystem, guest); }))
        element.error(element.at(), "<filesystem> has no <target>",
                      "write <target dir='NAME'/>: the name that the guest mounts");
    filesystem.readonly = element.flag("readonly");
    read_access(element, filesystem);
    if (is_virtiofs(filesystem))
        element.refuse_children(virtiofs_children_refused);
    else
        element.refuse_children(path_children_refused);
    element.refuse_children(children_refused);
    auto switches = std::move(filesystem.info.virtio);
    filesystem.info = read_device_info(element, {AddressKind::pci});
    filesystem.info.virtio = std::move(switches);
    filesystem.info.model = model;
    if (model != VirtioModel::unsaid && is_virtiofs(filesystem))
        element.error(model_at->at, "a virtiofs has one model", "remove the attribute");
    check_access(element, filesystem);
    if (is_virtiofs(filesystem) && filesystem.socket.empty() && !filesystem.directory.empty())
        element.error(
            element.at(),
            "<source dir=...> of a virtiofs is refused: a virtiofsd is not started in "
            "this version",
            "run one as a unit of its own, as DIRECTORIES OF THE HOST in vmwarden(1) shows "
            "it, and write <source socket='/...'/>; or share it by 9p, without "
            "<driver type='virtiofs'/>");
    if (is_virtiofs(filesystem) && filesystem.readonly)
        element.error(element.at(), "a virtiofs of a socket is as writable as its server has it",
                      "start virtiofsd with --readonly, and remove <readonly/>");
    guest.filesystems.push_back(std::move(filesystem));
}

} // namespace vmwarden::domain
