// SPDX-License-Identifier: LGPL-2.1-or-later
// Where the guest's memory comes from: the objects of -object memory-backend-*, what of them is all
// memory's, and modules.
#include "src/native/import_memory.h"

#include "src/base/text.h"

#include <bit>

namespace vmwarden::native {

namespace {

constexpr domain::Word<NumaMode> policies[] = {{"bind", NumaMode::strict},
                                               {"preferred", NumaMode::preferred},
                                               {"interleave", NumaMode::interleave}};
constexpr std::uint64_t kib = 1024;

// Pages of a file system that has no others: "/dev/hugepages", "/dev/hugepages1G/libvirt/…".
bool is_hugepages(std::string_view path, std::uint64_t& page_size) {
    constexpr std::string_view usual = "/dev/hugepages";
    if (!path.starts_with(usual)) return false;
    const auto rest = path.substr(usual.size());
    const auto size = rest.substr(0, rest.find('/'));
    if (size.empty()) return true;
    if (size == "1G") page_size = 1024 * kib;
    if (size == "2M") page_size = 2 * kib;
    return size == "1G" || size == "2M";
}

bool is_shared_memory(std::string_view path) {
    return path == "/dev/shm" || path.starts_with("/dev/shm/");
}

class ObjectReader {
  public:
    explicit ObjectReader(Pending& object)
      : object_(object)
      , properties_(object.properties) {}

    std::optional<MemoryObject> read() {
        MemoryObject memory;
        memory.object = &object_;
        properties_.take("id");
        const auto type = properties_.take("qom-type").value_or("");
        const auto size = size_of(properties_.take("size").value_or(""), 0);
        memory.shared = turn("share", false);
        memory.immediate = turn("prealloc", false);
        memory.huge = turn("hugetlb", false);
        memory.memfd = type == "memory-backend-memfd" || memory.shared;
        memory.has_context = properties_.take("prealloc-context").has_value();
        if (const auto threads = properties_.take("prealloc-threads")) {
            const auto number = parse_unsigned(*threads);
            if (!number || *number == 0 || *number > 4096) failed_ = true;
            memory.threads = static_cast<unsigned>(number.value_or(0));
        }
        if (const auto page = properties_.take("hugetlbsize")) take_page_size(*page, memory);
        // So it is where nothing else is said of these.
        if (!turn("reserve", true) || !turn("dump", true) || !turn("merge", true)) failed_ = true;
        if (turn("x-use-canonical-path-for-ramblock-id", false)) failed_ = true;
        if (type == "memory-backend-file")
            take_file(memory);
        else if (type != "memory-backend-ram" && type != "memory-backend-memfd")
            failed_ = true;
        take_placement(memory);
        if (!size || size->count % kib != 0 || failed_ || !properties_.left().empty())
            return std::nullopt;
        memory.size = *size;
        return memory;
    }

  private:
    bool turn(std::string_view key, bool otherwise) {
        const auto text = properties_.take(key);
        const auto on = text ? switch_of(*text) : otherwise;
        if (!on) failed_ = true;
        return on.value_or(otherwise);
    }

    void take_page_size(const std::string& text, MemoryObject& memory) {
        const auto size = size_of(text, 0);
        if (!size || size->count % kib != 0 || !std::has_single_bit(size->count)) failed_ = true;
        memory.page_size = size ? size->count / kib : 0;
    }

    // Files that are only a name for pages.
    void take_file(MemoryObject& memory) {
        const auto path = properties_.take("mem-path").value_or("");
        turn("discard-data", false); // nothing is left of it in any case
        memory.memfd = true;
        memory.huge = is_hugepages(path, memory.page_size);
        if (!memory.huge && !(is_shared_memory(path) && memory.shared)) failed_ = true;
    }

    void take_placement(MemoryObject& memory) {
        const auto policy = properties_.take("policy");
        MemoryPlacement placement;
        for (const auto& text : properties_.take_all("host-nodes")) {
            const auto nodes = NumberSet::parse(text);
            if (!nodes) failed_ = true;
            if (nodes) placement.nodes.add(*nodes);
        }
        if (placement.nodes.empty() && (!policy || policy == "default")) return;
        const auto* const word =
            std::ranges::find(policies, policy.value_or(""), &domain::Word<NumaMode>::text);
        if (word == std::end(policies) || placement.nodes.empty()) {
            failed_ = true;
            return;
        }
        placement.mode = word->value;
        memory.placement = placement;
    }

    Pending& object_;
    Properties properties_;
    bool failed_ = false;
};

// What the definition says of all memory, and of one part where that differs.
MemoryAccess own_access(const MemoryBacking& all, const MemoryObject& memory) {
    if (memory.shared == (all.access == MemoryAccess::shared)) return MemoryAccess::unsaid;
    return memory.shared ? MemoryAccess::shared : MemoryAccess::private_;
}

bool fits_backing(const MemoryBacking& all, const MemoryObject& memory) {
    const bool memfd = memory.huge || memory.shared || all.source == MemorySource::memfd;
    return memory.immediate == all.immediate && memory.threads == all.threads &&
           (memory.memfd || memory.huge) == memfd;
}

// The same for all, or for each cell what it has.
bool put_pages(MemoryBacking& backing, const std::vector<MemoryObject>& parts) {
    const auto& first = parts.front();
    const auto same = [&](const MemoryObject& other) {
        return other.huge == first.huge && other.page_size == first.page_size;
    };
    backing.hugepages = std::ranges::any_of(parts, &MemoryObject::huge);
    if (std::ranges::all_of(parts, same)) {
        backing.page_size = first.page_size;
        return true;
    }
    for (unsigned cell = 0; cell < parts.size(); ++cell) {
        if (!parts[cell].huge) continue;
        if (parts[cell].page_size == 0) return false;
        auto& all = backing.cell_pages;
        auto pages = std::ranges::find(all, parts[cell].page_size, &CellPages::page_size);
        if (pages == all.end()) pages = all.insert(all.end(), {{}, parts[cell].page_size});
        pages->cells.add(NumberSet(cell, cell));
    }
    return true;
}

// Of memory of this cell that says nothing itself; none: it has no huge ones.
std::optional<std::uint64_t> usual_pages(const MemoryBacking& backing, unsigned cell) {
    if (!backing.hugepages) return std::nullopt;
    for (const auto& pages : backing.cell_pages)
        if (pages.cells.contains(cell)) return pages.page_size;
    if (backing.page_size == 0 && !backing.cell_pages.empty()) return std::nullopt;
    return backing.page_size;
}

// Of a module, by the word of its address "slot=" and "addr=".
void take_dimm_place(DeviceReader& device, DeviceInfo& info) {
    DimmAddress address;
    device.number("slot", address.slot);
    device.number("addr", address.base);
    if (address != DimmAddress{}) info.address = address;
    device.on_no_bus(info);
}

bool read_module(Import& import, Pending& pending) {
    DeviceReader device(import, pending);
    auto& guest = import.guest;
    auto* object = device.end("memdev", import.objects);
    const auto memory = object != nullptr ? read_memory_object(*object) : std::nullopt;
    if (!memory || !fits_backing(guest.memory_backing, *memory)) return false;
    MemoryModule module;
    module.place = device.place();
    module.size = memory->size;
    device.number("node", module.cell);
    if (module.cell == 0 && guest.numa_cells.size() <= 1) module.cell.reset();
    take_dimm_place(device, module.info);
    module.access = own_access(guest.memory_backing, *memory);
    const auto pages = memory->huge ? std::optional(memory->page_size) : std::nullopt;
    if (pages != usual_pages(guest.memory_backing, module.cell.value_or(0))) {
        if (memory->page_size == 0) return false;
        module.page_size = memory->page_size;
    }
    const auto& tune = guest.numa_tune;
    const auto cell = std::ranges::find(tune.cells, module.cell.value_or(0), &CellPlacement::cell);
    const auto usual = cell != tune.cells.end() ? std::optional(cell->memory) : tune.memory;
    if (memory->placement != usual) {
        if (!memory->placement || memory->placement->mode != NumaMode::strict) return false;
        module.nodes = memory->placement->nodes;
    }
    if (!device.complete()) return false;
    auto probe = memory_of(import);
    probe.memory.count += module.size.count;
    probe.memory_modules.push_back(module);
    if (!import.accepts(probe)) return false;
    guest.memory = probe.memory;
    guest.memory_modules.push_back(std::move(module));
    use(import, *memory);
    return true;
}

// The option that is merged with the other -m.
void keep_limits(Import& import, const Option& option) {
    auto properties = Properties::parse(option.value(), "size").value_or(Properties());
    std::string text;
    for (const auto& property : properties.all())
        if (property.key != "size")
            text += (text.empty() ? "" : ",") + property.key + "=" + property.value;
    import.keep_as(option, {"-m", text},
                   "'" + printable(text) +
                       "' of -m has no place in the XML: kept in <qemu:commandline>");
}

// After the cells: what is to be plugged in counts as well.
void settle_limits(Import& import) {
    if (import.memory_limits == nullptr) return;
    auto properties =
        Properties::parse(import.memory_limits->value(), "size").value_or(Properties());
    const auto slots = parse_unsigned(properties.take("slots").value_or(""));
    const auto size = size_of(properties.take("maxmem").value_or(""), 20);
    properties.take("size");
    auto probe = memory_of(import);
    if (slots && size && *slots <= std::numeric_limits<unsigned>::max())
        probe.max_memory = MaxMemory{*size, static_cast<unsigned>(*slots), {}};
    if (probe.max_memory && properties.left().empty() && import.accepts(probe))
        import.guest.max_memory = probe.max_memory;
    else
        keep_limits(import, *import.memory_limits);
}

// A machine's memory in one piece.
void settle_machine_memory(Import& import) {
    const auto word = import.machine_words.find("memory-backend");
    if (word == import.machine_words.end()) return;
    const auto object = import.objects.find(word->second.value);
    if (object == import.objects.end() || object->second.done) return;
    const auto memory = read_memory_object(object->second);
    if (!memory || memory->size.count != import.guest.memory.count) return;
    const auto backing = common_backing(import, {*memory});
    if (!backing) return;
    auto probe = memory_of(import);
    probe.memory_backing = *backing;
    probe.numa_tune.memory = memory->placement;
    if (!import.accepts(probe)) return;
    import.guest.memory_backing = probe.memory_backing;
    import.guest.numa_tune = probe.numa_tune;
    word->second.done = true;
    use(import, *memory);
}

// Of a machine that says nothing else: "-mem-path /dev/hugepages".
void settle_path(Import& import) {
    if (import.memory_path == nullptr) return;
    auto& backing = import.guest.memory_backing;
    std::uint64_t page_size = 0;
    if (!import.numa.empty() || !is_hugepages(import.memory_path->value(), page_size))
        return import.keep(*import.memory_path);
    backing.hugepages = true;
    backing.page_size = page_size;
}

} // namespace

std::optional<MemoryObject> read_memory_object(Pending& object) {
    return ObjectReader(object).read();
}

void use(Import& import, const MemoryObject& memory) {
    memory.object->done = true;
    if (memory.has_context)
        import.warn(*memory.object->option, "which threads fill the memory of '" +
                                                memory.object->option->text() +
                                                "' is left out: QEMU chooses them");
}

std::optional<MemoryBacking> common_backing(const Import& import,
                                            const std::vector<MemoryObject>& parts) {
    auto backing = import.guest.memory_backing;
    const auto& first = parts.front();
    bool all_shared = true;
    bool all_memfd = true;
    for (const auto& part : parts) {
        if (part.immediate != first.immediate) return std::nullopt;
        all_shared = all_shared && part.shared;
        all_memfd = all_memfd && part.memfd;
    }
    if (!put_pages(backing, parts)) return std::nullopt;
    backing.threads = first.threads;
    backing.immediate = first.immediate || backing.immediate;
    if (all_shared) backing.access = MemoryAccess::shared;
    if (all_memfd && !backing.hugepages) backing.source = MemorySource::memfd;
    for (const auto& part : parts)
        if (!fits_backing(backing, part)) return std::nullopt;
    return backing;
}

MemoryAccess access_of(const MemoryBacking& all, const MemoryObject& part) {
    return own_access(all, part);
}

GuestDefinition memory_of(const Import& import) {
    const auto& guest = import.guest;
    GuestDefinition probe;
    probe.type = guest.type;
    probe.os = guest.os;
    probe.os.boot.clear();
    probe.features.acpi = guest.features.acpi;
    probe.memory = guest.memory;
    probe.max_memory = guest.max_memory;
    probe.memory_backing = guest.memory_backing;
    probe.numa_tune = guest.numa_tune;
    probe.vcpus = guest.vcpus;
    probe.numa_cells = guest.numa_cells;
    probe.memory_modules = guest.memory_modules;
    return probe;
}

void import_memory_path(Import& import, const Option& option) {
    if (import.memory_path != nullptr) return import.keep(option);
    import.memory_path = &option;
}

// -overcommit, and what it was called before: -realtime.
void import_overcommit(Import& import, const Option& option) {
    auto properties = Properties::parse(option.value()).value_or(Properties());
    const auto lock = properties.take(option.name == "realtime" ? "mlock" : "mem-lock");
    const auto on = lock ? switch_of(*lock) : std::nullopt;
    if ((lock && !on) || !properties.left().empty()) return import.keep(option);
    import.guest.memory_backing.locked = on == true;
}

void settle_memory(Import& import) {
    settle_cells(import);
    settle_machine_memory(import);
    settle_path(import);
    settle_limits(import);
    for (auto& device : import.devices)
        if (device.driver == "pc-dimm" && !device.done) device.done = read_module(import, device);
}

} // namespace vmwarden::native
