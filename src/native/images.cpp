// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/native/images.h"

#include "src/base/text.h"
#include "src/domain/network_source.h"
#include "src/domain/words.h"
#include "src/native/device_reader.h"
#include "src/native/drive_limits.h"

#include <algorithm>

namespace vmwarden::native {

namespace {

struct CacheWord {
    std::string_view word;
    DiskCache cache;
    bool of_2009;
};
constexpr CacheWord cache_words[] = {{"none", DiskCache::none, true},
                                     {"off", DiskCache::none, true},
                                     {"writethrough", DiskCache::writethrough, true},
                                     {"on", DiskCache::writethrough, true},
                                     {"writeback", DiskCache::writeback, true},
                                     {"directsync", DiskCache::directsync, false},
                                     {"unsafe", DiskCache::unsafe, false}};

// How QEMU goes about reading and writing; what the guest sees and what is kept are the same. No
// argument of its own could say it for a disk that we describe.
constexpr std::string_view tuning_words[] = {"aio",
                                             "discard",
                                             "detect-zeroes",
                                             "werror",
                                             "rerror",
                                             "cache-size",
                                             "l2-cache-size",
                                             "cache-clean-interval",
                                             "refcount-cache-size",
                                             "locking",
                                             "lazy-refcounts",
                                             "x-check-cache-dropped"};

std::optional<DiskFormat> format_of(std::string_view word) {
    if (word == "raw") return DiskFormat::raw;
    if (word == "qcow2") return DiskFormat::qcow2;
    return std::nullopt;
}

template <class T, std::size_t count>
bool choose(const domain::Word<T> (&words)[count], const std::string& value, T& to) {
    const auto* const word = std::ranges::find(words, value, &domain::Word<T>::text);
    if (word == std::end(words)) return false;
    to = word->value;
    return true;
}

// False for what the definition has no word for.
bool keep_tuning(DiskTuning& kept, std::string_view key, const std::string& value) {
    if (key == "locking") return value == "auto";
    if (key == "cache-size") {
        const auto size = size_of(value, 0);
        if (size) kept.metadata_cache = size->count;
        return size.has_value();
    }
    if (key == "aio") return choose(domain::disk_ios, value, kept.io);
    if (key == "detect-zeroes")
        return choose(domain::detect_zeroes_words, value, kept.detect_zeroes);
    if (key == "werror" || key == "rerror") {
        const auto policy = error_policy(value);
        if (policy) (key == "werror" ? kept.on_error : kept.on_read_error) = *policy;
        return policy && (key == "werror" || *policy != ErrorPolicy::enospace);
    }
    if (key != "discard") return false;
    if (const auto on = switch_of(value))
        kept.discard = *on ? DiskDiscard::unmap : DiskDiscard::ignore;
    return switch_of(value) || choose(domain::disk_discards, value, kept.discard);
}

void take_tuning(Image& image, const Option& option, Properties& properties,
                 const std::string& prefix, unsigned level) {
    DiskTuning below; // of what backs it, nobody asks
    auto& kept = level == 0 ? image.disk.tuning : below;
    for (const auto key : tuning_words) {
        const auto value = properties.take(prefix + std::string(key));
        if (value && !keep_tuning(kept, key, *value))
            image.left_out.emplace_back(&option, std::string(key) + "=" + printable(*value));
    }
}

// A disk on a server, by the URL that the definition has for it; empty: it has none.
std::string url_in_xml(Import& import, const std::string& url) {
    if (!network_source(url)) return {};
    Disk disk;
    disk.type = DiskSource::network;
    disk.source = url;
    disk.target = "vda";
    disk.bus = DiskBus::virtio;
    disk.readonly = true;
    const auto read = defined(import, [&](auto& probe) { probe.disks = {disk}; });
    return read ? read->disks.front().source : std::string();
}

// One disk out of the nodes that -blockdev made.
class NodeReader {
  public:
    NodeReader(Import& import, Image& image)
      : import_(import)
      , image_(image) {}

    bool read(Pending& node) {
        image_.format_said = true;
        read_format(node, {}, 0);
        for (const auto* used : image_.nodes)
            for (const auto& property : used->properties.left())
                fail("says '" + printable(property.key) + "', which has no place in the XML");
        return image_.why.empty();
    }

  private:
    Import& import_;
    Image& image_;
    static constexpr unsigned longest_chain = 64;

    void fail(const std::string& why) {
        if (image_.why.empty()) image_.why = why;
    }

    static std::string take(Pending& node, const std::string& key) {
        return node.properties.take(key).value_or("");
    }

    void take_common(Pending& node, const std::string& prefix, unsigned level) {
        take(node, prefix + "node-name");
        take(node, prefix + "auto-read-only");
        const auto read_only = node.properties.take(prefix + "read-only");
        if (level == 0 && read_only) image_.disk.readonly |= switch_of(*read_only).value_or(false);
        const auto direct = node.properties.take(prefix + "cache.direct");
        const auto no_flush = node.properties.take(prefix + "cache.no-flush");
        if (level == 0 && direct) image_.direct = switch_of(*direct);
        if (level == 0 && no_flush) image_.no_flush = switch_of(*no_flush);
        take_tuning(image_, *node.option, node.properties, prefix, level);
    }

    Pending* node_called(const std::string& name) {
        const auto found = import_.nodes.find(name);
        if (found == import_.nodes.end()) {
            fail("names '" + printable(name) + "', which is not there");
            return nullptr;
        }
        use(found->second);
        return &found->second;
    }
    void use(Pending& node) {
        for (const auto* used : image_.nodes)
            if (used == &node) return;
        image_.nodes.push_back(&node);
    }

    void read_format(Pending& node, const std::string& prefix, unsigned level) {
        if (level > longest_chain) return fail("is a chain without end");
        use(node);
        const auto driver = node.properties.peek(prefix + "driver").value_or("");
        if (driver == "throttle" && level == 0 && prefix.empty()) return read_throttle(node);
        if (driver == "copy-on-read" && level == 0 && prefix.empty()) return read_copies(node);
        if (driver == "file" || driver == "host_device" || driver == "host_cdrom") {
            put_layer(level, DiskFormat::raw);
            return read_file(node, prefix, level);
        }
        const auto format = format_of(driver);
        if (!format) return fail("has driver '" + printable(driver) + "'");
        take(node, prefix + "driver");
        take_common(node, prefix, level);
        put_layer(level, *format);
        if (node.properties.has(prefix + "file")) {
            if (auto* file = node_called(take(node, prefix + "file"))) read_file(*file, {}, level);
        } else {
            read_file(node, prefix + "file.", level);
        }
        read_backing(node, prefix, level);
    }

    void read_copies(Pending& node) {
        const bool second = image_.disk.tuning.copy_on_read.has_value();
        use(node);
        for (const auto* key : {"driver", "node-name", "read-only"})
            take(node, key);
        auto* file = node_called(take(node, "file"));
        if (second || file == nullptr) return fail("is made of nodes that make no disk");
        image_.disk.tuning.copy_on_read = true;
        read_format(*file, {}, 0);
    }

    // Before anything else of a disk.
    void read_throttle(Pending& node) {
        const bool second = image_.disk.tuning.limits.has_value();
        for (const auto* key : {"driver", "node-name", "read-only"})
            take(node, key);
        const auto group = import_.objects.find(take(node, "throttle-group"));
        auto* file = node_called(take(node, "file"));
        if (second || file == nullptr || group == import_.objects.end() || group->second.done ||
            !take_group_limits(import_, group->second.properties, image_.disk.tuning))
            return fail("has limits that have no place in the XML");
        use(group->second);
        for (auto& property : group->second.properties.all())
            group->second.properties.take_all(property.key);
        read_format(*file, {}, 0);
    }

    void read_backing(Pending& node, const std::string& prefix, unsigned level) {
        const auto backing = node.properties.take(prefix + "backing");
        if (backing && backing->empty()) {
            image_.disk.chain_ends = true;
        } else if (backing) {
            if (auto* below = node_called(*backing)) read_format(*below, {}, level + 1);
        } else if (node.properties.has(prefix + "backing.driver")) {
            read_format(node, prefix + "backing.", level + 1);
        }
    }

    void put_layer(unsigned level, DiskFormat format) {
        if (level == 0)
            image_.disk.format = format;
        else
            image_.disk.backing.push_back({DiskSource::file, format, {}, {}});
    }

    // nbd says it in parts.
    static std::string url_of(Pending& node, const std::string& prefix, const std::string& driver) {
        if (driver != "nbd") return take(node, prefix + "url");
        const bool inet = take(node, prefix + "server.type") == "inet";
        auto host = take(node, prefix + "server.host");
        const auto port = take(node, prefix + "server.port");
        const auto name = take(node, prefix + "export");
        if (!inet || host.empty()) return {};
        if (host.find(':') != host.npos) host = "[" + host + "]";
        const bool usual = port.empty() || port == "10809";
        return "nbd://" + host + (usual ? "" : ":" + port) + (name.empty() ? "" : "/" + name);
    }

    bool put_url(unsigned level, const std::string& said) {
        const auto url = url_in_xml(import_, said);
        if (url.empty()) return false;
        auto& disk = image_.disk;
        (level == 0 ? disk.type : disk.backing.back().type) = DiskSource::network;
        (level == 0 ? disk.source : disk.backing.back().source) = url;
        if (level == 0 && is_read_only(*network_source(url))) disk.readonly = true;
        return true;
    }

    void read_directory(Pending& node, const std::string& prefix) {
        image_.disk.type = DiskSource::directory;
        image_.disk.source = import_.path(*node.option, take(node, prefix + "dir"));
        const auto floppy = node.properties.take(prefix + "floppy");
        if (!image_.disk.readonly) fail("is a directory that is written to");
        // The XML says it by the drive.
        const bool as_floppy = floppy && switch_of(*floppy).value_or(false);
        if (as_floppy != (image_.disk.device == DiskDevice::floppy))
            fail("is a directory of another size than its drive");
    }

    void read_file(Pending& node, const std::string& prefix, unsigned level) {
        const auto driver = take(node, prefix + "driver");
        take_common(node, prefix, level);
        if (driver == "vvfat" && level == 0) return read_directory(node, prefix);
        if (driver != "file" && driver != "host_device" && driver != "host_cdrom") {
            if (!put_url(level, url_of(node, prefix, driver)))
                fail("has driver '" + printable(driver) + "'");
            return;
        }
        const auto path = import_.path(*node.option, take(node, prefix + "filename"));
        const auto type = driver == "file" ? DiskSource::file : DiskSource::block;
        auto& disk = image_.disk;
        if (level == 0) {
            disk.source = path;
            disk.type = type;
        } else {
            disk.backing.back().source = path;
            disk.backing.back().type = type;
        }
    }
};

void take_cache(Import& import, Properties& drive, Image& image) {
    const auto cache = drive.peek("cache");
    if (!cache) return;
    for (const auto& known : cache_words)
        if (known.word == *cache) {
            image.disk.cache = known.cache;
            drive.take("cache");
            if (!known.of_2009) import.modern();
        }
}

} // namespace

std::optional<ErrorPolicy> error_policy(std::string_view word) {
    if (word == "enospc") return ErrorPolicy::enospace;
    const auto* const known =
        std::ranges::find(domain::error_policies, word, &domain::Word<ErrorPolicy>::text);
    if (known == std::end(domain::error_policies) || word == "enospace") return std::nullopt;
    return known->value;
}

bool set_source(Import& import, const Option& option, const std::string& name, Disk& disk) {
    if (const auto url = url_in_xml(import, name); !url.empty()) {
        disk.type = DiskSource::network;
        disk.source = url;
        disk.readonly = disk.readonly || is_read_only(*network_source(url));
        import.modern();
        return true;
    }
    auto path = name.starts_with("file:") ? name.substr(5) : name;
    const auto colon = path.find(':');
    if (colon != std::string::npos && colon < path.find('/')) return false;
    disk.source = import.path(option, path);
    disk.type = path.starts_with("/dev/") ? DiskSource::block : DiskSource::file;
    return true;
}

bool read_drive(Import& import, Pending& drive, Image& image) {
    auto& properties = drive.properties;
    const auto& option = *drive.option;
    image.nodes.push_back(&drive);
    if (properties.take("id")) import.modern();
    properties.take("boot"); // of the first virtio disk, in 2009; <boot> says it
    if (properties.take("media") == "cdrom") image.disk.device = DiskDevice::cdrom;
    if (const auto file = properties.take("file"); file && !file->empty())
        if (!set_source(import, option, *file, image.disk)) image.why = "is no file";
    if (const auto format = properties.take("format")) {
        image.format_said = true;
        const auto known = format_of(*format);
        if (!known) image.why = "has format '" + printable(*format) + "'";
        image.disk.format = known.value_or(DiskFormat::raw);
    }
    take_cache(import, properties, image);
    for (const auto key : {"readonly", "read-only"})
        if (const auto value = properties.take(key)) {
            import.modern();
            image.disk.readonly = switch_of(*value).value_or(false);
        }
    if (const auto serial = properties.take("serial")) {
        import.modern();
        image.disk.serial = *serial;
    }
    take_tuning(image, option, properties, {}, 0);
    if (!take_drive_limits(import, properties, image.disk.tuning))
        image.why = "has limits that have no place in the XML";
    const auto copies = switch_of(properties.peek("copy-on-read").value_or(""));
    if (copies) {
        properties.take("copy-on-read");
        if (*copies) image.disk.tuning.copy_on_read = true;
    }
    if (const auto snapshot = properties.peek("snapshot"); snapshot && switch_of(*snapshot)) {
        properties.take("snapshot");
        image.disk.transient = *switch_of(*snapshot);
    }
    if (image.disk.transient && (image.disk.device != DiskDevice::disk || image.disk.readonly ||
                                 image.disk.type == DiskSource::network))
        image.disk.transient = false; // nothing is written to it
    if (image.disk.transient || image.disk.tuning != DiskTuning{}) import.modern();
    for (const auto& property : properties.left())
        image.why = "says '" + printable(property.key) + "', which has no place in the XML";
    if (image.disk.device == DiskDevice::disk && image.disk.source.empty() && image.why.empty() &&
        image.disk.bus != DiskBus::fdc)
        image.why = "has no file";
    return image.why.empty();
}

void settle_tuning(Image& image, const Option& option) {
    auto& tuning = image.disk.tuning;
    const auto cache = image.disk.cache;
    const bool direct = cache == DiskCache::none || cache == DiskCache::directsync;
    if (tuning.io == DiskIo::native && !direct) {
        tuning.io = DiskIo::unsaid;
        image.left_out.emplace_back(&option, "aio=native");
    }
    if (tuning.detect_zeroes == DetectZeroes::unmap && tuning.discard != DiskDiscard::unmap) {
        tuning.detect_zeroes = DetectZeroes::on; // which is what it then comes to
        image.left_out.emplace_back(&option, "detect-zeroes=unmap without discard");
    }
}

void tell_left_out(Import& import, const Image& image) {
    for (const auto& [option, what] : image.left_out)
        import.warn(*option,
                    "'" + what + "' is left out: the XML has no place for how a drive is read",
                    "the drive itself is in the XML");
}

bool read_image(Import& import, const std::string& name, Image& image) {
    const auto found = import.nodes.find(name);
    if (found == import.nodes.end()) return false;
    auto& node = found->second;
    if (node.done) return false;
    return node.option->name == "drive" ? read_drive(import, node, image)
                                        : NodeReader(import, image).read(node);
}

} // namespace vmwarden::native
