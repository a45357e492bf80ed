// SPDX-License-Identifier: LGPL-2.1-or-later
// Command lines from anybody: no crash, nothing said without a reason, and what was understood can
// be written as XML, read again, and, whole, made a line that is understood as well. Seeds:
// tests/golden/native/import.
#include "src/domain/domain_xml.h"
#include "src/native/legacy_xml.h"
#include "src/native/native.h"
#include "src/native/read_argv.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vmwarden;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto read = native::read_argv("fuzz", text);
    if (read.definition.has_value() == read.diagnostics.has_errors()) std::abort();
    render(read.diagnostics, text);
    if (!read.definition) return 0;

    auto named = *read.definition;
    if (named.name.empty()) named.name = "guest";
    const auto xml = write_domain(named);
    const auto again = read_domain("again", xml);
    if (!again.definition) std::abort();
    if (strip_places(*again.definition) != strip_places(named)) std::abort();
    if (read.of_2009 && !read_domain("old", native::legacy_xml(named)).definition) std::abort();

    native::legacy_line(named);
    // What was kept is nobody's to understand, and may be an option that is wrong.
    const auto line = native::modern_line(named);
    if (line.text && named.raw_arguments.empty() &&
        !native::read_argv("line", *line.text).definition)
        std::abort();
    return 0;
}
