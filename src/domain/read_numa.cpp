// SPDX-License-Identifier: LGPL-2.1-or-later
// <maxMemory>, the cells of <cpu>, <numatune>, and the modules of <devices>.
#include "src/domain/readers.h"
#include "src/domain/values.h"

#include <algorithm>
#include <bit>

namespace vmwarden::domain {

namespace {

constexpr std::uint64_t most_cells = 128;
constexpr std::uint64_t most_slots = 256; // what machines have room for in QEMU
constexpr std::uint64_t module_step = 2ULL * 1024 * 1024;
constexpr std::string_view not_in_files = "guests' memory is not in files: nothing is left of it";

constexpr NotDone cell_refused[] = {{"discard", not_in_files}};
constexpr NotDone cell_children_refused[] = {
    {"cache", "how fast memory is, QEMU tells nobody in this version"}};
constexpr NotDone numa_refused[] = {
    {"interconnects", "how fast memory is, QEMU tells nobody in this version"}};
constexpr std::string_view no_numad = "numad is not asked: the host's administrator places guests";
constexpr Word<bool> placements[] = {{"static", true}};
constexpr NotDone placements_refused[] = {{"auto", no_numad}};
constexpr Word<bool> module_models[] = {{"dimm", true}};
constexpr std::string_view from_files = "its contents would be a file of the host's";
constexpr NotDone module_models_refused[] = {
    {"nvdimm", from_files},
    {"virtio-pmem", from_files},
    {"virtio-mem", "how much of it the guest has is not changed while it runs in this version"},
    {"sgx-epc", "memory that the host cannot read is not given to guests"}};
constexpr NotDone module_refused[] = {{"discard", not_in_files}};
constexpr NotDone module_children_refused[] = {
    {"uuid", "only models 'nvdimm' and 'virtio-pmem' have one"}};
constexpr std::string_view of_virtio_mem = "only model 'virtio-mem' has it";
constexpr NotDone target_children_refused[] = {{"label", "only model 'nvdimm' has it"},
                                               {"readonly", "only model 'nvdimm' has it"},
                                               {"requested", of_virtio_mem},
                                               {"current", of_virtio_mem},
                                               {"block", of_virtio_mem},
                                               {"dynamicMemslots", of_virtio_mem},
                                               {"address", of_virtio_mem}};
constexpr NotDone source_children_refused[] = {{"path", "only models of files have it"},
                                               {"alignsize", "only model 'nvdimm' has it"},
                                               {"pmem", "only model 'nvdimm' has it"}};

std::optional<unsigned> read_number(ElementReader& element, const std::optional<Value>& text,
                                    std::string_view name, std::uint64_t least,
                                    std::uint64_t most) {
    const auto number =
        text ? number_from(*text, name, least, most, element.report()) : std::nullopt;
    return number ? std::optional(static_cast<unsigned>(*number)) : std::nullopt;
}

void read_distances(ElementReader& element, NumaCell& cell) {
    element.children("sibling", [&](ElementReader& sibling) {
        const auto id =
            read_number(sibling, sibling.required_attribute("id"), "id", 0, most_cells - 1);
        const auto value =
            read_number(sibling, sibling.required_attribute("value"), "value", 10, 255);
        if (!id || !value) return;
        if (std::ranges::count(cell.distances, *id, &CellDistance::cell) != 0)
            return sibling.error(sibling.at(), "cell " + std::to_string(*id) + " is listed twice",
                                 "remove one of them");
        cell.distances.push_back({*id, *value});
    });
}

struct ReadCell {
    std::optional<unsigned> id;
    NumaCell cell;
};

ReadCell read_cell(ElementReader& element, const GuestDefinition& guest) {
    ReadCell read;
    auto& cell = read.cell;
    cell.place = element.place();
    read.id = read_number(element, element.attribute("id"), "id", 0, most_cells - 1);
    if (const auto cpus = element.attribute("cpus")) {
        cell.cpus = numbers_from(*cpus, "cpus", element.report()).value_or(NumberSet());
        if (!cell.cpus.empty() && cell.cpus.back() >= guest.vcpus)
            element.error(cpus->at,
                          "the guest has no processor " + std::to_string(cell.cpus.back()),
                          "they are 0 to " + std::to_string(guest.vcpus - 1));
    }
    const auto memory = element.required_attribute("memory");
    const auto unit = element.attribute("unit");
    if (memory) cell.memory = memory_from(*memory, unit, element.report()).value_or(Bytes{});
    cell.access = element.word("memAccess", memory_accesses).value_or(MemoryAccess::unsaid);
    element.child("distances", [&](ElementReader& distances) { read_distances(distances, cell); });
    element.refuse_attributes(cell_refused);
    element.refuse_children(cell_children_refused);
    return read;
}

// Cells are numbered all or not at all; the second means the order in which they stand.
bool put_in_order(ElementReader& numa, std::vector<ReadCell>& cells) {
    const auto numbered = std::ranges::count_if(cells, [](const auto& it) { return !!it.id; });
    if (numbered != 0 && static_cast<std::size_t>(numbered) != cells.size()) {
        numa.error(numa.at(), "some cells have an id and some have none", "give each its own");
        return false;
    }
    std::ranges::stable_sort(cells, {}, &ReadCell::id);
    for (std::size_t i = 0; numbered != 0 && i < cells.size(); ++i)
        if (*cells[i].id != i) {
            numa.error(numa.at(), "there is not one cell " + std::to_string(i),
                       "number the cells 0, 1, 2 and so on, each once");
            return false;
        }
    return true;
}

void check_cells(ElementReader& numa, const std::vector<NumaCell>& cells) {
    NumberSet seen;
    for (const auto& cell : cells) {
        if (seen.overlaps(cell.cpus))
            numa.error(numa.at(), "a processor is in two cells", "list each in one");
        seen.add(cell.cpus);
        for (const auto& distance : cell.distances) {
            const bool itself = distance.cell < cells.size() && &cells[distance.cell] == &cell;
            if (distance.cell >= cells.size())
                numa.error(numa.at(),
                           "a distance leads to cell " + std::to_string(distance.cell) +
                               ", which is not there",
                           "remove it");
            else if (itself != (distance.value == 10))
                numa.error(numa.at(), "10 is the distance of a cell to itself, and of no other",
                           "write 20, say, for the others");
        }
    }
    if (seen.empty())
        numa.error(numa.at(), "no cell has a processor", "write cpus='0' for one of them");
}

std::optional<MemoryPlacement> read_placement(ElementReader& element) {
    MemoryPlacement placement;
    placement.place = element.place();
    placement.mode = element.word("mode", numa_modes).value_or(NumaMode::strict);
    const auto nodes = element.attribute("nodeset");
    if (element.attribute("placement")) {
        if (!element.word("placement", placements, placements_refused)) return std::nullopt;
    }
    if (!nodes) {
        element.error(element.at(), element.tag() + " says no nodes of the host",
                      "write nodeset='0'");
        return std::nullopt;
    }
    const auto set = numbers_from(*nodes, "nodeset", element.report());
    if (!set) return std::nullopt;
    placement.nodes = *set;
    if (placement.mode == NumaMode::preferred && placement.nodes.size() != 1)
        element.error(nodes->at, "only one node can be preferred",
                      "name one, or write mode='interleave' or mode='strict'");
    return placement;
}

void read_cell_placement(ElementReader& element, GuestDefinition& guest) {
    auto& tune = guest.numa_tune;
    const auto id_text = element.required_attribute("cellid");
    const auto id = read_number(element, id_text, "cellid", 0, most_cells - 1);
    const auto placement = read_placement(element);
    if (!id || !placement) return;
    if (*id >= guest.numa_cells.size())
        element.error(id_text->at, "there is no cell " + std::to_string(*id),
                      "add it to <numa> in <cpu>, or remove <memnode>");
    const bool restricts = tune.memory && tune.memory->mode == NumaMode::restrictive;
    if ((placement->mode == NumaMode::restrictive) != restricts)
        element.error(element.at(), "mode 'restrictive' is for all of the guest's memory",
                      "write it in <memory> and in each <memnode>, or in none");
    if (std::ranges::count(tune.cells, *id, &CellPlacement::cell) != 0)
        return element.error(id_text->at, "cell " + std::to_string(*id) + " is placed twice",
                             "remove one of them");
    tune.cells.push_back({*id, *placement});
}

void read_module_target(ElementReader& target, MemoryModule& module, const GuestDefinition& guest) {
    target.child("size", [&](ElementReader& size) {
        const auto unit = size.attribute("unit");
        const auto value = size.trimmed_text();
        module.size = memory_from(value, unit, size.report()).value_or(Bytes{});
        if (module.size.count % module_step != 0)
            size.error(value.at, "a module's size is a multiple of 2 MiB", "write unit='MiB'");
    });
    target.child("node", [&](ElementReader& node) {
        const auto value = node.trimmed_text();
        module.cell = read_number(node, value, "node", 0, most_cells - 1);
        if (module.cell && *module.cell >= std::max<std::size_t>(guest.numa_cells.size(), 1))
            node.error(value.at, "there is no cell " + std::to_string(*module.cell),
                       "add it to <numa> in <cpu>, or write another");
    });
    target.refuse_children(target_children_refused);
}

void read_module_source(ElementReader& source, MemoryModule& module) {
    source.child("pagesize", [&](ElementReader& size) {
        const auto unit = size.attribute("unit");
        const auto value = size.trimmed_text();
        const auto bytes = memory_from(value, unit, size.report());
        if (bytes && !std::has_single_bit(bytes->count))
            size.error(value.at, "a page's size is a power of two", "write unit='MiB' and 2");
        module.page_size = bytes ? bytes->count / 1024 : 0;
    });
    source.child("nodemask", [&](ElementReader& nodes) {
        module.nodes =
            numbers_from(nodes.trimmed_text(), "nodemask", nodes.report()).value_or(NumberSet());
    });
    source.refuse_children(source_children_refused);
}

std::uint64_t bytes_of(const std::vector<NumaCell>& cells) {
    std::uint64_t sum = 0;
    for (const auto& cell : cells)
        sum += cell.memory.count;
    return sum;
}

} // namespace

void read_max_memory(ElementReader& element, GuestDefinition& guest) {
    MaxMemory most;
    most.place = element.place();
    const auto slots = element.required_attribute("slots");
    const auto count = read_number(element, slots, "slots", 1, most_slots);
    const auto unit = element.attribute("unit");
    const auto size = memory_from(element.trimmed_text(), unit, element.report());
    if (!count || !size) return;
    most.slots = *count;
    most.size = *size;
    guest.max_memory = most;
}

void read_numa(ElementReader& numa, GuestDefinition& guest) {
    std::vector<ReadCell> cells;
    numa.children("cell", [&](ElementReader& element) {
        if (cells.size() == most_cells)
            element.error(element.at(), "there are more cells than " + std::to_string(most_cells));
        if (cells.size() >= most_cells) return element.skip_rest();
        cells.push_back(read_cell(element, guest));
    });
    numa.refuse_children(numa_refused);
    if (cells.empty() && !numa.report().has_errors())
        numa.error(numa.at(), "<numa> has no cell", "add one, or remove <numa>");
    if (!put_in_order(numa, cells)) return;
    for (auto& read : cells)
        guest.numa_cells.push_back(std::move(read.cell));
    if (!numa.report().has_errors()) check_cells(numa, guest.numa_cells);
}

void read_numatune(ElementReader& numatune, GuestDefinition& guest) {
    auto& tune = guest.numa_tune;
    numatune.child("memory", [&](ElementReader& memory) { tune.memory = read_placement(memory); });
    numatune.children("memnode",
                      [&](ElementReader& memnode) { read_cell_placement(memnode, guest); });
    std::ranges::sort(tune.cells, {}, &CellPlacement::cell);
}

void check_slot(ElementReader& element, const MemoryModule& module, const GuestDefinition& guest) {
    const auto slot_of = [](const MemoryModule& of) {
        const auto* address = address_as<DimmAddress>(of.info);
        return address == nullptr ? std::nullopt : address->slot;
    };
    const auto slot = slot_of(module);
    if (!slot) return;
    if (guest.max_memory && *slot >= guest.max_memory->slots)
        return element.error(element.at(), "<maxMemory> has no slot " + std::to_string(*slot),
                             "they are counted from 0");
    for (const auto& other : guest.memory_modules)
        if (slot_of(other) == slot)
            return element.error(element.at(),
                                 "slot " + std::to_string(*slot) +
                                     " is taken by the module of line " +
                                     std::to_string(other.place.line),
                                 "give it another slot, or leave <address> out");
}

void read_memory_module(ElementReader& element, GuestDefinition& guest) {
    MemoryModule module;
    module.place = element.place();
    if (!element.required_word("model", module_models, module_models_refused))
        return element.skip_rest();
    module.access = element.word("access", memory_accesses).value_or(MemoryAccess::unsaid);
    element.refuse_attributes(module_refused);
    element.child("source", [&](ElementReader& source) { read_module_source(source, module); });
    element.child("target",
                  [&](ElementReader& target) { read_module_target(target, module, guest); });
    element.refuse_children(module_children_refused);
    module.info = read_device_info(element, {AddressKind::dimm});
    check_slot(element, module, guest);
    if (module.size.count == 0 && !element.report().has_errors())
        element.error(element.at(), "a memory module has no size",
                      "write <target><size unit='MiB'>512</size></target>");
    const auto slots = guest.max_memory ? guest.max_memory->slots : 0;
    if (guest.memory_modules.size() >= slots && !element.report().has_errors())
        element.error(element.at(), "<maxMemory> has no slot for this module",
                      "write <maxMemory slots='" + std::to_string(guest.memory_modules.size() + 1) +
                          "' ...>");
    guest.memory_modules.push_back(std::move(module));
}

// After everything else has been read: what these elements say of each other.
void check_memory(ElementReader& domain, const GuestDefinition& guest) {
    if (domain.report().has_errors()) return;
    std::uint64_t modules = 0;
    for (const auto& module : guest.memory_modules)
        modules += module.size.count;
    const auto parts = (bytes_of(guest.numa_cells) + modules) / 1024;
    if (!guest.numa_cells.empty() && parts != guest.memory.count / 1024)
        domain.error(domain.at(),
                     "the cells and modules have " + std::to_string(parts) +
                         " KiB of memory, the guest has " +
                         std::to_string(guest.memory.count / 1024),
                     "write <memory unit='KiB'>" + std::to_string(parts) + "</memory>");
    else if (modules >= guest.memory.count && modules != 0)
        domain.error(domain.at(), "<memory> counts modules as well: nothing is left beside them",
                     "add what the guest is to have without them");
    // QEMU wants room beyond what the guest starts with wherever there are slots.
    if (guest.max_memory && guest.max_memory->size.count < guest.memory.count)
        domain.error(domain.at(), "<maxMemory> is less than <memory>", "raise it");
    else if (guest.max_memory && guest.max_memory->size.count == guest.memory.count - modules)
        domain.error(domain.at(), "<maxMemory> leaves its slots no room", "raise it");
}

} // namespace vmwarden::domain
