// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/memory.h"

#include "src/qemu/board.h"
#include "src/qemu/command_line.h"
#include "src/qemu/platform.h"

#include <algorithm>

namespace vmwarden::qemu {

namespace {

constexpr unsigned near = 10; // of firmware's tables, as the next
constexpr unsigned far = 20;

std::uint64_t whole_kib(std::uint64_t bytes) {
    return bytes / 1024 + (bytes % 1024 != 0 ? 1 : 0);
}

// As QEMU does with -m: both must be the same.
std::uint64_t rounded(std::uint64_t bytes) {
    constexpr std::uint64_t step = 8192;
    return (bytes + step - 1) / step * step;
}

std::uint64_t memory_of_modules(const GuestDefinition& definition) {
    std::uint64_t sum = 0;
    for (const auto& module : definition.memory_modules)
        sum += module.size.count;
    return sum;
}

// What one object of memory is to be.
struct Wish {
    std::uint64_t bytes = 0;
    MemoryAccess access = MemoryAccess::unsaid;
    std::uint64_t page_size = 0; // KiB; 0: as all memory has it
    const MemoryPlacement* placement = nullptr;
    unsigned cell = 0;
};

std::string_view policy_of(NumaMode mode) {
    switch (mode) {
    case NumaMode::preferred:
        return "preferred";
    case NumaMode::interleave:
        return "interleave";
    case NumaMode::strict:
    case NumaMode::restrictive:
        break;
    }
    return "bind";
}

void put_placement(Json& object, const MemoryPlacement* placement) {
    // A restriction of all that QEMU does is the scope's to make.
    if (placement == nullptr || placement->mode == NumaMode::restrictive) return;
    auto nodes = Json::array();
    for (const auto& range : placement->nodes.ranges())
        for (unsigned node = range.first; node <= range.last; ++node)
            nodes.push_back(node);
    object["host-nodes"] = nodes;
    object["policy"] = policy_of(placement->mode);
}

// The size of its huge pages in KiB, 0 for the host's own; none if it has none.
std::optional<std::uint64_t> pages_of(const MemoryBacking& backing, const Wish& wish) {
    if (wish.page_size != 0) return wish.page_size;
    if (!backing.hugepages) return std::nullopt;
    for (const auto& pages : backing.cell_pages)
        if (pages.cells.contains(wish.cell)) return pages.page_size;
    if (backing.page_size == 0 && !backing.cell_pages.empty()) return std::nullopt;
    return backing.page_size;
}

// Memory that others may see must have a descriptor, and so must huge pages.
void add_object(CommandLine& command, const std::string& id, const MemoryBacking& backing,
                const Wish& wish) {
    const auto access = wish.access == MemoryAccess::unsaid ? backing.access : wish.access;
    const auto pages = pages_of(backing, wish);
    const bool huge = pages.has_value();
    const auto page_size = pages.value_or(0);
    const bool memfd =
        huge || backing.source == MemorySource::memfd || access == MemoryAccess::shared;
    Json object{{"qom-type", memfd ? "memory-backend-memfd" : "memory-backend-ram"},
                {"id", id},
                {"size", rounded(wish.bytes)}};
    if (huge) object["hugetlb"] = true;
    if (page_size != 0) object["hugetlbsize"] = page_size * 1024;
    if (memfd) object["share"] = access == MemoryAccess::shared;
    if (backing.immediate) object["prealloc"] = true;
    if (backing.immediate && backing.threads != 0) object["prealloc-threads"] = backing.threads;
    put_placement(object, wish.placement);
    command.add("-object", object);
}

const MemoryPlacement* placement_of(const NumaTune& tune, std::optional<unsigned> cell) {
    for (const auto& placed : tune.cells)
        if (cell == placed.cell) return &placed.memory;
    return tune.memory ? &*tune.memory : nullptr;
}

bool has_wish(const GuestDefinition& definition) {
    const auto& backing = definition.memory_backing;
    const auto& memory = definition.numa_tune.memory;
    return backing.hugepages || backing.source != MemorySource::unsaid ||
           backing.access != MemoryAccess::unsaid || backing.immediate ||
           (memory && memory->mode != NumaMode::restrictive);
}

void add_cell(CommandLine& command, const GuestDefinition& definition, unsigned number) {
    const auto& cell = definition.numa_cells[number];
    const auto id = "cell" + std::to_string(number);
    add_object(command, id, definition.memory_backing,
               {.bytes = cell.memory.count,
                .access = cell.access,
                .placement = placement_of(definition.numa_tune, number),
                .cell = number});
    auto cpus = cell.cpus;
    if (number == 0) {
        NumberSet left(0, definition.vcpus - 1);
        for (const auto& other : definition.numa_cells)
            left.remove(other.cpus);
        cpus.add(left);
    }
    Options options("node");
    options.set("nodeid", number);
    for (const auto& range : cpus.ranges())
        options.set("cpus", NumberSet(range.first, range.last).text());
    command.add("-numa", options.set("memdev", id));
}

unsigned distance(const std::vector<NumaCell>& cells, unsigned from, unsigned to) {
    const auto said = [&](unsigned one, unsigned other) {
        const auto& list = cells[one].distances;
        const auto found = std::ranges::find(list, other, &CellDistance::cell);
        return found == list.end() ? 0 : found->value;
    };
    if (const auto value = said(from, to); value != 0) return value;
    if (const auto value = said(to, from); value != 0) return value;
    return from == to ? near : far;
}

// QEMU wants all of them, or none.
void add_distances(CommandLine& command, const std::vector<NumaCell>& cells) {
    if (std::ranges::all_of(cells, [](const auto& cell) { return cell.distances.empty(); })) return;
    for (unsigned from = 0; from < cells.size(); ++from)
        for (unsigned to = 0; to < cells.size(); ++to)
            command.add("-numa", Options("dist")
                                     .set("src", from)
                                     .set("dst", to)
                                     .set("val", distance(cells, from, to)));
}

void add_module(CommandLine& command, const GuestDefinition& definition, std::size_t i) {
    const auto& module = definition.memory_modules[i];
    const auto id = "dimm" + std::to_string(i);
    const MemoryPlacement own{NumaMode::strict, module.nodes};
    add_object(
        command, "memory-" + id, definition.memory_backing,
        {.bytes = module.size.count,
         .access = module.access,
         .page_size = module.page_size,
         .placement = module.nodes.empty() ? placement_of(definition.numa_tune, module.cell) : &own,
         .cell = module.cell.value_or(0)});
    Json device{{"driver", "pc-dimm"},
                {"id", id},
                {"memdev", "memory-" + id},
                {"node", module.cell.value_or(0)}};
    if (const auto* address = address_as<DimmAddress>(module.info)) {
        if (address->slot) device["slot"] = *address->slot;
        if (address->base) device["addr"] = *address->base;
    }
    command.device(device, module.info);
}

} // namespace

void add_memory(CommandLine& command, const GuestDefinition& definition) {
    const auto bytes = definition.memory.count - memory_of_modules(definition);
    Options size;
    size.set("size", std::to_string(whole_kib(bytes)) + "k");
    if (definition.max_memory)
        size.set("slots", definition.max_memory->slots)
            .set("maxmem", std::to_string(whole_kib(definition.max_memory->size.count)) + "k");
    command.add("-m", size);
    if (const auto id = machine_memory(definition); !id.empty())
        add_object(command, id, definition.memory_backing,
                   {.bytes = bytes, .placement = placement_of(definition.numa_tune, std::nullopt)});
    for (unsigned number = 0; number < definition.numa_cells.size(); ++number)
        add_cell(command, definition, number);
    add_distances(command, definition.numa_cells);
    if (locks_memory(definition)) command.add("-overcommit", Options().set("mem-lock", "on"));
}

// Those with a slot of their own first: QEMU gives the others what is free by then.
void add_memory_modules(CommandLine& command, const GuestDefinition& definition) {
    const auto& modules = definition.memory_modules;
    for (const bool placed : {true, false})
        for (std::size_t i = 0; i < modules.size(); ++i)
            if ((address_as<DimmAddress>(modules[i].info) != nullptr) == placed)
                add_module(command, definition, i);
}

std::string machine_memory(const GuestDefinition& definition) {
    return definition.numa_cells.empty() && has_wish(definition) ? "ram0" : "";
}

bool shares_memory(const GuestDefinition& definition) {
    const auto shared = [&](MemoryAccess own) {
        const auto access = own == MemoryAccess::unsaid ? definition.memory_backing.access : own;
        return access == MemoryAccess::shared;
    };
    const auto& cells = definition.numa_cells;
    if (cells.empty()) return shared(MemoryAccess::unsaid);
    return std::ranges::all_of(cells, [&](const NumaCell& cell) { return shared(cell.access); });
}

void check_memory(Diagnostics& found, const GuestDefinition& definition) {
    const auto& modules = definition.memory_modules;
    const auto in_modules = memory_of_modules(definition);
    if (in_modules >= definition.memory.count && in_modules != 0)
        return found.error(definition.memory_place, "modules leave no other memory");
    constexpr std::uint64_t step = 1024ULL * 1024;
    std::uint64_t in_cells = 0;
    for (const auto& cell : definition.numa_cells) {
        in_cells += cell.memory.count;
        if (cell.memory.count % step != 0)
            return found.error(definition.memory_place, "a cell has another size than whole MiB",
                               "write <cell memory='...' unit='MiB'>");
    }
    if (definition.max_memory && definition.max_memory->size.count % step != 0)
        found.error(definition.max_memory->place, "<maxMemory> is no whole number of MiB",
                    "write <maxMemory unit='MiB'>");
    if (!definition.numa_cells.empty() && in_cells + in_modules != definition.memory.count)
        found.error(definition.memory_place, "the cells have another size than the memory");
    for (const auto& controller : definition.controllers)
        if (const auto cell = controller.pci.numa_node;
            cell && *cell >= definition.numa_cells.size())
            found.error(controller.place, "the guest has no cell " + std::to_string(*cell),
                        "add it to <numa> in <cpu>, or remove <node>");
    if (modules.empty()) return;
    if (!definition.features.acpi)
        found.error(modules.front().place, "a machine without ACPI cannot show memory modules",
                    "write <acpi/> in <features>");
    if (!definition.max_memory || definition.max_memory->slots < modules.size())
        found.error(modules.front().place, "there are no slots for the memory modules",
                    "write <maxMemory slots='...'>");
}

} // namespace vmwarden::qemu
