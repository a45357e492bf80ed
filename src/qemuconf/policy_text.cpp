// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemuconf/policy_text.h"

#include "src/base/text.h"
#include "src/hostpolicy/keys.h"

#include <algorithm>
#include <vector>

namespace vmwarden::qemuconf {

namespace {

constexpr std::string_view indent = "  ";

std::string comment(std::string_view source, const PolicyLine& line) {
    auto text = "# " + printable(source) + ":" + std::to_string(line.span.line) + ": " +
                std::string(line.option);
    if (!line.value.remark.empty()) text += "; " + line.value.remark;
    return text + "\n";
}

std::string key_and_value(std::string_view key, const YamlValue& value, std::string_view margin) {
    std::string text = std::string(margin) + std::string(key) + ":";
    if (!value.is_list) return text + " " + value.words.front() + "\n";
    if (value.words.empty()) return text + " []\n";
    text += "\n";
    for (const auto& word : value.words)
        text += std::string(margin) + std::string(indent) + "- " + word + "\n";
    return text;
}

std::string commented_out(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto end = text.find('\n') + 1;
        out += "# " + std::string(text.substr(0, end));
        text.remove_prefix(end);
    }
    return out;
}

class Writer {
  public:
    Writer(std::string_view source, std::span<const PolicyLine> lines,
           bool (*is_known)(std::string_view))
      : source_(source)
      , lines_(lines)
      , is_known_(is_known) {}

    std::string write() {
        std::string out =
            "version: 1\n# What " + printable(source_) + " sets and this policy has a key for.\n";
        for (const auto& line : lines_) {
            const auto section = hostpolicy::split_name(line.key).section;
            if (!is_known_(line.key))
                out += "\n" + to_come(line, section);
            else if (section.empty())
                out += "\n" + comment(source_, line) + key_and_value(line.key, line.value, {});
            else if (is_first_of(line, section))
                out += "\n" + whole_section(section);
        }
        return out;
    }

  private:
    [[nodiscard]] bool is_first_of(const PolicyLine& line, std::string_view section) const {
        const auto first = std::find_if(lines_.begin(), lines_.end(), [&](const PolicyLine& l) {
            return hostpolicy::split_name(l.key).section == section && is_known_(l.key);
        });
        return &*first == &line;
    }

    [[nodiscard]] std::string whole_section(std::string_view section) const {
        std::string out = std::string(section) + ":\n";
        for (const auto& line : lines_)
            if (hostpolicy::split_name(line.key).section == section && is_known_(line.key))
                out += std::string(indent) + comment(source_, line) + member(line);
        return out;
    }

    static std::string member(const PolicyLine& line) {
        return key_and_value(hostpolicy::split_name(line.key).own, line.value, indent);
    }

    [[nodiscard]] std::string to_come(const PolicyLine& line, std::string_view section) const {
        const auto text = section.empty() ? key_and_value(line.key, line.value, {})
                                          : std::string(section) + ":\n" + member(line);
        return comment(source_, line) + "# This version has no such key yet:\n" +
               commented_out(text);
    }

    std::string_view source_;
    std::span<const PolicyLine> lines_;
    bool (*is_known_)(std::string_view);
};

} // namespace

std::string policy_text(std::string_view source, std::span<const PolicyLine> lines,
                        bool (*is_known)(std::string_view key)) {
    return Writer(source, lines, is_known).write();
}

} // namespace vmwarden::qemuconf
