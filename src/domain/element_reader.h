// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads one element so that nothing in it can be overlooked.
//
// A reader asks for the attributes, children and text that it understands. What nobody asked for is
// an error at finish(), with a suggestion from what was asked for: there is no list of known names
// to keep. child() and children() call finish() on what they hand out.
#pragma once

#include "src/domain/source.h"
#include "src/domain/words.h"
#include "src/domain/xml_tree.h"

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace vmwarden::domain {

class ElementReader {
  public:
    ElementReader(Element& element, Report& report)
      : element_(element)
      , report_(report) {}

    [[nodiscard]] std::string_view name() const { return element_.name; }
    // "<disk>", for messages.
    [[nodiscard]] std::string tag() const { return "<" + element_.name + ">"; }
    [[nodiscard]] Span at() const { return element_.at; }
    [[nodiscard]] SourcePlace place() const { return report_.place(element_.at); }
    [[nodiscard]] Report& report() { return report_; }
    void error(Span at, std::string message, std::string hint = {}) {
        report_.error(at, std::move(message), std::move(hint));
    }

    std::optional<Value> attribute(std::string_view name);
    std::optional<Value> required_attribute(std::string_view name);
    // The text inside; whoever asks for it says that this element may hold text.
    Value text();
    // As text(), blanks around it left out: for words and numbers.
    Value trimmed_text();
    // The markup inside, as written; all of it counts as understood.
    std::string_view raw();
    [[nodiscard]] const Element& element() const { return element_; }

    // An attribute's value as one of some words; an error and none for any other.
    template <class T, std::size_t count>
    std::optional<T> word(std::string_view name, const Word<T> (&words)[count],
                          std::span<const NotDone> not_done = {}) {
        const auto value = attribute(name);
        return value ? parse_word(name, *value, words, not_done) : std::nullopt;
    }
    template <class T, std::size_t count>
    std::optional<T> parse_word(std::string_view what, const Value& value,
                                const Word<T> (&words)[count],
                                std::span<const NotDone> not_done = {}) {
        for (const auto& word : words)
            if (word.text == value.text) return word.value;
        std::vector<std::string_view> known;
        for (const auto& word : words)
            known.push_back(word.text);
        bad_word(what, value, known, not_done);
        return std::nullopt;
    }
    // As word(), for an attribute that must be there.
    template <class T, std::size_t count>
    std::optional<T> required_word(std::string_view name, const Word<T> (&words)[count],
                                   std::span<const NotDone> not_done = {}) {
        const auto value = required_attribute(name);
        return value ? parse_word(name, *value, words, not_done) : std::nullopt;
    }

    // The child of this name, if there is one; a second is an error.
    template <class Read>
    bool child(std::string_view name, Read read) {
        auto* found = only_child(name);
        if (found != nullptr) read_element(*found, read);
        return found != nullptr;
    }
    template <class Read>
    void children(std::string_view name, Read read) {
        know_child(name);
        for (auto& element : element_.children)
            if (element.name == name) read_element(element, read);
    }
    // Is there an empty child of this name?
    bool flag(std::string_view name) {
        return child(name, [](ElementReader&) {});
    }

    // Attributes and children that libvirt understands and we do not honour: refused with the
    // reason.
    void refuse_attributes(std::span<const NotDone> list);
    void refuse_children(std::span<const NotDone> list);
    // As those, of what changes nothing here: a warning with the reason, and no more is made of it.
    void set_aside_attributes(std::span<const NotDone> list);
    void set_aside_children(std::span<const NotDone> list);
    // An attribute that may only say what is so anyway.
    void expect(std::string_view name, std::string_view value, std::string_view reason);

    // For an element whose kind was refused: what else is in it is not worth a word.
    void skip_rest() { skipped_ = true; }
    // Reports whatever was not asked for.
    void finish();

  private:
    void refuse_attribute(Attribute& attribute, const NotDone& entry, bool aside);
    void refuse_child(Element& element, const NotDone& entry, bool aside);
    template <class Read>
    void read_element(Element& element, Read& read) {
        element.known = true;
        ElementReader reader(element, report_);
        read(reader);
        reader.finish();
    }
    Element* only_child(std::string_view name);
    void know_child(std::string_view name) { known_children_.push_back(name); }
    void bad_word(std::string_view what, const Value& value,
                  const std::vector<std::string_view>& known, std::span<const NotDone> not_done);
    void finish_attributes();
    void finish_children();
    void finish_text();

    Element& element_;
    Report& report_;
    std::vector<std::string_view> known_attributes_;
    std::vector<std::string_view> known_children_;
    std::vector<std::string_view> refused_attributes_;
    std::vector<std::string_view> refused_children_;
    bool text_known_ = false;
    bool raw_ = false;
    bool skipped_ = false;
};

} // namespace vmwarden::domain
