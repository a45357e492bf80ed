// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/findings.h"

#include "src/base/suggest.h"

#include <algorithm>

namespace vmwarden::hostpolicy {

namespace {

constexpr std::size_t longest_shown = 60;

bool inside_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U;
}

} // namespace

void Findings::error(std::string_view code, Span span, std::string message, std::string hint) {
    add(Severity::error, code, span, std::move(message), std::move(hint));
}

void Findings::warning(std::string_view code, Span span, std::string message, std::string hint) {
    add(Severity::warning, code, span, std::move(message), std::move(hint));
}

void Findings::add(Severity severity, std::string_view code, Span span, std::string message,
                   std::string hint) {
    if (full()) {
        ++left_out_;
        error_left_out_ = error_left_out_ || severity == Severity::error;
        return;
    }
    found_.add({severity,
                {file_, span.line, span.column},
                std::move(message),
                std::move(hint),
                span.length,
                std::string(code)});
}

Diagnostics Findings::take() {
    found_.sort();
    if (left_out_ != 0)
        found_.add({error_left_out_ ? Severity::error : Severity::warning,
                    {file_},
                    "and " + std::to_string(left_out_) + " more",
                    "mend these first",
                    1,
                    std::string(more_)});
    return std::move(found_);
}

std::string suggestion(std::string_view word, std::span<const std::string_view> known) {
    std::string lower(word);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return did_you_mean(lower, known);
}

std::string quoted(std::string_view text) {
    if (text.size() <= longest_shown) return "'" + std::string(text) + "'";
    std::size_t end = longest_shown;
    while (end > 0 && inside_character(text[end]))
        --end;
    return "'" + std::string(text.substr(0, end)) + "...'";
}

} // namespace vmwarden::hostpolicy
