// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/base/text.h"
#include "src/resolve/file_case.h"

namespace vmwarden::resolving {

bool is_there(FileCase& c) {
    if (c.fact.state == FileFact::State::present) return true;
    if (c.fact.state == FileFact::State::unreadable) {
        c.refuse("'" + c.wanted.path + "' cannot be examined: " + c.fact.error,
                 "make it accessible, or correct " + c.wanted.element);
        return false;
    }
    c.refuse("'" + c.wanted.path + "' does not exist",
             c.wanted.creating.empty()
                 ? "correct " + c.wanted.element
                 : "correct " + c.wanted.element + ", or create it: " + c.wanted.creating);
    return false;
}

bool has_right_type(FileCase& c) {
    const auto type = c.fact.type;
    const auto path = "'" + c.wanted.path + "'";
    if (c.wanted.character && type != FileType::character) {
        c.refuse(path + " is no character device", "is udev running on this host?");
        return false;
    }
    if (c.wanted.character || type == (c.wanted.block ? FileType::block : FileType::regular))
        return true;
    if (type == FileType::directory)
        c.refuse(path + " is a directory", "name a file in " + c.wanted.element);
    else if (type == FileType::block && c.wanted.element == "<source>")
        c.refuse(path + " is a block device", "write <disk type='block'> and <source dev='…'/>");
    else if (type == FileType::regular && c.wanted.element == "<source>")
        c.refuse(path + " is no block device", "write <disk type='file'> and <source file='…'/>");
    else
        c.refuse(path + (c.wanted.block ? " is no block device" : " is no regular file"),
                 "correct " + c.wanted.element);
    return false;
}

// Links may lead to names that no definition could have.
bool has_plain_name(FileCase& c) {
    if (printable(c.fact.resolved) == c.fact.resolved) return true;
    c.refuse("'" + c.wanted.path + "' leads to '" + printable(c.fact.resolved) +
                 "', whose name has control characters or is not UTF-8",
             "rename the file");
    return false;
}

} // namespace vmwarden::resolving
