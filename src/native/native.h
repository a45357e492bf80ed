// SPDX-License-Identifier: LGPL-2.1-or-later
// Domain XML to QEMU's command lines and back: what `domxml-from-native` and `domxml-to-native` do.
#pragma once

#include "src/native/legacy_line.h"
#include "src/native/shell_words.h"

#include <string_view>

namespace vmwarden::native {

// A text, or why there is none.
struct Converted {
    std::optional<std::string> text; // with a final line end; absent exactly after errors
    Diagnostics diagnostics;
};

// The one format there is, by libvirt's name.
constexpr std::string_view argv_format = "qemu-argv";
// Empty for that name; otherwise what is wrong with it and what to write.
std::string format_problem(std::string_view format);

// Which QEMU a line is for: the one of the day, or that of 2009.
enum class Dialect { modern, of_2009 };
// "0.10" and "modern"; none for another word.
std::optional<Dialect> dialect_called(std::string_view name);
std::string dialect_problem(std::string_view name);

// A command line to domain XML: in the form of 2009 where the line is of then in every word, as
// write_domain() has it otherwise. A line without -name gives XML without <name>.
Converted from_native(const std::string& file, std::string_view text);

// Domain XML to a command line. The modern one runs as it stands in a shell: no descriptors, no
// monitor of ours, not stopped; QEMU itself reads on in images whose chain the definition leaves
// open. `environment` as in legacy_line(), of that dialect alone.
Converted to_native(const std::string& file, std::string_view xml, Dialect dialect,
                    std::span<const RawVariable> environment = {});

NativeLine modern_line(const GuestDefinition& definition);

} // namespace vmwarden::native
