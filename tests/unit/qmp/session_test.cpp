// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qmp/session.h"

#include <gtest/gtest.h>

namespace vmwarden::qmp {
namespace {

constexpr std::string_view greeting_line =
    "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 0, \"minor\": 2, \"major\": 7}}}}\r\n";

TEST(Session, numbers_commands_and_matches_answers) {
    Session session(Session::Start::negotiated);
    EXPECT_EQ(session.request("stop").bytes, "{\"execute\":\"stop\",\"id\":1}\n");
    EXPECT_EQ(session.request("cont").id, 2U);
    EXPECT_EQ(session.waiting_for(2), "cont");
    EXPECT_EQ(session.feed("{\"return\": {}, \"id\": 2}\n").size(), 1U);
    EXPECT_EQ(session.waiting_for(2), std::nullopt);
    EXPECT_EQ(session.waiting_for(1), "stop");
    EXPECT_EQ(session.outstanding(), 1U);
}

TEST(Session, an_error_settles_its_command) {
    Session session(Session::Start::negotiated);
    session.request("stop");
    session.feed("{\"error\": {\"class\": \"GenericError\", \"desc\": \"\"}, \"id\": 1}\n");
    EXPECT_EQ(session.outstanding(), 0U);
    EXPECT_FALSE(session.failed());
}

TEST(Session, believes_no_answer_that_nobody_asked_for) {
    Session session(Session::Start::negotiated);
    session.request("stop");
    const auto messages = session.feed("{\"event\": \"STOP\"}\n{\"return\": {}, \"id\": 2}\n"
                                       "{\"return\": {}, \"id\": 1}\n");
    EXPECT_EQ(messages.size(), 1U);
    EXPECT_EQ(session.failure(), "an answer to command 2, which nobody asked");
    EXPECT_TRUE(session.feed("{\"return\": {}, \"id\": 1}\n").empty());
    EXPECT_TRUE(session.failed());
}

TEST(Session, an_answer_counts_once) {
    Session session(Session::Start::negotiated);
    session.request("stop");
    session.feed("{\"return\": {}, \"id\": 1}\n{\"return\": {}, \"id\": 1}\n");
    EXPECT_TRUE(session.failed());
}

TEST(Session, greeting_comes_first) {
    Session session(Session::Start::greeting);
    EXPECT_TRUE(session.feed("{\"event\": \"STOP\"}\n").empty());
    EXPECT_EQ(session.failure(), "a message before the greeting");
}

TEST(Session, greeting_comes_once) {
    Session session(Session::Start::greeting);
    EXPECT_EQ(session.feed(greeting_line).size(), 1U);
    EXPECT_TRUE(session.feed(greeting_line).empty());
    EXPECT_EQ(session.failure(), "a second greeting");
}

TEST(Session, fails_where_its_reader_fails) {
    Session session(Session::Start::negotiated);
    EXPECT_EQ(session.feed("{\"event\": \"STOP\"}\nrubbish\n").size(), 1U);
    EXPECT_EQ(session.failure(), "not a QMP message: rubbish");
}

} // namespace
} // namespace vmwarden::qmp
