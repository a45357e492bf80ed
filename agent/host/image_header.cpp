// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/image_header.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace vmwarden::host {

namespace {

using Bytes = std::span<const unsigned char>;

constexpr std::array<unsigned char, 4> magic{'Q', 'F', 'I', 0xfb};
constexpr std::uint64_t longest_name = 1023;
constexpr std::uint64_t version_at = 4;
constexpr std::uint64_t backing_offset_at = 8;
constexpr std::uint64_t backing_length_at = 16;
constexpr std::uint64_t cluster_bits_at = 20;
constexpr std::uint64_t disk_bytes_at = 24;
constexpr std::uint64_t features_at = 72; // this one and the next from version 3 on
constexpr std::uint64_t header_length_at = 100;
constexpr std::uint64_t external_data_file = 1U << 2; // of the incompatible features
constexpr std::uint32_t end_of_extensions = 0;
constexpr std::uint32_t backing_format_extension = 0xe2792aca;
constexpr std::uint32_t data_file_extension = 0x44415441;
constexpr std::uint64_t version_2_header = 72;
constexpr std::uint64_t version_3_header = 104;

struct Layout {
    std::uint64_t header = 0;  // its length; the extensions begin there
    std::uint64_t cluster = 0; // the first holds all of this
    std::uint64_t backing = 0; // where the backing file's name is; 0: there is none
};

struct Extensions {
    std::optional<std::string> backing_format;
    std::optional<std::string> data_file;
};

// Keeps the first thing that is wrong; what is read after that is zero or empty.
class Header {
  public:
    explicit Header(Bytes bytes)
      : bytes_(bytes) {}

    ImageFact read(const std::string& path) {
        const auto layout = read_layout();
        const auto extensions = read_extensions(layout);
        ImageFact fact;
        fact.disk_bytes = number(disk_bytes_at, 8);
        fact.backing = named_by(path, backing_name(layout));
        fact.backing_format = extensions.backing_format.value_or("");
        fact.external_data =
            number(version_at, 4) >= 3 && (number(features_at, 8) & external_data_file) != 0;
        if (fact.external_data) fact.data = named_by(path, extensions.data_file.value_or(""));
        if (good()) return fact;
        ImageFact damaged;
        damaged.error = damage_;
        return damaged;
    }

  private:
    [[nodiscard]] bool good() const { return damage_.empty(); }
    void damage(const std::string& what) {
        if (good()) damage_ = what;
    }
    void require(bool holds, const char* otherwise) {
        if (!holds) damage(otherwise);
    }

    Bytes piece(std::uint64_t offset, std::uint64_t length) {
        if (offset <= bytes_.size() && length <= bytes_.size() - offset)
            return bytes_.subspan(offset, length);
        damage("it is cut short, or longer than " + std::to_string(image_header_bytes) + " bytes");
        return {};
    }
    // Fields are in big-endian order.
    std::uint64_t number(std::uint64_t offset, std::uint64_t width) {
        std::uint64_t number = 0;
        for (const unsigned char byte : piece(offset, width))
            number = number << 8 | byte;
        return number;
    }
    std::string name(std::uint64_t offset, std::uint64_t length) {
        require(length <= longest_name, "a name in it is too long");
        if (!good()) return {};
        const auto found = piece(offset, length);
        std::string text(found.begin(), found.end());
        require(text.find('\0') == std::string::npos, "a name in it has a zero byte");
        return text;
    }

    Layout read_layout() {
        const auto version = number(version_at, 4);
        if (version != 2 && version != 3)
            damage("its version is " + std::to_string(version) + ", not 2 or 3");
        const auto bits = number(cluster_bits_at, 4);
        require(bits >= 9 && bits <= 21, "its clusters are of an impossible size");
        if (!good()) return {};
        const Layout layout{version == 2 ? version_2_header : number(header_length_at, 4),
                            std::uint64_t{1} << bits, number(backing_offset_at, 8)};
        require(version == 2 || layout.header >= version_3_header, "it is too small");
        require(layout.header <= layout.cluster && layout.backing <= layout.cluster,
                "it is larger than its cluster");
        require(layout.backing == 0 || layout.backing >= layout.header,
                "its backing file's name lies within it");
        return layout;
    }

    // They end at their end mark, or where the backing file's name begins.
    Extensions read_extensions(const Layout& layout) {
        constexpr std::uint64_t prefix = 8;
        const auto end = layout.backing != 0 ? layout.backing : layout.cluster;
        Extensions found;
        for (auto at = layout.header; at < end && good();) {
            require(end - at >= prefix, "its extensions run into each other");
            const auto type = number(at, 4);
            const auto length = number(at + 4, 4);
            at += prefix;
            if (type == end_of_extensions || !good()) break;
            require(length <= end - at, "an extension is larger than its place");
            if (type == backing_format_extension) keep(found.backing_format, name(at, length));
            if (type == data_file_extension) keep(found.data_file, name(at, length));
            at += (length + 7) / 8 * 8;
        }
        return found;
    }
    void keep(std::optional<std::string>& kept, std::string text) {
        require(!kept, "it has an extension twice");
        kept = std::move(text);
    }

    std::string backing_name(const Layout& layout) {
        if (layout.backing == 0) return {};
        const auto length = number(backing_length_at, 4);
        require(length <= layout.cluster - layout.backing, "its backing file's name is too long");
        return name(layout.backing, length);
    }

    Bytes bytes_;
    std::string damage_;
};

} // namespace

bool begins_like_qcow2(Bytes beginning) {
    return beginning.size() >= magic.size() &&
           std::equal(magic.begin(), magic.end(), beginning.begin());
}

ImageFact image_fact(Bytes beginning, const std::string& path) {
    if (!begins_like_qcow2(beginning)) return {};
    return Header(beginning.first(std::min(beginning.size(), image_header_bytes))).read(path);
}

NamedFile named_by(const std::string& path, std::string name) {
    if (name.empty()) return {};
    NamedFile named{std::move(name), {}};
    const auto mark = named.name.find_first_of(":/");
    if (mark != std::string::npos && named.name[mark] == ':') return named;
    const auto directory = path.substr(0, path.rfind('/') + 1);
    named.path = named.name.starts_with('/') ? named.name : directory + named.name;
    return named;
}

} // namespace vmwarden::host
