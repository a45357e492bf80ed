// SPDX-License-Identifier: LGPL-2.1-or-later
// The diagnostics of one file, as many as a reader can use.
#pragma once

#include "src/base/diagnostic.h"
#include "src/hostpolicy/codes.h"

#include <span>
#include <string>
#include <string_view>

namespace vmwarden::hostpolicy {

// Some columns of one line, counted from 1; what a diagnostic underlines.
struct Span {
    unsigned line = 0;
    unsigned column = 0;
    unsigned length = 1;
};

// How many diagnostics one policy file may have; the others are only counted.
constexpr std::size_t max_findings = 100;

class Findings {
  public:
    // At most `most`; `more` is the code of the one that says how many were left out.
    explicit Findings(std::string file, std::size_t most = max_findings,
                      std::string_view more = code::more)
      : file_(std::move(file))
      , most_(most)
      , more_(more) {}

    void error(std::string_view code, Span span, std::string message, std::string hint = {});
    void warning(std::string_view code, Span span, std::string message, std::string hint = {});
    [[nodiscard]] bool empty() const { return found_.empty(); }
    // True once more would only be counted: nobody will read a hint that is costly to find.
    [[nodiscard]] bool full() const { return found_.list().size() >= most_; }
    [[nodiscard]] const std::string& file() const { return file_; }
    // Everything, ordered by place; the last one says how many were left out.
    [[nodiscard]] Diagnostics take();

  private:
    void add(Severity severity, std::string_view code, Span span, std::string message,
             std::string hint);

    std::string file_;
    std::size_t most_;
    std::string_view more_;
    Diagnostics found_;
    std::size_t left_out_ = 0;
    bool error_left_out_ = false;
};

// "did you mean 'x'?" for a word that may be written in other case, or nothing.
std::string suggestion(std::string_view word, std::span<const std::string_view> known);

// The user's own words inside a message: in quotes, and shortened when long.
std::string quoted(std::string_view text);

} // namespace vmwarden::hostpolicy
