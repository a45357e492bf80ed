// SPDX-License-Identifier: LGPL-2.1-or-later
// The beginning of a disk image that a guest, or anybody else, wrote.
#include "agent/host/image_header.h"

#include <cstdlib>

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

void check(const vmwarden::NamedFile& file) {
    constexpr std::size_t longest = 1023;
    require(file.name.size() <= longest && file.name.find('\0') == std::string::npos);
    require(file.path.empty() || (file.path.starts_with('/') && !file.name.empty()));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const auto fact = vmwarden::host::image_fact({data, size}, "/images/top.qcow2");
    check(fact.backing);
    check(fact.data);
    vmwarden::ImageFact damaged;
    damaged.error = fact.error;
    require(fact.error.empty() || fact == damaged);
    return 0;
}
