// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/overlay.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace vmwarden::host {

namespace {

constexpr std::uint64_t cluster_bits = 16;
constexpr std::uint64_t cluster = 1ULL << cluster_bits;
constexpr std::uint64_t entry_bytes = 8;                              // of an L1 or L2 table
constexpr std::uint64_t l1_reach = cluster * (cluster / entry_bytes); // of one L1 entry
constexpr std::uint64_t refcounts_at = cluster;                       // their table
constexpr std::uint64_t refcount_block_at = 2 * cluster;
constexpr std::uint64_t l1_at = 3 * cluster;
constexpr unsigned header_bytes = 104;
constexpr unsigned refcount_order = 4; // 16 bits each

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

std::uint64_t divided_up(std::uint64_t amount, std::uint64_t by) {
    return amount / by + (amount % by == 0 ? 0 : 1);
}

void put(std::vector<unsigned char>& image, std::uint64_t at, std::uint64_t value, unsigned width) {
    for (unsigned i = 0; i < width; ++i)
        image.at(at + i) = static_cast<unsigned char>(value >> (8 * (width - 1 - i)));
}

// Nobody else ever sees a name: not even where the file system cannot make a file without one.
UniqueFd nameless_file(const std::string& directory) {
    UniqueFd fd(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (fd) return fd;
    if (errno != EOPNOTSUPP && errno != EISDIR) fail("cannot make a file in " + directory);
    auto name = directory + "/vmwarden-XXXXXX";
    fd = UniqueFd(::mkostemp(name.data(), O_CLOEXEC));
    if (!fd) fail("cannot make a file in " + directory);
    if (::unlink(name.c_str()) != 0) fail("cannot remove " + name);
    return fd;
}

void write_at_start(int fd, const std::vector<unsigned char>& bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const auto wrote =
            ::pwrite(fd, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
        if (wrote < 0 && errno != EINTR) fail("cannot write an empty image");
        if (wrote > 0) done += static_cast<std::size_t>(wrote);
    }
}

} // namespace

std::vector<unsigned char> empty_qcow2(std::uint64_t bytes) {
    const auto l1_entries = divided_up(bytes, l1_reach);
    const auto l1_clusters = divided_up(l1_entries * entry_bytes, cluster);
    std::vector<unsigned char> image(l1_at);
    put(image, 0, 0x514649fb, 4); // "QFI\xfb"
    put(image, 4, 3, 4);          // version
    put(image, 20, cluster_bits, 4);
    put(image, 24, bytes, 8);
    put(image, 36, l1_entries, 4);
    put(image, 40, l1_at, 8);
    put(image, 48, refcounts_at, 8);
    put(image, 56, 1, 4); // clusters of their table
    put(image, 96, refcount_order, 4);
    put(image, 100, header_bytes, 4);
    put(image, refcounts_at, refcount_block_at, 8);
    for (std::uint64_t i = 0; i < 3 + l1_clusters; ++i)
        put(image, refcount_block_at + 2 * i, 1, 2);
    return image;
}

UniqueFd make_overlay(const std::string& directory, std::uint64_t bytes) {
    // What one block of reference counts can count, and more than any disk has.
    constexpr std::uint64_t most = 1ULL << 50;
    if (bytes == 0 || bytes > most)
        throw std::system_error(EFBIG, std::generic_category(),
                                "no disk has " + std::to_string(bytes) + " bytes");
    auto fd = nameless_file(directory);
    const auto image = empty_qcow2(bytes);
    write_at_start(fd.get(), image);
    const auto tables = divided_up(divided_up(bytes, l1_reach) * entry_bytes, cluster);
    if (::ftruncate(fd.get(), static_cast<off_t>(l1_at + tables * cluster)) != 0)
        fail("cannot make a file in " + directory);
    return fd;
}

} // namespace vmwarden::host
