// SPDX-License-Identifier: LGPL-2.1-or-later
// Numbers of processors, or of memory's nodes, as lists write them: "0-3,8".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vmwarden {

class NumberSet {
  public:
    static constexpr unsigned largest = 4095;

    struct Range {
        unsigned first = 0;
        unsigned last = 0;
        bool operator==(const Range&) const = default;
    };

    NumberSet() = default;
    NumberSet(unsigned first, unsigned last)
      : ranges_{{first, last}} {}

    // Numbers and ranges with commas between, in any order; "^3" takes a number out again, as
    // libvirt has it. None for anything else, and for a list of nothing.
    static std::optional<NumberSet> parse(std::string_view text);
    // The shortest list that parse() reads back; empty for none.
    [[nodiscard]] std::string text() const;

    [[nodiscard]] bool empty() const { return ranges_.empty(); }
    [[nodiscard]] unsigned size() const;
    [[nodiscard]] bool contains(unsigned number) const;
    [[nodiscard]] bool includes(const NumberSet& other) const;
    [[nodiscard]] bool overlaps(const NumberSet& other) const;
    // In order, none next to another.
    [[nodiscard]] const std::vector<Range>& ranges() const { return ranges_; }
    // Of a set that is not empty.
    [[nodiscard]] unsigned front() const { return ranges_.front().first; }
    [[nodiscard]] unsigned back() const { return ranges_.back().last; }

    void add(const NumberSet& other);
    void remove(const NumberSet& other);

    bool operator==(const NumberSet&) const = default;

  private:
    std::vector<Range> ranges_;
};

} // namespace vmwarden
