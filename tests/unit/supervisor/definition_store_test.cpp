// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/supervisor/definition_store.h"

#include "src/domain/domain_xml.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <system_error>

namespace vmwarden::supervisor {
namespace {

std::string fresh_directory() {
    auto path = (std::filesystem::temp_directory_path() / "vmwarden-store-XXXXXX").string();
    if (mkdtemp(path.data()) == nullptr) throw std::runtime_error("mkdtemp");
    return path;
}

class DefinitionStoreTest : public testing::Test {
  protected:
    ~DefinitionStoreTest() override { std::filesystem::remove_all(path_); }

    std::string path_ = fresh_directory();
    DefinitionStore store_{path_ + "/guests"};
};

TEST_F(DefinitionStoreTest, GivesBackWhatItWasGiven) {
    store_.write("web", "<domain/>");
    store_.write("web", "<domain>\n</domain>");
    EXPECT_EQ(store_.read("web"), "<domain>\n</domain>");
    store_.remove("web");
    EXPECT_EQ(store_.read("web"), std::nullopt);
}

TEST_F(DefinitionStoreTest, IsEmptyAsLongAsThereIsNoDirectory) {
    EXPECT_TRUE(store_.names().empty());
    EXPECT_EQ(store_.read("web"), std::nullopt);
    store_.remove("web");
}

TEST_F(DefinitionStoreTest, ListsGuestsAndNothingElse) {
    store_.write("b", "x");
    store_.write("a", "x");
    for (const auto* stray : {".hidden.xml", "notes.txt", "-dash.xml", "sp ace.xml"})
        std::ofstream(path_ + "/guests/" + stray) << "x";
    EXPECT_EQ(store_.names(), (std::vector<std::string>{"a", "b"}));
}

TEST_F(DefinitionStoreTest, LeavesNoTraceOfTheWayItWrites) {
    store_.write("web", "x");
    const std::filesystem::directory_iterator files(path_ + "/guests");
    EXPECT_EQ(std::distance(begin(files), end(files)), 1);
}

TEST_F(DefinitionStoreTest, FollowsNoLinkAndReadsNoGiant) {
    store_.write("real", "x");
    std::filesystem::create_symlink("real.xml", path_ + "/guests/link.xml");
    EXPECT_THROW((void)store_.read("link"), std::system_error);
    store_.write("giant", std::string(max_domain_bytes + 1, 'x'));
    EXPECT_THROW((void)store_.read("giant"), std::system_error);
    store_.write("large", std::string(max_domain_bytes, 'x'));
    EXPECT_EQ(store_.read("large")->size(), max_domain_bytes);
}

} // namespace
} // namespace vmwarden::supervisor
