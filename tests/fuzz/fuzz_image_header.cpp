// SPDX-License-Identifier: LGPL-2.1-or-later
// The beginning of a disk image that a guest wrote.
#include "agent/host/image_header.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    vmwarden::host::names_another_file({data, size});
    return 0;
}
