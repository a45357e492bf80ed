// SPDX-License-Identifier: LGPL-2.1-or-later
// -numa: the nodes of memory that the guest sees.
#include "src/base/text.h"
#include "src/native/import_memory.h"

namespace vmwarden::native {

namespace {

constexpr unsigned most_cells = 128;

std::optional<unsigned> small(const std::optional<std::string>& text) {
    const auto number = text ? parse_unsigned(*text) : std::nullopt;
    if (!number || *number > NumberSet::largest) return std::nullopt;
    return static_cast<unsigned>(*number);
}

struct Cell {
    NumaCell cell;
    std::optional<MemoryObject> memory;
    bool sized = false;
};

class CellReader {
  public:
    explicit CellReader(Import& import)
      : import_(import) {}

    // All of them, or none: one that is kept would count anew.
    bool read() {
        for (auto& words : import_.numa)
            if (!read_words(words)) return false;
        if (cells_.empty() || cells_.rbegin()->first != cells_.size() - 1) return false;
        return fill_processors() && fill_memory() && give();
    }

  private:
    bool read_words(Pending& words) {
        auto properties = words.properties;
        const auto type = properties.take("type").value_or("");
        const bool read = type == "node"   ? read_node(properties, words)
                          : type == "dist" ? read_distance(properties)
                          : type == "cpu"  ? read_processor(properties)
                                           : false;
        return read && properties.left().empty();
    }

    bool read_node(Properties& properties, const Pending& words) {
        const auto said = properties.take("nodeid");
        const auto id = said ? small(said) : std::optional(static_cast<unsigned>(cells_.size()));
        if (!id || *id >= most_cells || cells_.contains(*id)) return false;
        Cell cell;
        cell.cell.place = words.option->word.place;
        for (const auto& text : properties.take_all("cpus")) {
            const auto cpus = NumberSet::parse(text);
            if (!cpus || cpus->overlaps(processors_)) return false;
            cell.cell.cpus.add(*cpus);
            processors_.add(*cpus);
        }
        if (!take_memory(properties, cell)) return false;
        cells_.emplace(*id, std::move(cell));
        return true;
    }

    bool take_memory(Properties& properties, Cell& cell) {
        const auto object = properties.take("memdev");
        const auto size = properties.take("mem");
        if (object && size) return false;
        cell.sized = object || size;
        if (size) {
            const auto bytes = size_of(*size, 20);
            if (bytes) cell.cell.memory = *bytes;
            return bytes.has_value();
        }
        if (!object) return true;
        const auto found = import_.objects.find(*object);
        if (found == import_.objects.end() || found->second.done) return false;
        cell.memory = read_memory_object(found->second);
        if (cell.memory) cell.cell.memory = cell.memory->size;
        return cell.memory.has_value();
    }

    bool read_distance(Properties& properties) {
        const auto from = small(properties.take("src"));
        const auto to = small(properties.take("dst"));
        const auto value = small(properties.take("val"));
        if (!from || !to || !value || !cells_.contains(*from) || !cells_.contains(*to))
            return false;
        auto& distances = cells_.at(*from).cell.distances;
        if (std::ranges::count(distances, *to, &CellDistance::cell) != 0) return false;
        distances.push_back({*to, *value});
        return true;
    }

    // Processors by their place in the topology; what is not said of it is any.
    bool read_processor(Properties& properties) {
        const auto node = small(properties.take("node-id"));
        if (!node || !cells_.contains(*node)) return false;
        std::map<std::string_view, std::optional<unsigned>> wanted;
        for (const auto* key : {"socket-id", "die-id", "core-id", "thread-id"}) {
            const auto text = properties.take(key);
            wanted[key] = small(text);
            if (text && !wanted[key]) return false;
        }
        const auto topology =
            import_.guest.cpu.topology.value_or(CpuTopology{.sockets = import_.guest.vcpus});
        for (unsigned cpu = 0; cpu < import_.guest.vcpus; ++cpu) {
            const auto is = [&](const char* key, unsigned value) {
                return wanted[key].value_or(value) == value;
            };
            const auto core = cpu / topology.threads;
            const auto die = core / topology.cores;
            if (!is("thread-id", cpu % topology.threads) || !is("core-id", core % topology.cores) ||
                !is("die-id", die % topology.dies) || !is("socket-id", die / topology.dies))
                continue;
            const NumberSet one(cpu, cpu);
            if (processors_.overlaps(one)) return false;
            processors_.add(one);
            cells_.at(*node).cell.cpus.add(one);
        }
        return true;
    }

    // Where there is one cell, all are in it; of several, QEMU would choose by its machine.
    bool fill_processors() {
        NumberSet all(0, import_.guest.vcpus - 1);
        if (!all.includes(processors_)) return false;
        all.remove(processors_);
        if (all.empty()) return true;
        if (cells_.size() != 1) return false;
        cells_.begin()->second.cell.cpus.add(all);
        return true;
    }

    bool fill_memory() {
        if (cells_.size() == 1 && !cells_.begin()->second.sized)
            cells_.begin()->second.cell.memory = import_.guest.memory;
        std::uint64_t sum = 0;
        std::vector<MemoryObject> objects;
        for (const auto& [id, cell] : cells_) {
            sum += cell.cell.memory.count;
            if (cell.memory) objects.push_back(*cell.memory);
        }
        if (sum != import_.guest.memory.count) return false;
        if (objects.empty()) return true;
        if (objects.size() != cells_.size()) return false;
        const auto backing = common_backing(import_, objects);
        if (!backing) return false;
        backing_ = *backing;
        place_objects(objects);
        return true;
    }

    void place_objects(const std::vector<MemoryObject>& objects) {
        const auto same = [&](const MemoryObject& other) {
            return other.placement == objects.front().placement;
        };
        if (std::ranges::all_of(objects, same)) {
            tune_.memory = objects.front().placement;
            return;
        }
        for (unsigned id = 0; id < objects.size(); ++id)
            if (objects[id].placement) tune_.cells.push_back({id, *objects[id].placement});
    }

    bool give() {
        auto probe = memory_of(import_);
        if (backing_) probe.memory_backing = *backing_;
        probe.numa_tune = tune_;
        for (auto& [id, cell] : cells_) {
            if (cell.memory) cell.cell.access = access_of(probe.memory_backing, *cell.memory);
            probe.numa_cells.push_back(cell.cell);
        }
        if (!import_.accepts(probe)) return false;
        import_.guest.memory_backing = probe.memory_backing;
        import_.guest.numa_tune = probe.numa_tune;
        import_.guest.numa_cells = probe.numa_cells;
        for (auto& [id, cell] : cells_)
            if (cell.memory) use(import_, *cell.memory);
        return true;
    }

    Import& import_;
    std::map<unsigned, Cell> cells_;
    NumberSet processors_; // in any of them
    std::optional<MemoryBacking> backing_;
    NumaTune tune_;
};

} // namespace

void import_numa(Import& import, const Option& option) {
    auto properties = Properties::parse(option.value(), "type");
    if (!properties) return import.error(option, "'" + option.text() + "' cannot be taken apart");
    import.numa.push_back({&option, *std::move(properties)});
}

void settle_cells(Import& import) {
    if (import.numa.empty() || CellReader(import).read()) return;
    for (const auto& words : import.numa)
        import.keep(*words.option);
}

} // namespace vmwarden::native
