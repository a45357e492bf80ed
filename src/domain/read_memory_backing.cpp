// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/readers.h"
#include "src/domain/values.h"

#include <bit>

namespace vmwarden::domain {

namespace {

constexpr NotDone sources_refused[] = {{"file", "guests' memory is not put into files"}};
constexpr Word<bool> allocations[] = {{"immediate", true}, {"ondemand", false}};
constexpr NotDone backing_refused[] = {
    {"discard", "guests' memory is not in files: nothing is left of it"}};

constexpr std::size_t most_kinds = 64;

void read_page(ElementReader& page, MemoryBacking& backing) {
    const auto number = page.required_attribute("size");
    const auto unit = page.attribute("unit");
    const auto nodes = page.attribute("nodeset");
    const auto size = number ? memory_from(*number, unit, page.report()) : std::nullopt;
    if (!size) return;
    if (!std::has_single_bit(size->count))
        page.error(number->at, "a page's size is a power of two", "write size='2' unit='M'");
    if (!nodes) {
        if (backing.page_size != 0)
            page.error(page.at(), "a second <page> for all memory", "write nodeset='1', say");
        backing.page_size = size->count / 1024;
        return;
    }
    if (backing.cell_pages.size() == most_kinds)
        return page.error(page.at(), "more than " + std::to_string(most_kinds) + " kinds of pages");
    const auto cells = numbers_from(*nodes, "nodeset", page.report());
    if (!cells) return;
    for (const auto& other : backing.cell_pages)
        if (other.cells.overlaps(*cells))
            return page.error(nodes->at, "a node has pages of two sizes", "name it once");
    backing.cell_pages.push_back({*cells, size->count / 1024});
}

} // namespace

void read_memory_backing(ElementReader& element, GuestDefinition& guest) {
    auto& backing = guest.memory_backing;
    backing.place = element.place();
    backing.hugepages = element.child("hugepages", [&](ElementReader& hugepages) {
        hugepages.children("page", [&](ElementReader& page) { read_page(page, backing); });
    });
    backing.nosharepages = element.flag("nosharepages");
    backing.locked = element.flag("locked");
    element.child("source", [&](ElementReader& source) {
        backing.source = source.required_word("type", memory_sources, sources_refused)
                             .value_or(MemorySource::unsaid);
        if (backing.hugepages && backing.source == MemorySource::anonymous)
            source.error(source.at(), "huge pages come from a memfd", "write type='memfd'");
    });
    element.child("access", [&](ElementReader& access) {
        backing.access =
            access.required_word("mode", memory_accesses).value_or(MemoryAccess::unsaid);
    });
    element.child("allocation", [&](ElementReader& allocation) {
        backing.immediate = allocation.word("mode", allocations).value_or(false);
        if (const auto threads = allocation.attribute("threads")) {
            const auto number = number_from(*threads, "threads", 1, 256, allocation.report());
            backing.threads = static_cast<unsigned>(number.value_or(0));
            if (!backing.immediate)
                allocation.error(threads->at, "only what is allocated at start has threads for it",
                                 "write mode='immediate'");
        }
    });
    element.refuse_children(backing_refused);
}

} // namespace vmwarden::domain
