// SPDX-License-Identifier: LGPL-2.1-or-later
// Domain XML from anybody: no crash, no definition with errors, and what was accepted survives
// being written and read again. Seeds: tests/golden/domains and tests/golden/domain-errors.
#include "src/domain/domain_xml.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view xml(reinterpret_cast<const char*>(data), size);
    const auto first = vmwarden::read_domain("fuzz", xml);
    if (first.definition.has_value() == first.diagnostics.has_errors()) std::abort();
    if (!first.diagnostics.empty()) vmwarden::render(first.diagnostics, xml);
    for (const auto& diagnostic : first.diagnostics.list())
        if (diagnostic.message == "the document cannot be read reliably") std::abort();
    if (!first.definition) return 0;

    const auto written = vmwarden::write_domain(*first.definition);
    const auto second = vmwarden::read_domain("again", written);
    if (!second.definition) std::abort();
    if (vmwarden::strip_places(*second.definition) != vmwarden::strip_places(*first.definition))
        std::abort();
    if (vmwarden::write_domain(*second.definition) != written) std::abort();
    return 0;
}
