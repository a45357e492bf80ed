// SPDX-License-Identifier: LGPL-2.1-or-later
// JSON trees as D-Bus values and back: how plans and verify rows travel.
//
//     object <-> a{sv}    string <-> s    boolean <-> b    number <-> t, x or d
//     array  <-> as of strings, aa{sv} of objects, else av
//
// null has no D-Bus form: left out of objects, refused in arrays. Dictionaries are sorted by key:
// an object does not keep its order on the way.
#pragma once

#include "agent/bus/sdbus_compat.h"

#include <nlohmann/json.hpp>

namespace vmwarden::bus {

// Throws std::invalid_argument for what has no D-Bus form, and for anything but an object.
Dictionary to_dictionary(const nlohmann::ordered_json& object);

// Throws std::invalid_argument for D-Bus types that JSON trees do not make, except that all integer
// widths, object paths and signatures are understood.
nlohmann::ordered_json to_json(const Dictionary& dictionary);
nlohmann::ordered_json to_json(const sdbus::Variant& value);

} // namespace vmwarden::bus
