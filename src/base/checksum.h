// SPDX-License-Identifier: LGPL-2.1-or-later
// A sum over what is kept on disk: against damage and hand edits. Whoever can write there and means
// it is not stopped by a sum.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace vmwarden {

// FNV-1a, 64 bits, in 16 hexadecimal digits.
inline std::string checksum(std::string_view bytes) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : bytes)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    std::array<char, 17> text{};
    std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(hash));
    return text.data();
}

} // namespace vmwarden
