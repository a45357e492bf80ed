// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/readers.h"
#include "src/domain/values.h"

#include <bit>

namespace vmwarden::domain {

namespace {

constexpr NotDone sources_refused[] = {{"file", "guests' memory is not put into files"}};
constexpr NotDone page_refused[] = {{"nodeset", "there are no NUMA nodes in this version"}};
constexpr NotDone allocation_refused[] = {{"threads"}};
constexpr Word<bool> allocations[] = {{"immediate", true}, {"ondemand", false}};
constexpr NotDone backing_refused[] = {{"discard"}};

void read_page(ElementReader& page, MemoryBacking& backing) {
    const auto number = page.required_attribute("size");
    const auto unit = page.attribute("unit");
    page.refuse_attributes(page_refused);
    const auto size = number ? memory_from(*number, unit, page.report()) : std::nullopt;
    if (!size) return;
    if (!std::has_single_bit(size->count))
        page.error(number->at, "a page's size is a power of two", "write size='2' unit='M'");
    backing.page_size = size->count / 1024;
}

} // namespace

void read_memory_backing(ElementReader& element, GuestDefinition& guest) {
    auto& backing = guest.memory_backing;
    backing.place = element.place();
    backing.hugepages = element.child("hugepages", [&](ElementReader& hugepages) {
        hugepages.child("page", [&](ElementReader& page) { read_page(page, backing); });
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
        backing.immediate = allocation.required_word("mode", allocations).value_or(false);
        allocation.refuse_attributes(allocation_refused);
    });
    element.refuse_children(backing_refused);
}

} // namespace vmwarden::domain
