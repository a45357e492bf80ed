// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/command_line.h"

#include "src/qemu/addresses.h"

namespace vmwarden::qemu {

Options& Options::set(std::string_view key, std::string_view value) {
    if (!text_.empty()) text_ += ',';
    text_.append(key) += '=';
    for (const char c : value) {
        text_ += c;
        if (c == ',') text_ += ',';
    }
    return *this;
}

Options& Options::set(std::string_view key, std::uint64_t value) {
    return set(key, std::to_string(value));
}

void CommandLine::raw(std::string_view name, std::string_view argument) {
    words_.emplace_back(name);
    words_.emplace_back(argument);
}

void CommandLine::device(Json device, const DeviceInfo& info) {
    addresses_.put(device, info);
    add("-device", device);
}

} // namespace vmwarden::qemu
