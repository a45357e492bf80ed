// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes XML with indentation; what it is given comes back the same from a parser.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vmwarden::domain {

struct XmlAttribute {
    std::string_view name;
    std::string_view value;
};
using XmlAttributes = std::vector<XmlAttribute>;

class XmlWriter {
  public:
    // Calls `inside` to write the children; an element without any is closed at once.
    template <class Inside>
    void element(std::string_view name, const XmlAttributes& attributes, Inside inside) {
        const auto start = open(name, attributes);
        inside();
        close(name, start);
    }
    void empty(std::string_view name, const XmlAttributes& attributes = {});
    void text(std::string_view name, std::string_view text, const XmlAttributes& attributes = {});
    // As text(), nothing for an empty text.
    void text_if(std::string_view name, std::string_view text);
    // Markup that is known to be well-formed, put inside as it is.
    void raw(std::string_view name, std::string_view markup, const XmlAttributes& attributes = {});

    std::string take() { return std::move(out_); }

  private:
    std::size_t open(std::string_view name, const XmlAttributes& attributes);
    void close(std::string_view name, std::size_t start);
    void begin(std::string_view name, const XmlAttributes& attributes);

    std::string out_;
    std::size_t depth_ = 0;
};

} // namespace vmwarden::domain
