// SPDX-License-Identifier: LGPL-2.1-or-later
// Files that QEMU takes for what they should be, made without any tool.
#pragma once

#include <string>

namespace vmwarden::accepts {

void make_raw(const std::string& path);
// An empty image of 64 KiB. With a backing file named in its header, QEMU would open that.
void make_qcow2(const std::string& path, const std::string& backing_file = {});
// One whose data lies in another file, named by the header.
void make_qcow2_with_data(const std::string& path, const std::string& data_file);
// Enough of a bzImage for QEMU to load it, and an initrd beside it; nothing in it runs.
void make_kernel(const std::string& path);

// Whether files beside this one can be opened past the page cache.
bool takes_direct_io(const std::string& path);

} // namespace vmwarden::accepts
