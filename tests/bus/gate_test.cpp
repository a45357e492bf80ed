// SPDX-License-Identifier: LGPL-2.1-or-later
// The gate without polkit, the table, and values.
#include "agent/bus/authorisation.h"
#include "agent/bus/json_variant.h"
#include "agent/supervisor/loop.h"
#include "tests/bus/private_bus.h"

#include <fstream>
#include <gtest/gtest.h>
#include <regex>
#include <set>
#include <sstream>

namespace vmwarden::tests {

namespace {

std::string text_of(const std::string& path) {
    std::ifstream file(std::string(VMWARDEN_SOURCE) + "/" + path);
    std::stringstream text;
    text << file.rdbuf();
    EXPECT_FALSE(text.str().empty()) << path;
    return text.str();
}

std::set<std::string> all_matches(const std::string& text, const char* pattern) {
    const std::regex expression(pattern);
    std::set<std::string> found;
    for (std::sregex_iterator it(text.begin(), text.end(), expression), end; it != end; ++it)
        found.insert((*it)[1]);
    return found;
}

TEST(AuthorisationTable, HasARowForEveryMethodAndNoOther) {
    std::set<std::string> offered;
    for (const std::string interface : {"Manager", "Guest", "Policy", "Job"})
        for (const auto& member : all_matches(text_of("dbus/org.vmwarden1." + interface + ".xml"),
                                              "<method name=\"([A-Za-z]+)\""))
            offered.insert("org.vmwarden1." + interface + "." + member);
    std::set<std::string> ruled;
    for (const auto& rule : bus::authorisation_table())
        ruled.insert(std::string(rule.interface) + "." + std::string(rule.member));
    EXPECT_EQ(offered, ruled);
}

TEST(AuthorisationTable, NamesTheActionsOfThePolicyFileAndAllOfThem) {
    std::set<std::string> named;
    for (const auto& rule : bus::authorisation_table())
        if (!rule.action.empty()) named.emplace(rule.action);
    EXPECT_EQ(all_matches(text_of("policy/polkit/org.vmwarden1.policy"), "<action id=\"([^\"]+)\""),
              named);
}

// Reading is a closed list: whoever adds a method without an action has to come by here.
TEST(AuthorisationTable, LeavesOnlyTheRegistryAndCapabilitiesFree) {
    std::set<std::string> free;
    for (const auto& rule : bus::authorisation_table())
        if (rule.action.empty()) free.emplace(rule.member);
    const std::set<std::string> expected = {"GetGuest",   "GetGuestByUUID",  "GetGuestByPID",
                                            "ListGuests", "GetCapabilities", "Can"};
    EXPECT_EQ(free, expected);
}

TEST(AuthorisationTable, RefusesToKnowAMethodItDoesNotHave) {
    EXPECT_THROW(bus::rule_of("org.vmwarden1.Guest", "Explode"), std::logic_error);
}

class WithoutPolkit : public testing::Test {
  protected:
    PrivateBus bus_;
    supervisor::Loop loop_;
    std::unique_ptr<host::Authority> authority_ = host::connect_polkit(loop_.raw());
    bus::Gate gate_{*authority_};

    // The failure's message; empty: let in.
    std::string ask(std::uint32_t uid) {
        std::string message = "no verdict";
        gate_.ask({":1.1", uid}, bus::rule_of("org.vmwarden1.Guest", "Start"), "web", true,
                  [&](const std::optional<supervisor::Failure>& failure) {
                      message = failure ? failure->message : "";
                      loop_.stop();
                  });
        loop_.run();
        return message;
    }
};

TEST_F(WithoutPolkit, RootPasses) {
    EXPECT_EQ(ask(0), "");
}

TEST_F(WithoutPolkit, NobodyElseDoes) {
    EXPECT_TRUE(ask(1000).starts_with("polkit cannot be asked for org.vmwarden1.manage-guest"));
}

TEST(JsonAsVariants, ComesBackAsItWasSortedByKey) {
    const auto tree = nlohmann::ordered_json::parse(
        R"({"a": [], "b": true, "c": {"x": -1, "y": 1.5}, "d": ["s", "t"],
            "e": [{"n": 18446744073709551615}], "f": [1, "two"]})");
    EXPECT_EQ(bus::to_json(bus::to_dictionary(tree)), tree);
    EXPECT_EQ(bus::type_of(bus::to_dictionary(tree).at("d")), "as");
    EXPECT_EQ(bus::type_of(bus::to_dictionary(tree).at("e")), "aa{sv}");
}

TEST(JsonAsVariants, KnowsNoNull) {
    EXPECT_TRUE(bus::to_dictionary(nlohmann::ordered_json::parse(R"({"a": null})")).empty());
    EXPECT_THROW(bus::to_dictionary(nlohmann::ordered_json::parse(R"({"a": [null]})")),
                 std::invalid_argument);
}

TEST(JsonAsVariants, RefusesTypesItDoesNotKnow) {
    EXPECT_THROW(bus::to_json(sdbus::Variant(std::map<std::string, std::string>())),
                 std::invalid_argument);
}

} // namespace

} // namespace vmwarden::tests
