// SPDX-License-Identifier: LGPL-2.1-or-later
// The words of a command line under construction, and the only place that escapes: what is given as
// a value stays a value, whatever bytes it has.
#pragma once

#include "src/domain/device_info.h"

#include <nlohmann/json.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vmwarden::qemu {

// Keeps the order of writing, which is the order people read: driver first.
using Json = nlohmann::ordered_json;

class Addresses;

// The argument of a switch that takes "word,key=value,…". A comma in a value is written twice,
// which is the whole of QEMU's escaping there; every value has a key, so '=' and a leading '-' need
// none.
class Options {
  public:
    Options() = default;
    // The first word may stand without a key. It is one of ours, never a user's.
    explicit Options(std::string_view word)
      : text_(word) {}

    Options& set(std::string_view key, std::string_view value);
    Options& set(std::string_view key, std::uint64_t value);
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    std::string text_;
};

// Of an object whose properties they are.
void put_switches(Json& object, const std::vector<NamedSwitch>& switches,
                  std::span<const KnownSwitch> known);

class CommandLine {
  public:
    // `addresses` must outlive this.
    CommandLine(std::string executable, const Addresses& addresses)
      : words_{std::move(executable)}
      , addresses_(addresses) {}

    void flag(std::string_view name) { words_.emplace_back(name); }
    // `argument` reaches QEMU as it is: only for switches that do not look inside it.
    void raw(std::string_view name, std::string_view argument);
    void add(std::string_view name, const Options& options) { raw(name, options.text()); }
    // Throws nlohmann::json::type_error for a string that is not UTF-8.
    void add(std::string_view name, const Json& object) { raw(name, object.dump()); }

    // -device, with its place on its bus and virtio's switches.
    void device(Json device, const DeviceInfo& info);

    [[nodiscard]] std::vector<std::string> take() && { return std::move(words_); }

  private:
    std::vector<std::string> words_;
    const Addresses& addresses_;
};

} // namespace vmwarden::qemu
