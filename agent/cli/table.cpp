// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/cli/table.h"

#include "src/base/text.h"

#include <algorithm>

namespace vmwarden::cli {

namespace {

// Code points: bytes that do not continue one.
std::size_t width(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
    }));
}

} // namespace

Table::Table(std::vector<std::string> heading) {
    if (!heading.empty()) rows_.push_back(std::move(heading));
}

void Table::add(std::vector<std::string> cells) {
    for (auto& cell : cells)
        cell = printable(cell);
    rows_.push_back(std::move(cells));
}

std::string Table::text() const {
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
        widths.resize(std::max(widths.size(), row.size()));
        // A row whose further cells are empty is a remark across the columns.
        const bool remark = row.size() > 2 && row[2].empty() && row[0].empty();
        for (std::size_t i = 0; i < row.size() && !remark; ++i)
            widths[i] = std::max(widths[i], width(row[i]));
    }
    std::string out;
    for (const auto& row : rows_) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += row[i];
            const auto used = width(row[i]);
            line.append(used < widths[i] ? widths[i] - used + 2 : 2, ' ');
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + '\n';
    }
    return out;
}

} // namespace vmwarden::cli
