// SPDX-License-Identifier: LGPL-2.1-or-later
// Where the parts of a document lie in the text it was read from: the marks of a Document say where
// things begin, an edit needs to know where they end.
#pragma once

#include "src/hostpolicy/document.h"

#include <string>
#include <string_view>
#include <vector>

namespace vmwarden::hostpolicy {

// Thrown where the text is not laid out as the marks make believe: then it is not touched.
struct UnclearLayout {
    std::size_t offset;
};

// Bytes from `begin` up to, not including, `end`.
struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
};

// All offsets count bytes from the start of the text.
class Layout {
  public:
    // The text must outlive this.
    explicit Layout(std::string_view text);

    [[nodiscard]] std::string_view text() const { return text_; }
    [[nodiscard]] std::string_view line_ending() const; // of the first line
    [[nodiscard]] std::size_t begin(Span span) const;
    [[nodiscard]] std::size_t line_begin(std::size_t offset) const;
    // Behind the line's newline, if it has one.
    [[nodiscard]] std::size_t line_end(std::size_t offset) const;
    // The lines from the one that holds `first` to the one that holds `last`.
    [[nodiscard]] Range lines(std::size_t first, std::size_t last) const;
    // True if only spaces, or spaces and a list's dash, stand before it on its line.
    [[nodiscard]] bool begins_line(std::size_t offset, bool behind_dash = false) const;

    // The document as one mapping. No entries: there is no document yet.
    [[nodiscard]] Node root(std::vector<Entry> entries) const;
    // In brackets or braces.
    [[nodiscard]] bool is_flow(const Node& node) const;
    // A value of which nothing is written.
    [[nodiscard]] bool is_absent(const Entry& entry) const;
    // Behind the colon of a key.
    [[nodiscard]] std::size_t colon_end(const Entry& entry) const;
    [[nodiscard]] Range range(const Node& node) const;
    [[nodiscard]] std::size_t end(const Entry& entry) const;
    // Where an entry at the end of a document in block style goes.
    [[nodiscard]] std::size_t append_at() const;

  private:
    [[nodiscard]] std::size_t close(const Node& flow, std::size_t from) const;
    [[nodiscard]] std::size_t skip_separators(std::size_t from) const;
    [[nodiscard]] Span first_token() const;

    std::string_view text_;
    std::vector<std::size_t> starts_; // of lines
};

} // namespace vmwarden::hostpolicy
