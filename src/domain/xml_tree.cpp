// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/xml_tree.h"

#include "src/domain/xml_outline.h"

#include <libxml/parser.h>
#include <libxml/xmlerror.h>

#include <algorithm>
#include <exception>
#include <new>

namespace vmwarden::domain {

namespace {

#if LIBXML_VERSION >= 21200
using ErrorPointer = const xmlError*;
#else
using ErrorPointer = xmlError*;
#endif

struct ContextCloser {
    void operator()(xmlParserCtxt* context) const {
        if (context->myDoc != nullptr) xmlFreeDoc(context->myDoc);
        xmlFreeParserCtxt(context);
    }
};

xmlParserCtxt* new_context(const xmlSAXHandler& sax, void* data) {
#if LIBXML_VERSION >= 21100
    return xmlNewSAXParserCtxt(&sax, data);
#else
    auto* const context = xmlNewParserCtxt();
    if (context == nullptr) return nullptr;
    *context->sax = sax;
    context->userData = data;
    return context;
#endif
}

std::string_view view(const xmlChar* text) {
    return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

// Our own words where a person is likely to meet the mistake, libxml2's elsewhere.
std::pair<std::string, std::string> words_of(ErrorPointer error) {
    switch (error->code) {
    case XML_ERR_UNDECLARED_ENTITY:
    case XML_WAR_UNDECLARED_ENTITY:
        return {"an entity that XML does not know", "write &amp; for a literal '&'"};
    case XML_ERR_ENTITYREF_SEMICOL_MISSING:
    case XML_ERR_ENTITYREF_NO_NAME:
    case XML_ERR_NAME_REQUIRED:
        return {"an entity is not written as &name;", "write &amp; for a literal '&'"};
    case XML_ERR_INVALID_CHAR:
    case XML_ERR_INVALID_CHARREF:
        return {"a character that has no place in XML", "remove it"};
    case XML_ERR_ATTRIBUTE_REDEFINED:
    case XML_NS_ERR_ATTRIBUTE_REDEFINED:
        return {"an attribute is given twice", "remove one of them"};
    case XML_NS_ERR_UNDEFINED_NAMESPACE:
        return {"the prefix of this name is not declared", "add xmlns:PREFIX='...' or remove it"};
    default:
        break;
    }
    std::string message = error->message == nullptr ? "malformed XML" : error->message;
    std::replace(message.begin(), message.end(), '\n', ' ');
    while (!message.empty() && message.back() == ' ')
        message.pop_back();
    return {"not well-formed XML: " + message, {}};
}

// Receives libxml2's events and joins them with the outline's places: start tags come in the same
// order in both.
class Builder {
  public:
    Builder(const Outline& outline, Report& report)
      : outline_(outline)
      , report_(report) {}

    std::unique_ptr<Element> run();

  private:
    static Builder& of(void* data) { return *static_cast<Builder*>(data); }
    static xmlSAXHandler handler();
    // C frames stand between us and the caller: nothing may fly through them.
    template <class Callable>
    void guarded(Callable callable) noexcept {
        try {
            if (!failed_) callable();
        } catch (...) {
            thrown_ = std::current_exception();
            stop();
        }
    }

    void start(std::string_view name, int count, const xmlChar** attributes);
    void add_attributes(Element& element, const ElementOutline& outline, int count,
                        const xmlChar** attributes);
    void end() { open_.pop_back(); }
    void characters(std::string_view text) {
        if (!open_.empty()) open_.back()->text += text;
    }
    void error(ErrorPointer error);
    void stop();
    void disagree();

    const Outline& outline_;
    Report& report_;
    std::unique_ptr<xmlParserCtxt, ContextCloser> context_;
    std::unique_ptr<Element> root_;
    std::vector<Element*> open_;
    std::size_t next_ = 0; // index in outline_.elements
    bool failed_ = false;
    std::exception_ptr thrown_;
};

void Builder::stop() {
    failed_ = true;
    if (context_) xmlStopParser(context_.get());
}

// Should the outline and the parser ever see different documents, neither is to be trusted.
void Builder::disagree() {
    report_.error({}, "the document cannot be read reliably", "simplify its markup");
    stop();
}

void Builder::start(std::string_view name, int count, const xmlChar** attributes) {
    const auto text = report_.source().text();
    if (next_ >= outline_.elements.size()) return disagree();
    const auto& outline = outline_.elements[next_++];
    if (text.substr(outline.name.begin, outline.name.length) != name) return disagree();

    Element element;
    element.name = name;
    element.at = {outline.name.begin - 1, outline.name.length + 1};
    element.text_at = outline.text;
    element.inner = outline.inner;
    add_attributes(element, outline, count, attributes);
    if (open_.empty()) {
        root_ = std::make_unique<Element>(std::move(element));
        open_.push_back(root_.get());
    } else {
        open_.push_back(&open_.back()->children.emplace_back(std::move(element)));
    }
}

void Builder::add_attributes(Element& element, const ElementOutline& outline, int count,
                             const xmlChar** attributes) {
    const auto text = report_.source().text();
    element.attributes.reserve(outline.attributes);
    int next = 0;
    for (std::size_t i = 0; i < outline.attributes; ++i) {
        const auto& at = outline_.attributes[outline.first_attribute + i];
        const auto name = text.substr(at.name.begin, at.name.length);
        std::string value(text.substr(at.value.begin, at.value.length));
        if (name != "xmlns" && !name.starts_with("xmlns:")) {
            // libxml2 gives five pointers an attribute: name, prefix, namespace, value, its end.
            if (next >= count) return disagree();
            const auto** fields = attributes + 5 * static_cast<std::ptrdiff_t>(next++);
            if (!name.ends_with(view(fields[0]))) return disagree();
            value.assign(reinterpret_cast<const char*>(fields[3]),
                         static_cast<std::size_t>(fields[4] - fields[3]));
        }
        element.attributes.push_back({std::string(name), std::move(value), at.name, at.value});
    }
    if (next != count) disagree();
}

void Builder::error(ErrorPointer error) {
    if (error->level < XML_ERR_ERROR) return;
    const auto line = error->line > 0 ? static_cast<std::size_t>(error->line) : 1;
    const auto column = error->int2 > 0 ? static_cast<std::size_t>(error->int2) : 1;
    auto [message, hint] = words_of(error);
    report_.error({report_.source().offset(line, column), 1}, std::move(message), std::move(hint));
    stop();
}

xmlSAXHandler Builder::handler() {
    xmlSAXHandler sax{};
    sax.initialized = XML_SAX2_MAGIC;
    sax.startElementNs = [](void* data, const xmlChar* local, const xmlChar* prefix, const xmlChar*,
                            int, const xmlChar**, int count, int, const xmlChar** attributes) {
        of(data).guarded([&] {
            const auto name = prefix == nullptr
                                  ? std::string(view(local))
                                  : std::string(view(prefix)) + ":" + std::string(view(local));
            of(data).start(name, count, attributes);
        });
    };
    sax.endElementNs = [](void* data, const xmlChar*, const xmlChar*, const xmlChar*) {
        of(data).guarded([&] { of(data).end(); });
    };
    sax.characters = [](void* data, const xmlChar* text, int length) {
        of(data).guarded([&] {
            of(data).characters(
                {reinterpret_cast<const char*>(text), static_cast<std::size_t>(length)});
        });
    };
    sax.ignorableWhitespace = sax.characters;
    sax.cdataBlock = sax.characters;
    sax.serror = [](void* data, ErrorPointer error) {
        of(data).guarded([&] { of(data).error(error); });
    };
    return sax;
}

std::unique_ptr<Element> Builder::run() {
    const auto sax = handler();
    const auto text = report_.source().text();
    context_.reset(new_context(sax, this));
    if (!context_) throw std::bad_alloc();
    // NOENT: without it '&amp;' in an attribute arrives as "&#38;". There are no entities but XML's
    // own five, since a DOCTYPE does not get this far.
    xmlCtxtReadMemory(context_.get(), text.data(), static_cast<int>(text.size()), nullptr, nullptr,
                      XML_PARSE_NONET | XML_PARSE_NOENT);
    if (thrown_) std::rethrow_exception(thrown_);
    if (!failed_ && (next_ != outline_.elements.size() || !open_.empty())) disagree();
    return failed_ ? nullptr : std::move(root_);
}

} // namespace

std::unique_ptr<Element> read_xml(const Source& source, Report& report) {
    const auto outline = outline_of(source, report);
    if (!outline) return nullptr;
    return Builder(*outline, report).run();
}

} // namespace vmwarden::domain
