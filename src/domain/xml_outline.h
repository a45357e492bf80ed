// SPDX-License-Identifier: LGPL-2.1-or-later
// Where everything stands in an XML text, and whether the text is of a size and kind that we let a
// parser see at all.
//
// One linear pass in front of libxml2, which tells neither the column of an attribute nor stops
// early enough: its checks for doubled attributes take quadratic time, and entities are expanded
// where a document declares them. What this pass lets through has bounded depth, bounded numbers of
// elements and attributes, no DOCTYPE, no processing instructions, and is UTF-8.
#pragma once

#include "src/domain/source.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace vmwarden::domain {

constexpr std::size_t max_elements = 16384;
constexpr std::size_t max_attributes_per_element = 64;

struct AttributeOutline {
    Span name;
    Span value; // between the quotes
};

struct ElementOutline {
    Span name;  // in the start tag, without '<'
    Span text;  // first run of text directly inside, blanks around it left out; length 0: none
    Span inner; // everything between start and end tag
    std::size_t first_attribute = 0; // index in Outline::attributes
    std::size_t attributes = 0;
};

// In the order of the start tags.
struct Outline {
    std::vector<ElementOutline> elements;
    std::vector<AttributeOutline> attributes;
};

// None when the text was refused; the report then says why and where. A text that passes has
// balanced tags; whether it is well-formed in every other respect is the parser's to say.
std::optional<Outline> outline_of(const Source& source, Report& report);

} // namespace vmwarden::domain
