// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/qemu-accepts/images.h"

#include "src/base/unique_fd.h"

#include <fcntl.h>

#include <cstdint>
#include <fstream>

namespace vmwarden::accepts {

namespace {

constexpr std::size_t cluster = 65536;

void write_file(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

void put_big_endian(std::string& bytes, std::size_t at, std::uint64_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i)
        bytes[at + i] = static_cast<char>(value >> (8 * (size - 1 - i)) & 0xff);
}

void put_little_endian(std::string& bytes, std::size_t at, std::uint64_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i)
        bytes[at + i] = static_cast<char>(value >> (8 * i) & 0xff);
}

} // namespace

void make_raw(const std::string& path) {
    write_file(path, std::string(cluster, '\0'));
}

namespace {

// QEMU docs/interop/qcow2: header, refcount table, refcount block, L1 table, a cluster each.
std::string empty_qcow2(std::uint64_t version) {
    std::string image(4 * cluster, '\0');
    put_big_endian(image, 0, 0x514649fb, 4); // "QFI\xfb"
    put_big_endian(image, 4, version, 4);
    put_big_endian(image, 20, 16, 4);      // cluster bits
    put_big_endian(image, 24, cluster, 8); // virtual size
    put_big_endian(image, 36, 1, 4);       // L1 entries
    put_big_endian(image, 40, 3 * cluster, 8);
    put_big_endian(image, 48, cluster, 8); // refcount table
    put_big_endian(image, 56, 1, 4);       // its clusters
    put_big_endian(image, cluster, 2 * cluster, 8);
    for (std::size_t i = 0; i < 4; ++i)
        put_big_endian(image, 2 * cluster + 2 * i, 1, 2);
    return image;
}

} // namespace

void make_qcow2(const std::string& path, const std::string& backing_file) {
    auto image = empty_qcow2(2);
    if (!backing_file.empty()) {
        put_big_endian(image, 8, 1024, 8);
        put_big_endian(image, 16, backing_file.size(), 4);
        image.replace(1024, backing_file.size(), backing_file);
    }
    write_file(path, image);
}

void make_qcow2_with_data(const std::string& path, const std::string& data_file) {
    auto image = empty_qcow2(3);
    put_big_endian(image, 72, 1 << 2, 8); // external data file
    put_big_endian(image, 96, 4, 4);      // refcounts of 16 bits
    put_big_endian(image, 100, 104, 4);   // header length
    put_big_endian(image, 104, 0x44415441, 4);
    put_big_endian(image, 108, data_file.size(), 4);
    image.replace(112, data_file.size(), data_file);
    write_file(path, image);
}

// Linux Documentation/arch/x86/boot.rst.
void make_kernel(const std::string& path) {
    std::string image(cluster, '\0');
    put_little_endian(image, 0x1f1, 4, 1);          // setup sectors
    put_little_endian(image, 0x202, 0x53726448, 4); // "HdrS"
    put_little_endian(image, 0x206, 0x020c, 2);     // boot protocol
    put_little_endian(image, 0x211, 1, 1);          // loaded high
    put_little_endian(image, 0x22c, 0x7fffffff, 4); // highest address of an initrd
    put_little_endian(image, 0x238, 2047, 4);       // longest command line
    write_file(path, image);
}

bool takes_direct_io(const std::string& path) {
    make_raw(path);
    return static_cast<bool>(UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECT | O_CLOEXEC)));
}

} // namespace vmwarden::accepts
