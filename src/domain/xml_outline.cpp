// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/xml_outline.h"

#include "src/base/text.h"
#include "src/domain/domain_xml.h"

#include <strings.h>

#include <algorithm>

namespace vmwarden::domain {

namespace {

constexpr std::string_view blanks = " \t\r\n";
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

std::string hexadecimal(char byte) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto value = static_cast<unsigned char>(byte);
    return {'0', 'x', digits[value >> 4], digits[value & 0xf]};
}

bool is_blank(char c) {
    return blanks.find(c) != std::string_view::npos;
}

// Bytes that no well-formed document of ours can hold, wherever they stand.
bool bytes_are_fit(const Source& source, Report& report) {
    const auto text = source.text();
    if (text.size() > max_domain_bytes) {
        // How large is not known: who reads a file stops soon behind the limit.
        report.error({},
                     "the document is larger than " + std::to_string(max_domain_bytes) + " bytes");
        return false;
    }
    if (const auto at = first_invalid_utf8(text)) {
        report.error({*at, 1},
                     "byte " + hexadecimal(text[*at]) + " at offset " + std::to_string(*at) +
                         " is not UTF-8",
                     "save the file as UTF-8");
        return false;
    }
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (static_cast<unsigned char>(text[at]) >= 0x20 || is_blank(text[at])) continue;
        report.error({at, 1}, "control byte " + hexadecimal(text[at]) + " at offset " +
                                  std::to_string(at) + " has no place in XML");
        return false;
    }
    return true;
}

class Scanner {
  public:
    Scanner(const Source& source, Report& report)
      : text_(source.text())
      , report_(report) {}

    bool run();
    Outline take() { return std::move(outline_); }

  private:
    [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
    [[nodiscard]] bool sees(std::string_view word) const {
        return text_.substr(at_, word.size()) == word;
    }
    [[nodiscard]] ElementOutline& innermost() { return outline_.elements[open_.back()]; }
    [[nodiscard]] std::string_view word_at(Span span) const {
        return text_.substr(span.begin, span.length);
    }

    bool fail(Span at, std::string message, std::string hint = {});
    void skip_blanks();
    Span name();
    bool skip_past(std::string_view end, std::string_view what);
    bool declaration();
    bool declared_encoding(Span declaration);
    bool markup();
    bool start_tag();
    bool attribute();
    bool given_before(Span name);
    bool open_element(Span name);
    bool end_tag();
    bool characters();
    bool note_text(Span run);
    bool finish();

    std::string_view text_;
    Report& report_;
    Outline outline_;
    std::vector<std::size_t> open_; // indices of the elements that are open
    std::size_t at_ = 0;
};

bool Scanner::fail(Span at, std::string message, std::string hint) {
    report_.error(at, std::move(message), std::move(hint));
    return false;
}

void Scanner::skip_blanks() {
    while (!at_end() && is_blank(text_[at_]))
        ++at_;
}

Span Scanner::name() {
    const auto end = text_.find_first_of(" \t\r\n/>=<'\"", at_);
    const Span found{at_, std::min(end, text_.size()) - at_};
    at_ += found.length;
    return found;
}

bool Scanner::skip_past(std::string_view end, std::string_view what) {
    const auto found = text_.find(end, at_);
    if (found == std::string_view::npos)
        return fail({at_, 1}, std::string(what) + " is never closed",
                    "'" + std::string(end) + "' is missing");
    at_ = found + end.size();
    return true;
}

bool Scanner::run() {
    if (sees(byte_order_mark)) at_ += byte_order_mark.size();
    if (sees("<?xml") && at_ + 5 < text_.size() && is_blank(text_[at_ + 5]) && !declaration())
        return false;
    while (!at_end()) {
        if (!(text_[at_] == '<' ? markup() : characters())) return false;
    }
    return finish();
}

bool Scanner::declaration() {
    const auto begin = at_;
    return skip_past("?>", "the XML declaration") && declared_encoding({begin, at_ - begin});
}

bool Scanner::declared_encoding(Span declaration) {
    const auto text = word_at(declaration);
    const auto key = text.find("encoding");
    if (key == std::string_view::npos) return true;
    const auto open = text.find_first_of("'\"", key);
    const auto close = open == std::string_view::npos ? open : text.find(text[open], open + 1);
    if (close == std::string_view::npos)
        return fail({declaration.begin + key, 8}, "the encoding has no value",
                    "write encoding='UTF-8'");
    const std::string encoding(text.substr(open + 1, close - open - 1));
    if (strcasecmp(encoding.c_str(), "UTF-8") == 0) return true;
    return fail({declaration.begin + open + 1, encoding.size()},
                "encoding " + in_quotes(encoding) + " is not read", "save the file as UTF-8");
}

bool Scanner::markup() {
    if (sees("<!--")) return skip_past("-->", "this comment");
    if (sees("<![CDATA[")) {
        const auto begin = at_;
        return skip_past("]]>", "this CDATA section") && note_text({begin, at_ - begin});
    }
    if (sees("<!"))
        return fail({at_, 9}, "document type declarations are refused",
                    "remove the DOCTYPE: domain XML needs none");
    if (sees("<?"))
        return fail({at_, 2}, "processing instructions are not understood", "remove it");
    return sees("</") ? end_tag() : start_tag();
}

bool Scanner::start_tag() {
    const auto begin = at_++;
    const auto tag = name();
    if (tag.length == 0)
        return fail({begin, 1}, "'<' does not begin a tag here", "write &lt; for a literal '<'");
    if (!open_element(tag)) return false;
    for (;;) {
        skip_blanks();
        if (at_end() || text_[at_] == '<')
            return fail({begin, tag.length + 1},
                        "tag " + in_quotes(word_at(tag)) + " is never closed", "'>' is missing");
        const bool empty = sees("/>");
        if (empty || text_[at_] == '>') {
            at_ += empty ? 2 : 1;
            innermost().inner.begin = at_;
            if (empty) open_.pop_back();
            return true;
        }
        if (!attribute()) return false;
    }
}

bool Scanner::given_before(Span name) {
    const auto& element = innermost();
    const auto first =
        outline_.attributes.begin() + static_cast<std::ptrdiff_t>(element.first_attribute);
    return std::any_of(first, outline_.attributes.end(), [&](const AttributeOutline& other) {
        return word_at(other.name) == word_at(name);
    });
}

bool Scanner::attribute() {
    const auto name_at = name();
    if (name_at.length == 0)
        return fail({at_, 1}, in_quotes(text_.substr(at_, 1)) + " is out of place in a tag",
                    "attributes are written name='value'");
    skip_blanks();
    if (!sees("="))
        return fail(name_at, "attribute " + in_quotes(word_at(name_at)) + " has no value",
                    "attributes are written name='value'");
    ++at_;
    skip_blanks();
    if (!sees("'") && !sees("\""))
        return fail(name_at, "the value of " + in_quotes(word_at(name_at)) + " is not in quotes",
                    "attributes are written name='value'");
    const auto end = text_.find_first_of(text_[at_] == '"' ? "\"<" : "'<", at_ + 1);
    if (end == std::string_view::npos || text_[end] == '<')
        return fail({at_, 1}, "the value of " + in_quotes(word_at(name_at)) + " is never closed",
                    "the closing quote is missing, or write &lt; for a literal '<'");
    if (given_before(name_at))
        return fail(name_at, "attribute " + in_quotes(word_at(name_at)) + " is given twice",
                    "remove one of them");
    outline_.attributes.push_back({name_at, {at_ + 1, end - at_ - 1}});
    at_ = end + 1;
    if (++innermost().attributes > max_attributes_per_element)
        return fail(name_at, "more than " + std::to_string(max_attributes_per_element) +
                                 " attributes on one element");
    return true;
}

bool Scanner::open_element(Span tag) {
    if (open_.empty() && !outline_.elements.empty())
        return fail(tag, "a second element beside the outermost one",
                    "a document holds one <domain>");
    if (open_.size() >= max_domain_depth)
        return fail(tag, "elements are nested deeper than " + std::to_string(max_domain_depth));
    if (outline_.elements.size() >= max_elements)
        return fail(tag, "more than " + std::to_string(max_elements) + " elements");
    open_.push_back(outline_.elements.size());
    outline_.elements.push_back({tag, {}, {}, outline_.attributes.size(), 0});
    return true;
}

bool Scanner::end_tag() {
    const auto begin = at_;
    at_ += 2;
    const auto tag = name();
    const Span whole{begin, tag.length + 2};
    if (open_.empty())
        return fail(whole, "</" + std::string(word_at(tag)) + "> closes nothing", "remove it");
    auto& element = innermost();
    if (word_at(tag) != word_at(element.name))
        return fail(whole,
                    "</" + std::string(word_at(tag)) + "> closes <" +
                        std::string(word_at(element.name)) + "> of line " +
                        std::to_string(report_.place(element.name).line),
                    "write </" + std::string(word_at(element.name)) + ">");
    skip_blanks();
    if (!sees(">"))
        return fail(whole, "end tag " + in_quotes(word_at(tag)) + " is never closed",
                    "'>' is missing");
    ++at_;
    element.inner.length = begin - element.inner.begin;
    open_.pop_back();
    return true;
}

bool Scanner::characters() {
    const auto begin = at_;
    at_ = std::min(text_.find('<', at_), text_.size());
    const auto run = text_.substr(begin, at_ - begin);
    const auto first = run.find_first_not_of(blanks);
    if (first == std::string_view::npos) return true;
    return note_text({begin + first, run.find_last_not_of(blanks) - first + 1});
}

bool Scanner::note_text(Span run) {
    if (open_.empty())
        return fail({run.begin, std::min(run.length, word_at(run).find('\n'))},
                    "text outside of the document's element", "remove it");
    if (innermost().text.length == 0) innermost().text = run;
    return true;
}

bool Scanner::finish() {
    if (outline_.elements.empty())
        return fail({text_.size(), 0}, "the document has no element",
                    "a definition begins with <domain type='kvm'>");
    if (open_.empty()) return true;
    const auto& element = innermost();
    const std::string tag(word_at(element.name));
    return fail({element.name.begin - 1, tag.size() + 1}, "<" + tag + "> is never closed",
                "</" + tag + "> is missing");
}

} // namespace

std::optional<Outline> outline_of(const Source& source, Report& report) {
    if (!bytes_are_fit(source, report)) return std::nullopt;
    Scanner scanner(source, report);
    if (!scanner.run()) return std::nullopt;
    return scanner.take();
}

} // namespace vmwarden::domain
