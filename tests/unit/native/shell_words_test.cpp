// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/native/shell_words.h"

#include <gtest/gtest.h>

namespace vmwarden::native {
namespace {

std::vector<std::string> words(std::string_view text) {
    Diagnostics problems;
    std::vector<std::string> out;
    for (auto& word : shell_words("x", text, problems))
        out.push_back(std::move(word.text));
    EXPECT_TRUE(problems.empty()) << render(problems, text);
    return out;
}

std::string problems_of(std::string_view text) {
    Diagnostics problems;
    shell_words("x", text, problems);
    std::string out;
    for (const auto& problem : problems.list())
        out += problem.place.text() + " " + problem.message + "\n";
    return out;
}

using Words = std::vector<std::string>;

TEST(ShellWords, AreReadAsAShellReadsThem) {
    EXPECT_EQ(words(" a  b\tc\n"), (Words{"a", "b", "c"}));
    EXPECT_EQ(words(R"('a $b' "c \"d\" \$e \x" f\ g \'h)"),
              (Words{"a $b", R"(c "d" $e \x)", "f g", "'h"}));
    EXPECT_EQ(words(R"(a'b'"c"d '' "")"), (Words{"abcd", "", ""}));
    EXPECT_EQ(words("a\\\nb \\\n c \"d\\\ne\" \\\r\nf \\"), (Words{"ab", "c", "de", "f"}));
    EXPECT_EQ(words("# a comment\na#b # c\n'#d'"), (Words{"a#b", "#d"}));
    EXPECT_EQ(words("a$ 5$ \"$ \" a~b"), (Words{"a$", "5$", "$ ", "a~b"}));
}

TEST(ShellWords, KnowWhereTheyBegin) {
    Diagnostics problems;
    const auto found = shell_words("x", "a 'b\nc'\\\n d\n  e", problems);
    ASSERT_EQ(found.size(), 4U);
    EXPECT_EQ(found[1].place.text(), "x:1:3");
    EXPECT_EQ(found[2].place.text(), "x:3:2");
    EXPECT_EQ(found[3].place.text(), "x:4:3");
}

TEST(ShellWords, RefuseWhatAShellWouldReplaceOrActOn) {
    EXPECT_EQ(problems_of("a $HOME"),
              "x:1:3 a shell would put something else in the place of '$HOME'\n");
    for (const std::string text : {"\"${A}\"", "$(ls)", "`ls`", "\"`ls`\"", "$1", "$'a'"})
        EXPECT_NE(problems_of(text).find("a shell would put something else"), std::string::npos)
            << text;
    for (const std::string text : {"a;b", "a & b", "a|b", "a >b", "(a)"})
        EXPECT_NE(problems_of(text).find("means something to a shell"), std::string::npos) << text;
    EXPECT_NE(problems_of("~/a").find("home directory"), std::string::npos);
    EXPECT_EQ(problems_of("a 'b"), "x:1:3 this quotation mark has no second one\n");
    EXPECT_EQ(problems_of("a\n \"b"), "x:2:2 this quotation mark has no second one\n");
}

TEST(ShellWords, HaveLimits) {
    EXPECT_NE(problems_of(std::string(max_line_bytes + 1, 'a')).find("larger than"),
              std::string::npos);
    EXPECT_NE(problems_of(std::string(max_word_bytes + 1, 'a')).find("a word of the line"),
              std::string::npos);
    std::string many;
    for (std::size_t i = 0; i <= max_words; ++i)
        many += "a ";
    EXPECT_NE(problems_of(many).find("more than 2048 words"), std::string::npos);
    EXPECT_EQ(words(many.substr(2)).size(), max_words);
    EXPECT_NE(problems_of("a \x01").find("control character"), std::string::npos);
    EXPECT_NE(problems_of("a \xff").find("not UTF-8"), std::string::npos);
    Diagnostics problems;
    shell_words("x", std::string(100000, '`'), problems);
    EXPECT_EQ(problems.list().size(), 20U);
}

} // namespace
} // namespace vmwarden::native
