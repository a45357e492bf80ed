// SPDX-License-Identifier: LGPL-2.1-or-later
// The value of one option as policy files write it.
#pragma once

#include "src/qemuconf/conf_text.h"
#include "src/qemuconf/qemu_conf.h"

#include <optional>
#include <string>
#include <vector>

namespace vmwarden::qemuconf {

struct YamlValue {
    bool is_list = false;
    std::vector<std::string> words; // quoted where needed; one if no list
    std::string remark;             // for the comment; may be empty
};

// None if there is nothing to write, and why has been reported.
std::optional<YamlValue> convert(const QemuConfOption& option, const ConfEntry& entry,
                                 Findings& report);

} // namespace vmwarden::qemuconf
