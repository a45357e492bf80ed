// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/memory.h"
#include "tests/unit/qemu/sample.h"

#include <gtest/gtest.h>

namespace vmwarden::qemu {
namespace {

using namespace sample;
using Words = std::vector<std::string>;

constexpr std::uint64_t mebibyte = 1024 * 1024;

GuestDefinition with_cells() {
    auto definition = guest();
    definition.vcpus = 4;
    definition.memory = Bytes{64 * mebibyte};
    definition.numa_cells = {{NumberSet(1, 1), Bytes{32 * mebibyte}},
                             {NumberSet(2, 2), Bytes{32 * mebibyte}, MemoryAccess::shared}};
    return definition;
}

TEST(Memory, processors_of_no_cell_are_in_the_first) {
    EXPECT_EQ(arguments(with_cells(), "-numa"), (Words{"node,nodeid=0,cpus=0-1,cpus=3,memdev=cell0",
                                                       "node,nodeid=1,cpus=2,memdev=cell1"}));
}

TEST(Memory, cells_are_kept_as_they_ask_for) {
    auto definition = with_cells();
    definition.numa_tune.memory = {NumaMode::interleave, NumberSet(0, 1)};
    definition.numa_tune.cells = {{1, {NumaMode::preferred, NumberSet(1, 1)}}};
    EXPECT_EQ(arguments(definition, "-object"),
              (Words{R"({"qom-type":"memory-backend-ram","id":"cell0","size":33554432,)"
                     R"("host-nodes":[0,1],"policy":"interleave"})",
                     R"({"qom-type":"memory-backend-memfd","id":"cell1","size":33554432,)"
                     R"("share":true,"host-nodes":[1],"policy":"preferred"})"}));
    EXPECT_EQ(machine_memory(definition), "");
}

TEST(Memory, all_distances_are_said_when_one_is) {
    auto definition = with_cells();
    definition.numa_cells[1].distances = {{0, 30}};
    const auto numa = arguments(definition, "-numa");
    EXPECT_EQ(Words(numa.begin() + 2, numa.end()),
              (Words{"dist,src=0,dst=0,val=10", "dist,src=0,dst=1,val=30",
                     "dist,src=1,dst=0,val=30", "dist,src=1,dst=1,val=10"}));
}

TEST(Memory, modules_are_taken_off_the_size) {
    auto definition = guest();
    definition.features.acpi = true;
    definition.memory = Bytes{96 * mebibyte};
    definition.max_memory = MaxMemory{Bytes{256 * mebibyte}, 2};
    definition.memory_modules = {{.size = Bytes{32 * mebibyte}, .page_size = 2048}};
    EXPECT_EQ(arguments(definition, "-m"), Words{"size=65536k,slots=2,maxmem=262144k"});
    EXPECT_EQ(arguments(definition, "-object"),
              Words{R"({"qom-type":"memory-backend-memfd","id":"memory-dimm0","size":33554432,)"
                    R"("hugetlb":true,"hugetlbsize":2097152,"share":false})"});
    definition.features.acpi = false;
    EXPECT_TRUE(unsupported(definition).has_errors());
}

TEST(Memory, that_does_not_add_up_is_refused) {
    auto definition = with_cells();
    EXPECT_FALSE(unsupported(definition).has_errors());
    definition.memory = Bytes{65 * mebibyte};
    EXPECT_TRUE(unsupported(definition).has_errors());
}

TEST(IoThreads, are_those_listed_and_the_lowest_free) {
    IoThreads threads{.count = 4, .listed = {{.id = 2}, {.id = 9}}};
    std::vector<unsigned> numbers;
    for (const auto& thread : all_iothreads(threads))
        numbers.push_back(thread.id);
    EXPECT_EQ(numbers, (std::vector<unsigned>{2, 9, 1, 3}));
}

TEST(Memory, cells_have_pages_of_their_own) {
    auto definition = guest();
    definition.vcpus = 3;
    definition.numa_cells = {{NumberSet(0, 0), Bytes{mebibyte}},
                             {NumberSet(1, 1), Bytes{mebibyte}},
                             {NumberSet(2, 2), Bytes{mebibyte}}};
    definition.memory = Bytes{3 * mebibyte};
    auto& backing = definition.memory_backing;
    backing.hugepages = true;
    backing.cell_pages = {{NumberSet(1, 1), 2048}};
    EXPECT_EQ(object(definition, "-object", "cell0")["qom-type"], "memory-backend-ram");
    EXPECT_EQ(object(definition, "-object", "cell1")["hugetlbsize"], 2 * mebibyte);
    backing.page_size = 1U << 20;
    EXPECT_EQ(object(definition, "-object", "cell0")["hugetlbsize"], 1024 * mebibyte);
    definition.numa_cells[0].memory.count += 4096;
    definition.memory.count += 4096;
    EXPECT_TRUE(unsupported(definition).has_errors()) << "QEMU rounds what the cells do not";
}

TEST(Memory, an_object_is_as_large_as_the_machine_takes_it) {
    auto definition = guest();
    definition.memory = Bytes{219100ULL * 1024};
    definition.memory_backing.source = MemorySource::memfd;
    EXPECT_EQ(object(definition, "-object", "ram0")["size"], 219104U * 1024);
    definition.controllers = {
        {.type = ControllerType::pci, .index = 1, .model = "pci-expander-bus"}};
    definition.controllers[0].pci.numa_node = 1;
    EXPECT_TRUE(unsupported(definition).has_errors()) << "of a guest without cells";
}

} // namespace
} // namespace vmwarden::qemu
