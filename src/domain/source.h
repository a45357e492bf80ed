// SPDX-License-Identifier: LGPL-2.1-or-later
// A text with a name, the line and column of each of its bytes, and what is wrong with it.
#pragma once

#include "src/base/diagnostic.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace vmwarden::domain {

// Bytes [begin, begin + length) of a text.
struct Span {
    std::size_t begin = 0;
    std::size_t length = 0;
};

// A piece of a document as it is meant (references resolved) and where it stands.
struct Value {
    std::string_view text;
    Span at;
};

// Does not own the text.
class Source {
  public:
    Source(std::string file, std::string_view text);

    [[nodiscard]] std::string_view text() const { return text_; }
    [[nodiscard]] SourcePlace place(std::size_t offset) const;
    // The offset of a column counted in characters, as libxml2 counts; clamped to the line.
    [[nodiscard]] std::size_t offset(std::size_t line, std::size_t characters) const;

  private:
    std::string file_;
    std::string_view text_;
    std::vector<std::size_t> line_starts_;
};

// Collects diagnostics for one source. A hostile document does not get more than max_errors of
// them: the last says that there are more.
class Report {
  public:
    static constexpr std::size_t max_errors = 200;

    explicit Report(const Source& source)
      : source_(source) {}

    void error(Span at, std::string message, std::string hint = {});
    void warning(Span at, std::string message, std::string hint = {});

    [[nodiscard]] const Source& source() const { return source_; }
    [[nodiscard]] SourcePlace place(Span at) const { return source_.place(at.begin); }
    [[nodiscard]] bool has_errors() const { return errors_ != 0; }
    [[nodiscard]] bool full() const { return errors_ > max_errors; }
    // In the order of the text. Leaves this report empty.
    Diagnostics take();

  private:
    const Source& source_;
    Diagnostics diagnostics_;
    std::size_t errors_ = 0;
};

// 'text', shortened where it is long: for messages.
std::string in_quotes(std::string_view text);

} // namespace vmwarden::domain
