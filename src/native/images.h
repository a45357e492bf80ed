// SPDX-License-Identifier: LGPL-2.1-or-later
// What backs a drive: files and formats out of -drive and -blockdev.
#pragma once

#include "src/native/import.h"

namespace vmwarden::native {

struct Image {
    Disk disk;                  // its source, format, backing, and what a drive says of itself
    std::optional<bool> direct; // of the node's cache
    std::optional<bool> no_flush;
    bool format_said = false;
    std::vector<Pending*> nodes; // that it was made of
    std::string why;             // the definition cannot hold it; completes "'-drive …' …"
    // What tuned it and is not kept: told once the disk is in the definition.
    std::vector<std::pair<const Option*, std::string>> left_out;
};

// The file that `name` stands for. False for what is no file: a protocol's.
bool set_source(Import& import, const Option& option, const std::string& name, Disk& disk);

// The options of a -drive. False, with `why`, when the definition cannot hold them.
bool read_drive(Import& import, Pending& drive, Image& image);

// QEMU's words of werror= and rerror=.
std::optional<ErrorPolicy> error_policy(std::string_view word);

// Leaves out what does not go together: once the cache is known.
void settle_tuning(Image& image, const Option& option);

void tell_left_out(Import& import, const Image& image);

// What a device names as its drive. False when the definition cannot hold it.
bool read_image(Import& import, const std::string& name, Image& image);

} // namespace vmwarden::native
