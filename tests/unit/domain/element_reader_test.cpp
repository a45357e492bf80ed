// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/element_reader.h"

#include <gtest/gtest.h>

namespace vmwarden::domain {
namespace {

// What a reader leaves behind, as messages with hints.
template <class Read>
std::vector<std::string> reported(std::string_view xml, Read read) {
    const Source source("t", xml);
    Report report(source);
    const auto root = read_xml(source, report);
    if (!root) return {"not read"};
    ElementReader reader(*root, report);
    read(reader);
    reader.finish();
    std::vector<std::string> out;
    const auto diagnostics = report.take();
    for (const auto& diagnostic : diagnostics.list())
        out.push_back(diagnostic.place.text() + " " + diagnostic.message + "; " + diagnostic.hint);
    return out;
}
using Messages = std::vector<std::string>;

TEST(ElementReader, ReportsWhateverNobodyAskedFor) {
    EXPECT_EQ(reported("<a x='1' y='2'>text<b/><c/></a>",
                       [](ElementReader& a) {
                           a.attribute("x");
                           a.child("b", [](ElementReader&) {});
                       }),
              (Messages{"t:1:10 'y' is not an attribute of <a>; did you mean 'x'?",
                        "t:1:16 text 'text' has no place in <a>; remove it",
                        "t:1:24 <c> is not an element of <a>; did you mean 'b'?"}));
}

TEST(ElementReader, IsSilentWhereAllWasAskedFor) {
    EXPECT_EQ(reported("<a x='1'>text<b/></a>",
                       [](ElementReader& a) {
                           a.attribute("x");
                           a.text();
                           a.flag("b");
                       }),
              Messages{});
}

TEST(ElementReader, FinishesChildrenToo) {
    EXPECT_EQ(reported("<a><b><c/></b></a>",
                       [](ElementReader& a) { a.children("b", [](ElementReader&) {}); }),
              Messages{"t:1:7 <b> has no elements inside; remove <c>"});
}

TEST(ElementReader, ReportsASecondOfOne) {
    EXPECT_EQ(reported("<a>\n<b/>\n<b/></a>", [](ElementReader& a) { a.flag("b"); }),
              Messages{"t:3:1 a second <b> in <a>; the first is on line 2"});
}

TEST(ElementReader, ListsTheWordsWhereNoneIsNear) {
    const auto read = [](ElementReader& a) { a.word("x", yes_no); };
    EXPECT_EQ(reported("<a x='perhaps'/>", read),
              Messages{"t:1:7 x 'perhaps' is not known here; use yes or no"});
    EXPECT_EQ(reported("<a x='yse'/>", read),
              Messages{"t:1:7 x 'yse' is not known here; did you mean 'yes'?"});
}

TEST(ElementReader, RefusesWithTheReason) {
    constexpr NotDone refused[] = {{"x"}, {"y", "because"}};
    EXPECT_EQ(reported("<a y=''><x/></a>",
                       [&](ElementReader& a) {
                           a.refuse_attributes(refused);
                           a.refuse_children(refused);
                       }),
              (Messages{"t:1:4 'y' of <a> is refused: because; remove it",
                        "t:1:9 <x> in <a> is refused: not in this version; remove it"}));
}

} // namespace
} // namespace vmwarden::domain
