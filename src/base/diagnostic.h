// SPDX-License-Identifier: LGPL-2.1-or-later
// What users get wrong, as a list of places and words: never as an exception, never only the first.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

namespace vmwarden {

// A place in a text a person wrote. Line and column count from 1, columns in bytes; 0 means the
// place has no line (a whole file) or no column.
struct SourcePlace {
    std::string file;
    unsigned line = 0;
    unsigned column = 0;

    auto operator<=>(const SourcePlace&) const = default;
    // "file:line:col", shortened by what is not known.
    [[nodiscard]] std::string text() const;
};

// Why a setting has the value it has.
struct Origin {
    enum class Kind { built_in, policy, definition, host };
    Kind kind = Kind::built_in;
    SourcePlace place; // of the line that decided; empty for built_in and host

    bool operator==(const Origin&) const = default;
    // "policy /etc/…/60-site.yaml:12:1", "definition demo.xml:4:3", "built-in default", "this
    // host".
    [[nodiscard]] std::string text() const;
};

enum class Severity { error, warning };

struct Diagnostic {
    Severity severity = Severity::error;
    SourcePlace place;
    std::string message;   // what is wrong, one line, no full stop
    std::string hint;      // how to mend it; may be empty
    unsigned length = 1;   // columns that the caret underlines
    std::string code = {}; // stable short name of the rule, e.g. "P0012"; may be empty

    bool operator==(const Diagnostic&) const = default;
};

class Diagnostics {
  public:
    void add(Diagnostic diagnostic) { list_.push_back(std::move(diagnostic)); }
    void error(SourcePlace place, std::string message, std::string hint = {}, unsigned length = 1);
    void warning(SourcePlace place, std::string message, std::string hint = {},
                 unsigned length = 1);
    void append(Diagnostics other);

    [[nodiscard]] bool has_errors() const;
    [[nodiscard]] bool empty() const { return list_.empty(); }
    [[nodiscard]] const std::vector<Diagnostic>& list() const { return list_; }
    // Orders by place, keeping the order of finding within one place.
    void sort();

  private:
    std::vector<Diagnostic> list_;
};

// One diagnostic in the field's format, without a final newline:
//
//     file:line:col: error: what; how to mend it
//       the source line
//           ^~~~
//
// `source` is the whole text of the file (it may be empty: then the first line alone is given).
// Control characters of the source line are shown as '?', so that a hostile file cannot drive the
// reader's terminal.
std::string render(const Diagnostic& diagnostic, std::string_view source);
// All of them, each followed by a newline.
std::string render(const Diagnostics& diagnostics, std::string_view source);

} // namespace vmwarden
