// SPDX-License-Identifier: LGPL-2.1-or-later
// Which guest has which id, under `user: per-guest`: a list on disk, by which a guest keeps its id.
// agent/executor/guest_ids.h gives them out; here they are looked up.
#pragma once

#include "src/base/units.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace vmwarden::host {

// A uid and the gid of the same number, by the guest's name.
using GuestIds = std::map<std::string, std::uint32_t>;

// The text stays below what read_text() takes.
constexpr std::size_t most_guest_ids = 45'000;

std::string encode(const GuestIds& ids);
// None when the text is not exactly such a list: then nobody gets an id.
std::optional<GuestIds> decode_guest_ids(std::string_view text);

constexpr const char* guest_ids_directory = "/var/lib/vmwarden/ids"; // root's
constexpr const char* guest_ids_file = "guests";

// The id that the guest has, or else the first one of the range that no guest has. None when all
// are taken, or with the list damaged: `error` says which. Who may not read the list gets the first
// of the range: an offline plan by an ordinary user is advice.
struct GuestIdLookup {
    std::optional<std::uint32_t> id;
    std::string error;
};
GuestIdLookup look_up_guest_id(const std::string& guest, IdRange range,
                               const std::string& directory = guest_ids_directory);

} // namespace vmwarden::host
