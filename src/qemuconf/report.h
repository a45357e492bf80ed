// SPDX-License-Identifier: LGPL-2.1-or-later
// The diagnostics of one qemu.conf: enough for every option there is, bounded for a hostile file.
#pragma once

#include "src/base/diagnostic.h"
#include "src/hostpolicy/findings.h"

#include <string>
#include <string_view>

namespace vmwarden::qemuconf {

using hostpolicy::quoted;
using hostpolicy::Span;

constexpr std::size_t max_reported = 400;

class Report {
  public:
    // The text is needed until take().
    Report(std::string file, std::string_view text)
      : file_(std::move(file))
      , text_(text) {}

    void error(std::string_view code, Span span, std::string message, std::string hint = {});
    void warning(std::string_view code, Span span, std::string message, std::string hint = {});
    [[nodiscard]] const std::string& file() const { return file_; }
    // True once more would only be counted.
    [[nodiscard]] bool full() const { return found_.list().size() >= max_reported; }
    // Everything, ordered by place. What is about a line that sets a password has no column, so
    // that nobody shows the line.
    [[nodiscard]] Diagnostics take();

  private:
    void add(Severity severity, std::string_view code, Span span, std::string message,
             std::string hint);

    std::string file_;
    std::string_view text_;
    Diagnostics found_;
    std::size_t left_out_ = 0;
    bool error_left_out_ = false;
};

} // namespace vmwarden::qemuconf
