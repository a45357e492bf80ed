// SPDX-License-Identifier: LGPL-2.1-or-later
// An XML document as a light tree in which everything knows its place. libxml2 ends here.
#pragma once

#include "src/domain/source.h"

#include <memory>
#include <string>
#include <vector>

namespace vmwarden::domain {

// Names are as written, prefix included; namespace declarations are attributes ("xmlns:qemu").
struct Attribute {
    std::string name;
    std::string value; // references resolved, blanks normalised as XML demands
    Span name_at;
    Span value_at;
    bool known = false; // somebody asked for it: ElementReader's mark
};

struct Element {
    std::string name;
    std::string text; // all text directly inside, references resolved
    std::vector<Attribute> attributes;
    std::vector<Element> children;
    Span at;      // "<name"
    Span text_at; // first run of text that is not blank
    Span inner;   // between the tags, as written
    bool known = false;
};

// None when the text was refused or is not well-formed; the report then says why and where. Opens
// no file, no connection; takes time linear in the text.
std::unique_ptr<Element> read_xml(const Source& source, Report& report);

} // namespace vmwarden::domain
