// SPDX-License-Identifier: LGPL-2.1-or-later
// yaml-cpp's events to a tree, refusing on the way what policy files do without. Events are used
// because yaml-cpp's own Node accepts duplicate keys, shares aliased nodes and turns an empty value
// into the word "null".
#pragma once

#include "src/hostpolicy/document.h"
#include "src/hostpolicy/source_text.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include <unordered_map>

namespace vmwarden::hostpolicy {

// Thrown through the parser to end it early; the reason has been reported.
struct StopReading {
    bool for_good; // else reading may go on at the next top-level key
};

// Thrown likewise where a text runs over several lines, which is most often a quote, a comma or a
// dash that is missing, and hides the keys behind it.
struct MultiLineText {
    Span span;
};

class TreeBuilder : public YAML::EventHandler {
  public:
    TreeBuilder(const SourceText& source, Findings& findings)
      : source_(source)
      , findings_(findings) {}

    // The parser is about to read from this line on.
    void begin_at(unsigned line);
    // Parsing failed: forgets the top-level entry it was in, and returns the line where that began
    // (the line given to begin_at() if in none).
    unsigned abandon_entry();
    // Undoes the duplicate check of the entry abandoned last: it is going to be read again.
    void expect_again() { top_seen_.erase(entry_key_); }
    [[nodiscard]] bool saw_mapping() const { return saw_mapping_; }
    [[nodiscard]] std::vector<Entry> take_entries() { return std::move(entries_); }
    // Where the parser's mark is in the file, as long as the token that stands there.
    [[nodiscard]] Span span_at(const YAML::Mark& mark) const;

    void OnDocumentStart(const YAML::Mark& mark) override;
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override;
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value style) override;
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value style) override;
    void OnMapEnd() override { close(); }
    void OnAnchor(const YAML::Mark& mark, const std::string& name) override;

  private:
    using SeenKeys = std::unordered_map<std::string, unsigned>; // key, its line
    // A list or mapping that has begun and not ended.
    struct Open {
        Node node;
        SeenKeys seen;
        bool is_key = false;   // stands where a key should: will be thrown away
        bool key_next = false; // in a mapping: a key is due, not a value
        bool key_valid = false;
        std::string key;
        Span key_span;
    };

    [[nodiscard]] std::string_view source_at(const YAML::Mark& mark) const;
    [[nodiscard]] bool follows_question_mark(const YAML::Mark& mark) const;
    [[nodiscard]] Span null_span(const YAML::Mark& mark) const;
    [[nodiscard]] bool key_is_due() const { return !open_.empty() && open_.back().key_next; }
    void count_value(const YAML::Mark& mark);
    void refuse_tag(const YAML::Mark& mark, const std::string& tag);
    void take_key(const YAML::Mark& mark, const std::string& text);
    void refuse_key(Span span, std::string_view code, std::string message, std::string hint);
    void take_value(Node node);
    void take_root(const Node& node);
    void open(const YAML::Mark& mark, NodeKind kind);
    void close();

    const SourceText& source_;
    Findings& findings_;
    std::vector<Open> open_;
    std::vector<Entry> entries_; // of the top level, over all restarts
    SeenKeys top_seen_;
    unsigned first_line_ = 1;        // where the parser began
    unsigned entry_line_ = 1;        // where the latest top-level entry began
    std::size_t entries_before_ = 0; // how many there were before it
    std::string entry_key_;          // its key, if that had not been seen before
    unsigned documents_ = 0;         // since first_line_
    std::size_t values_ = 0;
    unsigned alias_line_ = 0; // of the latest one reported: one a line is enough
    bool saw_mapping_ = false;
};

} // namespace vmwarden::hostpolicy
