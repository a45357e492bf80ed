// SPDX-License-Identifier: LGPL-2.1-or-later
// A document's text with one key set or removed, byte for byte as before elsewhere.
#pragma once

#include "src/hostpolicy/edit.h"
#include "src/hostpolicy/key_path.h"
#include "src/hostpolicy/layout.h"
#include "src/hostpolicy/write_text.h"

namespace vmwarden::hostpolicy {

// Entry after entry from the outside in, as far as a path leads in a mapping.
std::vector<const Entry*> entries_along(const Node& root, const KeyPath& path);

// Whether a node holds just this.
bool holds(const Node& node, const KeyText& value);

class TextEditor {
  public:
    // Each of these may be used once per editor. `quotes`: for what is written newly.
    TextEditor(const Layout& layout, const Node& root, Quotes quotes)
      : layout_(layout)
      , root_(root)
      , quotes_(quotes) {}

    // Every key of the path before the last must be a section, empty or not there. `rewrite`: also
    // if the value stands there already, in other quotes perhaps. Throws UnclearLayout.
    std::string set(const KeyPath& path, const KeyText& value, bool rewrite);
    // The whole path must be there. Throws UnclearLayout.
    std::string unset(const KeyPath& path);

  private:
    struct Splice {
        Range range;
        std::string text;
    };

    [[nodiscard]] std::string inline_value(const KeyText& value) const;
    [[nodiscard]] std::string joined(std::span<const std::string> items) const;
    void splice(Range range, std::string text) { splices_.push_back({range, std::move(text)}); }
    void splice_lines(Range range);
    void insert_lines(std::size_t at, const std::string& lines);
    void insert(const Node& mapping, std::span<const std::string> path, const KeyText& value);
    void insert_flow(const Node& mapping, std::string entry);
    void replace(const Entry& entry, const std::string& value);
    void change_list(const Entry& entry, const KeyText& value);
    void change_flow_list(const Node& list, Range old_items, std::span<const std::string> items);
    void change_block_list(const Node& list, Range old_items, std::span<const std::string> items);
    void remove_flow(const Node& mapping, const Entry& entry);
    void remove_block(std::span<const Entry* const> entries);
    [[nodiscard]] std::string result();

    const Layout& layout_;
    const Node& root_;
    Quotes quotes_;
    std::vector<Splice> splices_;
    bool last_line_removed_ = false; // that had no newline: then the new last one has none
};

} // namespace vmwarden::hostpolicy
