// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/executor/guest_state.h"

#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <system_error>

namespace vmwarden::executor {
namespace {

class State : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "stateXXXXXX";
        ASSERT_NE(nullptr, mkdtemp(pattern.data()));
        places = {pattern + "/guests", pattern + "/restore", "/nonexistent"};
        root = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(root); }
    std::string root;
    Places places;
};

TEST(RunningRecordText, comes_back_as_it_was_and_is_refused_when_cut) {
    const RunningRecord record{"boot", "/machine.slice/x.scope", 10, 11, 12, 13};
    const std::string text = encode(record);
    EXPECT_EQ(record, decode_running(text));
    for (std::size_t size = 0; size < text.size() - 3; ++size)
        EXPECT_FALSE(decode_running(text.substr(0, size))) << size;
}

TEST(ExitText, knows_both_ends_and_says_when_it_knows_none) {
    EXPECT_EQ(3, decode_exit("exited 3\n").code);
    EXPECT_FALSE(decode_exit("exited 3\n").signalled);
    EXPECT_EQ(9, decode_exit("killed 9\n").code);
    EXPECT_TRUE(decode_exit("killed 9\n").signalled);
    EXPECT_FALSE(decode_exit("").known);
    EXPECT_FALSE(decode_exit("exited x\n").known);
}

TEST(LastWords, are_whole_lines_printable_and_few) {
    EXPECT_EQ("a\nb?", last_words("a\n\nb\x1b\n"));
    const std::string words = last_words(std::string(5000, 'x') + "\nlast\n");
    EXPECT_EQ("last", words);
    EXPECT_LE(last_words(std::string(5000, 'x')).size(), 1000U);
}

TEST_F(State, is_made_once_and_is_root_only) {
    GuestState state = GuestState::create(places, "g");
    EXPECT_THROW(GuestState::create(places, "g"), std::system_error);
    EXPECT_EQ(std::filesystem::perms::owner_all,
              std::filesystem::status(places.guests + "/g").permissions());
    EXPECT_EQ(std::vector<std::string>{"g"}, GuestState::all(places));
}

TEST_F(State, goes_as_a_whole_and_twice) {
    GuestState state = GuestState::create(places, "g");
    state.link_journal(places, "g");
    const UniqueFd log = state.create_log();
    const UniqueFd socket = state.listen_at("qmp.sock");
    GuestState::remove(places, "g");
    GuestState::remove(places, "g");
    EXPECT_FALSE(GuestState::open(places, "g"));
    EXPECT_TRUE(GuestState::all(places).empty());
}

TEST_F(State, a_socket_can_be_connected_to_however_long_its_path) {
    const std::string name(200, 'n');
    GuestState state = GuestState::create(places, name);
    const UniqueFd listener = state.listen_at("qmp.sock");
    const UniqueFd connection = state.connect_to("qmp.sock");
    const UniqueFd accepted(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    EXPECT_TRUE(accepted);
    EXPECT_THROW((void)state.connect_to("nobody"), std::system_error);
}

TEST_F(State, keeps_plan_unit_and_marker) {
    GuestState state = GuestState::create(places, "g");
    EXPECT_EQ("", state.unit());
    EXPECT_FALSE(state.plan());
    LaunchPlan plan;
    plan.name = "g";
    plan.state_directory = places.guests + "/g";
    plan.scope.unit = "vmwarden-g.scope";
    plan.scope.slice = "machine.slice";
    plan.scope.kill_signal = 28;
    plan.process.executable = "/bin/true";
    plan.process.argv = {"true"};
    state.write_plan(plan);
    EXPECT_EQ("vmwarden-g.scope", state.unit());
    EXPECT_EQ(plan, state.plan());
    EXPECT_FALSE(state.running());
    state.write_running({"b", "/x", 1, 2, 3, 4});
    EXPECT_EQ(3, state.running()->shim_pid);
}

} // namespace
} // namespace vmwarden::executor
