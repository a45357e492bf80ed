// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/source.h"

#include <algorithm>
#include <utility>

namespace vmwarden::domain {

namespace {

bool continues_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

} // namespace

Source::Source(std::string file, std::string_view text)
  : file_(std::move(file))
  , text_(text)
  , line_starts_{0} {
    for (auto at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1))
        line_starts_.push_back(at + 1);
}

SourcePlace Source::place(std::size_t offset) const {
    offset = std::min(offset, text_.size());
    const auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
    const auto line = static_cast<std::size_t>(next - line_starts_.begin());
    const auto column = offset - line_starts_[line - 1] + 1;
    return {file_, static_cast<unsigned>(line), static_cast<unsigned>(column)};
}

std::size_t Source::offset(std::size_t line, std::size_t characters) const {
    if (line == 0) return 0;
    if (line > line_starts_.size()) return text_.size();
    auto at = line_starts_[line - 1];
    for (std::size_t seen = 1; seen < characters && at < text_.size() && text_[at] != '\n';
         ++seen) {
        do
            ++at;
        while (at < text_.size() && continues_character(text_[at]));
    }
    return at;
}

void Report::error(Span at, std::string message, std::string hint) {
    if (++errors_ < max_errors)
        diagnostics_.error(place(at), std::move(message), std::move(hint),
                           static_cast<unsigned>(std::max<std::size_t>(at.length, 1)));
    else if (errors_ == max_errors)
        diagnostics_.error(place(at), "too many errors: the rest is not shown");
}

void Report::warning(Span at, std::string message, std::string hint) {
    diagnostics_.warning(place(at), std::move(message), std::move(hint),
                         static_cast<unsigned>(std::max<std::size_t>(at.length, 1)));
}

Diagnostics Report::take() {
    auto taken = std::exchange(diagnostics_, {});
    errors_ = 0;
    taken.sort();
    return taken;
}

std::string in_quotes(std::string_view text) {
    constexpr std::size_t longest = 80;
    if (text.size() <= longest) return "'" + std::string(text) + "'";
    auto end = longest;
    while (end > 0 && continues_character(text[end]))
        --end;
    return "'" + std::string(text.substr(0, end)) + "...'";
}

} // namespace vmwarden::domain
