// SPDX-License-Identifier: LGPL-2.1-or-later
// Rows of words in columns that line up.
#pragma once

#include <string>
#include <vector>

namespace vmwarden::cli {

class Table {
  public:
    // No heading row when `heading` is empty.
    explicit Table(std::vector<std::string> heading);
    // Cells are made printable() here: what comes from a guest's name or a file must not drive a
    // terminal.
    void add(std::vector<std::string> cells);
    // Two spaces between columns, no trailing blanks. A cell's width is counted in characters.
    [[nodiscard]] std::string text() const;

  private:
    std::vector<std::vector<std::string>> rows_;
};

} // namespace vmwarden::cli
