// SPDX-License-Identifier: LGPL-2.1-or-later
// Directories of the host: -fsdev, -virtfs, and the devices of 9p and virtiofs.
#include "src/base/text.h"
#include "src/native/device_reader.h"

namespace vmwarden::native {

namespace {

constexpr domain::Word<FilesystemAccess> security_models[] = {
    {"mapped-xattr", FilesystemAccess::mapped},
    {"mapped", FilesystemAccess::mapped},
    {"passthrough", FilesystemAccess::passthrough},
    {"none", FilesystemAccess::squash}};

bool take_mode(Properties& properties, std::string_view key, std::optional<unsigned>& mode) {
    const auto text = properties.take(key);
    if (!text) return true;
    const auto number = parse_unsigned(*text, 8);
    if (!number || *number > 0777) return false;
    mode = static_cast<unsigned>(*number);
    return true;
}

template <class T, std::size_t count>
bool choose(Properties& properties, std::string_view key, const domain::Word<T> (&words)[count],
            T& into) {
    const auto text = properties.take(key);
    if (!text) return true;
    const auto* const word = std::ranges::find(words, *text, &domain::Word<T>::text);
    if (word == std::end(words)) return false;
    into = word->value;
    return true;
}

// A server of QEMU's own, from properties that it uses up. Empty: it says more than the XML can.
std::optional<Filesystem> take_server(Properties& properties) {
    Filesystem filesystem;
    properties.take("id");
    properties.write_dashes();
    const bool local = properties.take("fsdriver") == "local";
    filesystem.directory = properties.take("path").value_or("");
    const auto read_only = properties.take("readonly");
    filesystem.readonly = read_only && switch_of(*read_only).value_or(false);
    const auto written = properties.take("writeout");
    filesystem.immediate = written == "immediate";
    const bool understood =
        choose(properties, "security-model", security_models, filesystem.access) &&
        choose(properties, "multidevs", domain::multidevs_words, filesystem.multidevs) &&
        take_mode(properties, "fmode", filesystem.file_mode) &&
        take_mode(properties, "dmode", filesystem.directory_mode);
    if (!local || !understood || (written && !filesystem.immediate)) return std::nullopt;
    if (!filesystem.directory.starts_with('/')) return std::nullopt;
    return filesystem;
}

bool add(Import& import, const Option& option, Filesystem filesystem) {
    filesystem.place = filesystem.source_place = option.word.place;
    // The names of those that are there already matter as well.
    const bool twice =
        std::ranges::count(import.guest.filesystems, filesystem.target, &Filesystem::target) != 0;
    if (twice || !can_be_defined(import, [&](auto& probe) { probe.filesystems = {filesystem}; }))
        return false;
    import.guest.filesystems.push_back(std::move(filesystem));
    return true;
}

} // namespace

void import_fsdev(Import& import, const Option& option) {
    auto properties = Properties::parse(option.value(), "fsdriver").value_or(Properties());
    const auto id = properties.peek("id").value_or("");
    if (!import.fsdevs.emplace(id, Pending{&option, std::move(properties)}).second)
        import.error(option, "two file systems have the id '" + printable(id) + "'");
}

// Both halves in one.
void import_virtfs(Import& import, const Option& option) {
    auto properties = Properties::parse(option.value(), "fsdriver").value_or(Properties());
    const auto tag = properties.take("mount_tag").value_or("");
    auto filesystem = take_server(properties);
    if (filesystem) filesystem->target = tag;
    if (!filesystem || !properties.left().empty() || !add(import, option, std::move(*filesystem)))
        import.keep(option);
}

bool read_directory(DeviceReader& device) {
    auto* end = device.end("fsdev", device.import().fsdevs);
    if (end == nullptr) return false;
    auto properties = end->properties;
    auto filesystem = take_server(properties);
    if (!filesystem || !properties.left().empty()) return false;
    filesystem->target = device.take("mount_tag").value_or("");
    device.on_virtio_pci(filesystem->info);
    if (!device.complete() || !add(device.import(), device.option(), std::move(*filesystem)))
        return false;
    end->done = true;
    return true;
}

bool read_virtiofs(DeviceReader& device) {
    auto* end = device.end("chardev", device.import().chardevs);
    if (end == nullptr) return false;
    Filesystem filesystem;
    filesystem.driver = FilesystemDriver::virtiofs;
    filesystem.socket = take_client_socket(*end);
    filesystem.target = device.take("tag").value_or("");
    device.number("queue-size", filesystem.queue);
    device.on_virtio_pci(filesystem.info);
    if (filesystem.socket.empty() || !device.complete() ||
        !add(device.import(), device.option(), std::move(filesystem)))
        return false;
    end->done = true;
    return true;
}

} // namespace vmwarden::native
