// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/element_reader.h"

#include "src/base/suggest.h"

#include <algorithm>

namespace vmwarden::domain {

namespace {

constexpr std::string_view blanks = " \t\r\n";

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string listed(std::string_view lead, const std::vector<std::string_view>& words) {
    std::string out(lead);
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i != 0) out += i + 1 == words.size() ? " or " : ", ";
        out += words[i];
    }
    return out;
}

// The nearest name there is; where none is near, those that would be taken, if they are few enough
// to read.
std::string suggestion(std::string_view word, const std::vector<std::string_view>& taken,
                       const std::vector<std::string_view>& refused, std::string_view lead) {
    constexpr std::size_t readable = 8;
    auto all = taken;
    all.insert(all.end(), refused.begin(), refused.end());
    auto hint = did_you_mean(word, all);
    if (!hint.empty()) return hint;
    if (taken.empty()) return "remove it";
    return taken.size() <= readable ? listed(lead, taken) : std::string();
}

std::string refusal(std::string subject, const NotDone& what) {
    subject += " is refused: ";
    subject += what.reason.empty() ? "not in this version" : what.reason;
    return subject;
}

} // namespace

std::optional<Value> ElementReader::attribute(std::string_view name) {
    known_attributes_.push_back(name);
    for (auto& attribute : element_.attributes) {
        if (attribute.name != name) continue;
        attribute.known = true;
        return Value{attribute.value, attribute.value_at};
    }
    return std::nullopt;
}

std::optional<Value> ElementReader::required_attribute(std::string_view name) {
    auto found = attribute(name);
    if (!found)
        error(at(), tag() + " needs the attribute '" + std::string(name) + "'",
              "write <" + element_.name + " " + std::string(name) + "='...'>");
    return found;
}

Value ElementReader::text() {
    text_known_ = true;
    const bool empty = element_.text_at.length == 0;
    return {element_.text, empty ? element_.at : element_.text_at};
}

Value ElementReader::trimmed_text() {
    auto value = text();
    value.text = trimmed(value.text);
    return value;
}

std::string_view ElementReader::raw() {
    raw_ = true;
    return report_.source().text().substr(element_.inner.begin, element_.inner.length);
}

Element* ElementReader::only_child(std::string_view name) {
    know_child(name);
    Element* first = nullptr;
    for (auto& element : element_.children) {
        if (element.name != name) continue;
        element.known = true;
        if (first == nullptr)
            first = &element;
        else
            error(element.at, "a second <" + std::string(name) + "> in " + tag(),
                  "the first is on line " + std::to_string(report_.place(first->at).line));
    }
    return first;
}

void ElementReader::refuse_attribute(Attribute& attribute, const NotDone& entry, bool aside) {
    attribute.known = true;
    const auto what = "'" + attribute.name + "' of " + tag();
    if (aside)
        report_.warning(attribute.name_at, what + " is set aside", std::string(entry.reason));
    else
        error(attribute.name_at, refusal(what, entry), "remove it");
}

void ElementReader::refuse_child(Element& element, const NotDone& entry, bool aside) {
    element.known = true;
    const auto what = "<" + element.name + "> in " + tag();
    if (aside)
        report_.warning(element.at, what + " is set aside", std::string(entry.reason));
    else
        error(element.at, refusal(what, entry), "remove it");
}

void ElementReader::refuse_attributes(std::span<const NotDone> list) {
    for (const auto& entry : list) {
        refused_attributes_.push_back(entry.name);
        for (auto& attribute : element_.attributes)
            if (attribute.name == entry.name) refuse_attribute(attribute, entry, false);
    }
}

void ElementReader::refuse_children(std::span<const NotDone> list) {
    for (const auto& entry : list) {
        refused_children_.push_back(entry.name);
        for (auto& element : element_.children)
            if (element.name == entry.name) refuse_child(element, entry, false);
    }
}

void ElementReader::set_aside_attributes(std::span<const NotDone> list) {
    for (const auto& entry : list) {
        known_attributes_.push_back(entry.name);
        for (auto& attribute : element_.attributes)
            if (attribute.name == entry.name) refuse_attribute(attribute, entry, true);
    }
}

void ElementReader::set_aside_children(std::span<const NotDone> list) {
    for (const auto& entry : list) {
        know_child(entry.name);
        for (auto& element : element_.children)
            if (element.name == entry.name) refuse_child(element, entry, true);
    }
}

void ElementReader::expect(std::string_view name, std::string_view value, std::string_view reason) {
    const auto found = attribute(name);
    if (!found || found->text == value) return;
    error(found->at, refusal(std::string(name) + "=" + in_quotes(found->text), {{}, reason}),
          "write '" + std::string(value) + "' or remove the attribute");
}

void ElementReader::bad_word(std::string_view what, const Value& value,
                             const std::vector<std::string_view>& known,
                             std::span<const NotDone> not_done) {
    const auto subject = std::string(what) + " " + in_quotes(value.text);
    for (const auto& entry : not_done) {
        if (entry.name != value.text) continue;
        return error(value.at, refusal(subject, entry), listed("use ", known));
    }
    const auto near = did_you_mean(value.text, known);
    error(value.at, subject + " is not known here", near.empty() ? listed("use ", known) : near);
}

void ElementReader::finish() {
    if (skipped_) return;
    finish_attributes();
    if (raw_) return;
    finish_children();
    finish_text();
}

void ElementReader::finish_attributes() {
    for (const auto& attribute : element_.attributes) {
        if (attribute.known || report_.full()) continue;
        if (attribute.name.starts_with("xmlns"))
            error(attribute.name_at,
                  "namespace " + in_quotes(attribute.value) + " is not understood here",
                  attribute.name == "xmlns:qemu"
                      ? "declare it on <domain>"
                      : "remove it; inside <metadata>, declare it on the child");
        else
            error(
                attribute.name_at, in_quotes(attribute.name) + " is not an attribute of " + tag(),
                suggestion(attribute.name, known_attributes_, refused_attributes_, "known here: "));
    }
}

void ElementReader::finish_children() {
    for (const auto& element : element_.children) {
        if (element.known || report_.full()) continue;
        if (known_children_.empty() && refused_children_.empty())
            error(element.at, tag() + " has no elements inside", "remove <" + element.name + ">");
        else
            error(element.at, "<" + element.name + "> is not an element of " + tag(),
                  suggestion(element.name, known_children_, refused_children_, "known here: "));
    }
}

void ElementReader::finish_text() {
    if (text_known_ || report_.full() || element_.text_at.length == 0) return;
    const auto first = trimmed(element_.text);
    error({element_.text_at.begin, std::min(element_.text_at.length, first.find('\n'))},
          "text " + in_quotes(first.substr(0, first.find('\n'))) + " has no place in " + tag(),
          "remove it");
}

} // namespace vmwarden::domain
