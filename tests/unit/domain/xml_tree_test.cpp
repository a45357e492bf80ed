// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/xml_tree.h"

#include "src/domain/xml_outline.h"

#include <gtest/gtest.h>

namespace vmwarden::domain {
namespace {

struct Read {
    explicit Read(std::string_view text)
      : source("t.xml", text)
      , report(source)
      , root(read_xml(source, report)) {}
    std::string written(Span span) const {
        return std::string(source.text().substr(span.begin, span.length));
    }
    std::string place(Span span) const { return report.place(span).text(); }

    Source source;
    Report report;
    std::unique_ptr<Element> root;
};

TEST(XmlTree, KnowsWhereEverythingStands) {
    const Read read("<a>\n  <b  one='1'\n     two = \"x&amp;y\" >  text </b>\n</a>\n");
    ASSERT_TRUE(read.root);
    EXPECT_EQ(read.place(read.root->at), "t.xml:1:1");
    const auto& b = read.root->children.at(0);
    EXPECT_EQ(read.place(b.at), "t.xml:2:3");
    EXPECT_EQ(read.written(b.at), "<b");
    EXPECT_EQ(read.place(b.attributes.at(0).name_at), "t.xml:2:7");
    EXPECT_EQ(read.place(b.attributes.at(0).value_at), "t.xml:2:12");
    EXPECT_EQ(read.place(b.attributes.at(1).name_at), "t.xml:3:6");
    EXPECT_EQ(read.written(b.attributes.at(1).value_at), "x&amp;y");
    EXPECT_EQ(b.attributes.at(1).value, "x&y");
    EXPECT_EQ(b.text, "  text ");
    EXPECT_EQ(read.written(b.text_at), "text");
    EXPECT_EQ(read.written(b.inner), "  text ");
}

TEST(XmlTree, JoinsTextAroundCommentsCdataAndReferences) {
    const Read read("<a>one<!-- <no> --><![CDATA[<two>]]>&#x33;&lt;</a>");
    ASSERT_TRUE(read.root);
    EXPECT_EQ(read.root->text, "one<two>3<");
    EXPECT_EQ(read.written(read.root->text_at), "one");
}

TEST(XmlTree, KeepsPrefixesAndDeclarations) {
    const Read read("<a xmlns:p='urn:p' p:x='1' y='2'><p:b xmlns='urn:q'/></a>");
    ASSERT_TRUE(read.root);
    ASSERT_EQ(read.root->attributes.size(), 3U);
    EXPECT_EQ(read.root->attributes[0].name, "xmlns:p");
    EXPECT_EQ(read.root->attributes[0].value, "urn:p");
    EXPECT_EQ(read.root->attributes[1].name, "p:x");
    EXPECT_EQ(read.root->attributes[1].value, "1");
    EXPECT_EQ(read.root->attributes[2].value, "2");
    EXPECT_EQ(read.root->children.at(0).name, "p:b");
}

TEST(XmlTree, CountsColumnsInBytesBehindAByteOrderMark) {
    const Read read("\xef\xbb\xbf<a>\xc3\xa4<b/></a>");
    ASSERT_TRUE(read.root);
    EXPECT_EQ(read.place(read.root->at), "t.xml:1:4");
    EXPECT_EQ(read.place(read.root->children.at(0).at), "t.xml:1:9");
}

TEST(XmlTree, TakesAsManyElementsAndAttributesAsAllowed) {
    std::string elements;
    for (std::size_t i = 1; i < max_elements; ++i)
        elements += "<b/>";
    EXPECT_TRUE(Read("<a>" + elements + "</a>").root);
    EXPECT_FALSE(Read("<a>" + elements + "<b/></a>").root);
    std::string attributes;
    for (std::size_t i = 0; i < max_attributes_per_element; ++i)
        attributes += " a" + std::to_string(i) + "=''";
    EXPECT_TRUE(Read("<a" + attributes + "/>").root);
    EXPECT_FALSE(Read("<a" + attributes + " more=''/>").root);
}

TEST(Report, StopsAtItsLimitAndSaysSo) {
    const Source source("t", "x");
    Report report(source);
    for (std::size_t i = 0; i < 3 * Report::max_errors; ++i)
        report.error({0, 1}, "wrong");
    const auto diagnostics = report.take();
    EXPECT_EQ(diagnostics.list().size(), Report::max_errors);
    EXPECT_EQ(diagnostics.list().back().message, "too many errors: the rest is not shown");
}

TEST(Source, FindsPlacesInAllLines) {
    const Source source("t", "ab\n\ncd");
    EXPECT_EQ(source.place(0).text(), "t:1:1");
    EXPECT_EQ(source.place(2).text(), "t:1:3");
    EXPECT_EQ(source.place(3).text(), "t:2:1");
    EXPECT_EQ(source.place(5).text(), "t:3:2");
    EXPECT_EQ(source.place(99).text(), "t:3:3");
}

TEST(Source, TurnsCharactersIntoBytes) {
    const Source source("t", "a\n\xc3\xa4\xc3\xb6x");
    EXPECT_EQ(source.offset(2, 1), 2U);
    EXPECT_EQ(source.offset(2, 3), 6U);
    EXPECT_EQ(source.offset(2, 99), 7U);
    EXPECT_EQ(source.offset(9, 1), 7U);
}

TEST(InQuotes, ShortensLongTextBetweenCharacters) {
    EXPECT_EQ(in_quotes("x"), "'x'");
    const auto shown = in_quotes(std::string(79, 'a') + "\xc3\xa4" + std::string(50, 'b'));
    EXPECT_EQ(shown, "'" + std::string(79, 'a') + "...'");
}

} // namespace
} // namespace vmwarden::domain
