// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/base/number_set.h"

#include "src/base/units.h"

#include <algorithm>
#include <bitset>

namespace vmwarden {

namespace {

using Bits = std::bitset<NumberSet::largest + 1>;

// By whole words: lists of many large ranges come from outside.
Bits bits_of(const NumberSet::Range& range) {
    return (~Bits() >> (NumberSet::largest - (range.last - range.first))) << range.first;
}

Bits bits_of(const std::vector<NumberSet::Range>& ranges) {
    Bits bits;
    for (const auto& range : ranges)
        bits |= bits_of(range);
    return bits;
}

std::vector<NumberSet::Range> ranges_of(const Bits& bits) {
    std::vector<NumberSet::Range> out;
    for (unsigned number = 0; number <= NumberSet::largest; ++number) {
        if (!bits[number]) continue;
        if (!out.empty() && out.back().last + 1 == number)
            out.back().last = number;
        else
            out.push_back({number, number});
    }
    return out;
}

std::optional<unsigned> number_of(std::string_view text) {
    const auto number = parse_number(text);
    if (!number || *number > NumberSet::largest) return std::nullopt;
    return static_cast<unsigned>(*number);
}

std::optional<NumberSet::Range> range_of(std::string_view text) {
    const auto dash = text.find('-');
    const auto first = number_of(text.substr(0, dash));
    const auto last = dash == text.npos ? first : number_of(text.substr(dash + 1));
    if (!first || !last || *last < *first) return std::nullopt;
    return NumberSet::Range{*first, *last};
}

} // namespace

std::optional<NumberSet> NumberSet::parse(std::string_view text) {
    Bits bits;
    for (std::size_t begin = 0; begin <= text.size();) {
        const auto end = std::min(text.find(',', begin), text.size());
        auto word = text.substr(begin, end - begin);
        const bool out = word.starts_with('^');
        if (out) word.remove_prefix(1);
        const auto range = range_of(word);
        if (!range) return std::nullopt;
        if (out)
            bits &= ~bits_of(*range);
        else
            bits |= bits_of(*range);
        begin = end + 1;
    }
    NumberSet set;
    set.ranges_ = ranges_of(bits);
    if (set.empty()) return std::nullopt;
    return set;
}

std::string NumberSet::text() const {
    std::string out;
    for (const auto& range : ranges_) {
        out += (out.empty() ? "" : ",") + std::to_string(range.first);
        if (range.last != range.first) out += "-" + std::to_string(range.last);
    }
    return out;
}

unsigned NumberSet::size() const {
    unsigned count = 0;
    for (const auto& range : ranges_)
        count += range.last - range.first + 1;
    return count;
}

bool NumberSet::contains(unsigned number) const {
    return std::any_of(ranges_.begin(), ranges_.end(), [&](const Range& range) {
        return range.first <= number && number <= range.last;
    });
}

bool NumberSet::includes(const NumberSet& other) const {
    return (bits_of(other.ranges_) & ~bits_of(ranges_)).none();
}

bool NumberSet::overlaps(const NumberSet& other) const {
    return (bits_of(other.ranges_) & bits_of(ranges_)).any();
}

void NumberSet::add(const NumberSet& other) {
    ranges_ = ranges_of(bits_of(ranges_) | bits_of(other.ranges_));
}

void NumberSet::remove(const NumberSet& other) {
    ranges_ = ranges_of(bits_of(ranges_) & ~bits_of(other.ranges_));
}

} // namespace vmwarden
