// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/image_header.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace vmwarden::host {

namespace {

constexpr std::array<unsigned char, 4> magic{'Q', 'F', 'I', 0xfb};
constexpr std::size_t version_offset = 4;
constexpr std::size_t backing_file_offset = 8;
constexpr std::size_t incompatible_features_offset = 72; // from version 3 on
constexpr std::uint64_t external_data_file = 1U << 2;

// A big-endian number of `width` bytes, none past the end.
std::optional<std::uint64_t> number_at(std::span<const unsigned char> bytes, std::size_t offset,
                                       std::size_t width) {
    if (bytes.size() < offset + width) return std::nullopt;
    std::uint64_t number = 0;
    for (const unsigned char byte : bytes.subspan(offset, width))
        number = number << 8 | byte;
    return number;
}

} // namespace

bool names_another_file(std::span<const unsigned char> beginning) {
    if (beginning.size() < magic.size() ||
        !std::equal(magic.begin(), magic.end(), beginning.begin()))
        return false;
    const auto version = number_at(beginning, version_offset, 4);
    const auto backing_file = number_at(beginning, backing_file_offset, 8);
    if (!version || !backing_file || *backing_file != 0) return true;
    if (*version < 3) return false;
    const auto features = number_at(beginning, incompatible_features_offset, 8);
    return !features || (*features & external_data_file) != 0;
}

} // namespace vmwarden::host
