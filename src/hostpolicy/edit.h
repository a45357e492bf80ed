// SPDX-License-Identifier: LGPL-2.1-or-later
// One key of a policy file set, removed or read, by changing bytes in place: comments, order,
// indentation and quotes of everything else stay, so that whoever compares files sees one change.
#pragma once

#include "src/hostpolicy/read_policy.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vmwarden::hostpolicy {

// PATH is a key, or keys from the outside in: "user", "limits.memory". A key that holds a dot
// itself stands in double quotes: networks."br0.5".
//
// VALUE is a text, taken as it is; or a list, "[a, b]"; or a text in YAML's quotes.

// What stands at a key: one text, or the texts of a list.
struct KeyText {
    bool is_list = false;
    std::vector<std::string> texts;
    bool operator==(const KeyText&) const = default;
};

struct EditedPolicy {
    // The text to write. When the diagnostics have errors: what they are about, not to be written.
    PolicyFile file;
    Diagnostics diagnostics;
};

// A file that does not exist yet is an empty text and gets its `version`. A key that is not there
// is appended to the section it belongs to. In a list, items that stay keep their bytes. Setting
// what stands there already changes no byte. Refuses what would leave errors in the file.
EditedPolicy set_key(const PolicyFile& file, std::string_view path, std::string_view value);
// A section that becomes empty goes too, unless it is written `{}`. Removing what is not there
// changes no byte.
EditedPolicy unset_key(const PolicyFile& file, std::string_view path);

struct FoundKey {
    std::optional<KeyText> value; // without quotes, else as written
    Diagnostics diagnostics;      // errors: the file or the path cannot be read
};

FoundKey get_key(const PolicyFile& file, std::string_view path);
// Over files in rising precedence, as read_policy() layers them. What is built in when no file has
// the key is not told. Whether the files are a policy is for read_policy() to say.
FoundKey get_key(std::span<const PolicyFile> files, std::string_view path);

} // namespace vmwarden::hostpolicy
