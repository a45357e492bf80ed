// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/executor/restore_journal.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <gtest/gtest.h>

namespace vmwarden::executor {
namespace {

Claims sample() {
    FileClaim plain{"/var/lib/a b%\xc3\xa4\n.img",
                    "boot-1",
                    {{2049, 77}, false, {}, {{1000}, {100}}, 04644, "u:object_r:t:s0:c1,c2"},
                    Owner{{64055}, {64055}},
                    "u:object_r:svirt_image_t:s0:c3,c4"};
    FileClaim node{
        "/dev/x", "boot-2", {{6, 5}, true, {259, 3}, {{0}, {6}}, 0660, ""}, std::nullopt, "-"};
    return {"g",
            {plain, node},
            {{"0000:06:02.0", "boot-1", "e1000", ""}, {"0001:00:00.1", "boot-2", "", "vfio pci"}}};
}

class Journal : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "journalXXXXXX";
        ASSERT_NE(nullptr, mkdtemp(pattern.data()));
        path = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(path); }
    void put(const std::string& name, const std::string& text) {
        std::ofstream(path + "/" + name) << text;
    }
    std::string path;
};

TEST(JournalText, comes_back_as_it_was) {
    const auto back = decode(encode(sample()), "g");
    ASSERT_TRUE(back);
    EXPECT_EQ(sample(), *back);
}

TEST(JournalText, hostile_names_stay_on_their_line) {
    const std::string text = encode(sample());
    EXPECT_EQ(6, std::count(text.begin(), text.end(), '\n'));
}

TEST(JournalText, every_truncation_is_refused) {
    const std::string text = encode(sample());
    for (std::size_t size = 0; size + 1 < text.size(); ++size)
        EXPECT_FALSE(decode(text.substr(0, size), "g")) << size;
}

TEST(JournalText, what_is_not_exactly_a_journal_is_refused) {
    const std::string text = encode(sample());
    EXPECT_FALSE(decode(text + "more\n", "g"));
    for (const auto& [from, to] :
         {std::pair("77", "7x"), std::pair("restore 1", "restore 2"), std::pair("%c3", "%zz"),
          std::pair(" /dev/x", " dev/x"), std::pair("64055 ", "99999999999 ")}) {
        std::string changed = text;
        ASSERT_NE(std::string::npos, changed.find(from)) << from;
        changed.replace(changed.find(from), std::string(from).size(), to);
        EXPECT_FALSE(decode(changed, "g")) << to;
    }
}

TEST_F(Journal, is_written_read_and_removed) {
    RestoreDirectory directory(path);
    EXPECT_FALSE(directory.read("g"));
    directory.write(sample(), true);
    EXPECT_EQ(sample(), directory.read("g"));
    EXPECT_EQ(std::vector<std::string>{"g"}, directory.guests());
    EXPECT_TRUE(directory.others("g").empty());
    EXPECT_EQ(1U, directory.others("h").size());
    directory.remove("g");
    directory.remove("g");
    EXPECT_FALSE(directory.read("g"));
}

TEST_F(Journal, a_damaged_one_is_not_taken_for_none) {
    RestoreDirectory directory(path);
    put("g.journal", "");
    EXPECT_THROW((void)directory.read("g"), DamagedJournal);
    EXPECT_THROW((void)directory.others("h"), DamagedJournal);
    EXPECT_EQ("g.journal.damaged", directory.set_aside("g"));
    EXPECT_FALSE(directory.read("g"));
    EXPECT_TRUE(directory.others("h").empty());
}

// The second thread gets the directory only after the first has let it go.
TEST_F(Journal, one_holder_at_a_time) {
    auto first = std::make_unique<RestoreDirectory>(path);
    auto second = std::async(std::launch::async, [this] {
        const RestoreDirectory directory(path);
        return directory.read("g").has_value();
    });
    first->write(sample(), false);
    first.reset();
    EXPECT_TRUE(second.get());
}

} // namespace
} // namespace vmwarden::executor
