// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/xml_writer.h"

namespace vmwarden::domain {

namespace {

// A parser turns line ends into '\n', and in attributes every blank into ' ': such bytes are
// written as references where they must survive.
void append_escaped(std::string& out, std::string_view text, bool in_attribute) {
    for (const char c : text) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '\'':
            out += in_attribute ? "&apos;" : "'";
            break;
        case '\r':
            out += "&#13;";
            break;
        case '\n':
            out += in_attribute ? "&#10;" : "\n";
            break;
        case '\t':
            out += in_attribute ? "&#9;" : "\t";
            break;
        default:
            out += c;
        }
    }
}

} // namespace

void XmlWriter::begin(std::string_view name, const XmlAttributes& attributes) {
    out_.append(2 * depth_, ' ');
    out_ += '<';
    out_ += name;
    for (const auto& attribute : attributes) {
        out_ += ' ';
        out_ += attribute.name;
        out_ += "='";
        append_escaped(out_, attribute.value, true);
        out_ += '\'';
    }
}

std::size_t XmlWriter::open(std::string_view name, const XmlAttributes& attributes) {
    begin(name, attributes);
    out_ += ">\n";
    ++depth_;
    return out_.size();
}

void XmlWriter::close(std::string_view name, std::size_t start) {
    --depth_;
    if (out_.size() == start) {
        out_.replace(start - 2, 2, "/>\n");
        return;
    }
    out_.append(2 * depth_, ' ');
    out_ += "</";
    out_ += name;
    out_ += ">\n";
}

void XmlWriter::empty(std::string_view name, const XmlAttributes& attributes) {
    begin(name, attributes);
    out_ += "/>\n";
}

void XmlWriter::text(std::string_view name, std::string_view text,
                     const XmlAttributes& attributes) {
    begin(name, attributes);
    out_ += '>';
    append_escaped(out_, text, false);
    out_ += "</";
    out_ += name;
    out_ += ">\n";
}

void XmlWriter::text_if(std::string_view name, std::string_view content) {
    if (!content.empty()) text(name, content);
}

void XmlWriter::raw(std::string_view name, std::string_view markup,
                    const XmlAttributes& attributes) {
    begin(name, attributes);
    out_ += '>';
    out_ += markup;
    out_ += "</";
    out_ += name;
    out_ += ">\n";
}

} // namespace vmwarden::domain
