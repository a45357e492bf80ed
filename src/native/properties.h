// SPDX-License-Identifier: LGPL-2.1-or-later
// The argument of an option as QEMU takes it apart: "word,key=value,…" or a JSON object.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vmwarden::native {

class Properties {
  public:
    struct Property {
        std::string key;
        std::string value;
        bool taken = false;
    };

    // A first word without '=' is the value of `first_key`, other words without one are "on". A
    // doubled comma is one in a value. JSON gives its members with dots between the levels, null as
    // an empty value; text that begins like JSON and is none gives no properties at all.
    static std::optional<Properties> parse(std::string_view text, std::string_view first_key = {});

    // The value of a key, the last where it is given twice, and out of what is left. Empty keys
    // never exist.
    std::optional<std::string> take(std::string_view key);
    [[nodiscard]] std::optional<std::string> peek(std::string_view key) const;
    [[nodiscard]] bool has(std::string_view key) const { return peek(key).has_value(); }
    // Every value of a key, in order: where it is given several times, or is a list in JSON.
    std::vector<std::string> take_all(std::string_view key);
    // '_' in keys is '-' from now on, as most of QEMU's options have it.
    void write_dashes();
    // What nobody has taken.
    [[nodiscard]] std::vector<Property> left() const;
    [[nodiscard]] const std::vector<Property>& all() const { return all_; }

  private:
    std::vector<Property> all_;
};

// "on", "yes", "true", "y"; "off" and its kin are false; anything else is none.
std::optional<bool> switch_of(std::string_view value);

} // namespace vmwarden::native
