// SPDX-License-Identifier: LGPL-2.1-or-later
// A policy file's bytes, checked before any parser sees them.
#pragma once

#include "src/hostpolicy/findings.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vmwarden::hostpolicy {

// The text that the parser gets: same lines and columns as the file, without what a policy file may
// not hold (already reported), comment lines emptied.
class SourceText {
  public:
    // Lines count from 1. A line that does not exist is empty.
    [[nodiscard]] std::string_view line(unsigned number) const;
    [[nodiscard]] unsigned line_count() const { return static_cast<unsigned>(starts_.size()); }
    // Everything from a line to the end.
    [[nodiscard]] std::string_view from(unsigned number) const;
    // Blanks a line that has been reported, so that the parser gets past it.
    void blank(unsigned number);
    // Columns to add on this line to get the file's own.
    [[nodiscard]] unsigned column_shift(unsigned number) const { return number == 1 ? shift_ : 0; }
    // True if bytes of one of these lines were reported: what the parser says there is an echo.
    [[nodiscard]] bool reported_within(unsigned first, unsigned last) const;
    // True if a text on this line holds what replaces reported bytes.
    [[nodiscard]] bool stands_in_for_bad_bytes(unsigned line, std::string_view text) const;

  private:
    friend class ByteChecker;

    std::string text_;
    std::vector<std::uint32_t> starts_;
    std::vector<unsigned> reported_; // lines, rising
    unsigned shift_ = 0;
};

// Reports what is no clean UTF-8 text, one finding per line. None when there is too much of it to
// go on.
std::optional<SourceText> check_bytes(std::string_view text, Findings& findings);

} // namespace vmwarden::hostpolicy
