// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qmp/qmp.h"

#include <gtest/gtest.h>

namespace vmwarden::qmp {
namespace {

using nlohmann::json;

constexpr std::string_view greeting_line =
    R"({"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, )"
    R"("package": "Debian 1:7.2"}, "capabilities": ["oob"]}})"
    "\r\n";

std::vector<Message> read(std::string_view bytes) {
    Reader reader;
    auto messages = reader.feed(bytes);
    EXPECT_FALSE(reader.failed()) << reader.failure();
    return messages;
}

std::string failure_of(std::string_view bytes) {
    Reader reader;
    reader.feed(bytes);
    return reader.failure();
}

TEST(Reader, reads_a_greeting) {
    const auto messages = read(greeting_line);
    ASSERT_EQ(messages.size(), 1U);
    const auto& greeting = std::get<Greeting>(messages[0]);
    EXPECT_EQ(greeting.major, 7U);
    EXPECT_EQ(greeting.minor, 2U);
    EXPECT_EQ(greeting.micro, 22U);
}

TEST(Reader, reads_a_reply) {
    const auto messages = read("{\"return\": {\"status\": \"prelaunch\"}, \"id\": 7}\n");
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(std::get<Reply>(messages[0]).id, 7U);
    EXPECT_EQ(std::get<Reply>(messages[0]).value, json({{"status", "prelaunch"}}));
}

TEST(Reader, reads_an_error) {
    const auto messages =
        read("{\"id\": 8, \"error\": {\"class\": \"GenericError\", \"desc\": \"no\"}}\r\n");
    ASSERT_EQ(messages.size(), 1U);
    const auto& error = std::get<Error>(messages[0]);
    EXPECT_EQ(error.id, 8U);
    EXPECT_EQ(error.error_class, "GenericError");
    EXPECT_EQ(error.description, "no");
}

TEST(Reader, an_error_to_what_qemu_could_not_read_has_id_0) {
    const auto messages = read("{\"error\": {\"class\": \"GenericError\", \"desc\": \"x\"}}\n");
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(std::get<Error>(messages[0]).id, 0U);
}

TEST(Reader, reads_an_event_and_drops_its_timestamp) {
    const auto messages = read("{\"timestamp\": {\"seconds\": 1, \"microseconds\": 2}, "
                               "\"event\": \"SHUTDOWN\", \"data\": {\"guest\": true}}\n"
                               "{\"timestamp\": {}, \"event\": \"STOP\"}\n");
    ASSERT_EQ(messages.size(), 2U);
    EXPECT_EQ(std::get<Event>(messages[0]).name, "SHUTDOWN");
    EXPECT_EQ(std::get<Event>(messages[0]).data, json({{"guest", true}}));
    EXPECT_EQ(std::get<Event>(messages[1]).name, "STOP");
    EXPECT_EQ(std::get<Event>(messages[1]).data, json::object());
}

TEST(Reader, bytes_may_come_one_by_one) {
    Reader reader;
    std::vector<Message> all;
    const std::string stream = std::string(greeting_line) + "{\"return\": {}, \"id\": 1}\r\n";
    for (const char c : stream)
        for (auto& message : reader.feed({&c, 1}))
            all.push_back(std::move(message));
    ASSERT_EQ(all.size(), 2U);
    EXPECT_TRUE(std::holds_alternative<Reply>(all[1]));
}

TEST(Reader, a_line_without_its_end_waits) {
    Reader reader;
    EXPECT_TRUE(reader.feed("{\"return\": {}, \"id\": 1}").empty());
    EXPECT_EQ(reader.feed("\n").size(), 1U);
}

TEST(Reader, blank_lines_mean_nothing) {
    EXPECT_TRUE(read("\r\n \t\n\n").empty());
}

TEST(Reader, what_is_not_a_message_fails) {
    for (const char* line : {
             "hello",
             "[]",
             "1",
             "null",
             "\"return\"",
             "{}",
             "{\"id\": 1}",
             "{\"return\": {}, \"id\": \"1\"}",
             "{\"return\": {}, \"id\": -1}",
             "{\"return\": {}, \"id\": 1.5}",
             "{\"event\": 1}",
             "{\"error\": \"x\", \"id\": 1}",
             "{\"error\": {\"class\": 1, \"desc\": \"x\"}, \"id\": 1}",
             "{\"error\": {\"class\": \"x\"}, \"id\": 1}",
             "{\"QMP\": {}}",
             "{\"QMP\": []}",
             "{\"QMP\": {\"version\": {\"qemu\": {\"major\": -7, \"minor\": 0, \"micro\": 0}}}}",
             "{\"QMP\": {\"version\": {\"qemu\": {\"major\": 7, \"minor\": 0, \"micro\": 1e9}}}}",
             "{\"return\": {}} {\"return\": {}}",
             "{\"return\": NaN, \"id\": 1}",
             "{\"return\": {}, \"id\": 99999999999999999999}",
         })
        EXPECT_EQ(failure_of(std::string(line) + "\n"), std::string("not a QMP message: ") + line);
}

TEST(Reader, broken_utf8_fails_and_does_not_throw) {
    EXPECT_EQ(failure_of("{\"event\": \"\xff\xfe\"}\n"), "not a QMP message: {\"event\": \"??\"}");
    EXPECT_NE(failure_of("\xc3\n"), "");
    EXPECT_NE(failure_of(std::string_view("{\"event\"\0: \"x\"}\n", 16)), "");
}

TEST(Reader, a_failure_cannot_drive_a_terminal) {
    EXPECT_EQ(failure_of("\x1b[2J\n"), "not a QMP message: ?[2J");
}

TEST(Reader, stays_failed_and_keeps_what_came_before) {
    Reader reader;
    EXPECT_EQ(reader.feed("{\"event\": \"STOP\"}\nrubbish\n{\"event\": \"RESUME\"}\n").size(), 1U);
    EXPECT_TRUE(reader.failed());
    EXPECT_TRUE(reader.feed("{\"event\": \"RESUME\"}\n").empty());
    EXPECT_TRUE(reader.failed());
}

// An event of a given length, its newline not counted.
std::string event_of(std::size_t length) {
    const std::string head = "{\"event\": \"";
    return head + std::string(length - head.size() - 2, 'x') + "\"}";
}

TEST(Reader, a_line_of_the_longest_allowed_length_is_read) {
    EXPECT_EQ(read(event_of(Reader::max_line_bytes) + "\n").size(), 1U);
}

TEST(Reader, a_longer_line_fails) {
    EXPECT_EQ(failure_of(event_of(Reader::max_line_bytes + 1) + "\n"), "a line over 1048576 bytes");
}

TEST(Reader, a_line_without_end_fails_before_it_fills_memory) {
    Reader reader;
    const std::string block(64 * 1024, 'x');
    std::size_t fed = 0;
    while (!reader.failed() && fed < 4 * Reader::max_line_bytes) {
        reader.feed(block);
        fed += block.size();
    }
    EXPECT_EQ(reader.failure(), "a line over 1048576 bytes");
    EXPECT_LE(fed, Reader::max_line_bytes + block.size());
}

std::string nested(unsigned depth) {
    return "{\"return\": " + std::string(depth - 1, '[') + std::string(depth - 1, ']') +
           ", \"id\": 1}\n";
}

TEST(Reader, nesting_has_a_limit) {
    EXPECT_EQ(read(nested(Reader::max_depth)).size(), 1U);
    EXPECT_EQ(failure_of(nested(Reader::max_depth + 1)), "nested deeper than 64");
    EXPECT_EQ(failure_of(nested(500'000)), "nested deeper than 64");
}

TEST(Reader, brackets_in_strings_do_not_nest) {
    const std::string brackets(100, '[');
    EXPECT_EQ(read("{\"event\": \"" + brackets + "\"}\n").size(), 1U);
    EXPECT_EQ(read("{\"event\": \"\\\"" + brackets + "\"}\n").size(), 1U);
    EXPECT_EQ(failure_of("{\"event\": \"\\\\\", \"data\": " + brackets + "\n"),
              "nested deeper than 64");
}

TEST(Command, is_one_line_of_json) {
    const auto line = command(3, "query-status");
    EXPECT_EQ(line, "{\"execute\":\"query-status\",\"id\":3}\n");
    EXPECT_EQ(command(4, "balloon", {{"value", 1}}),
              "{\"execute\":\"balloon\",\"arguments\":{\"value\":1},\"id\":4}\n");
}

TEST(Command, a_value_cannot_become_another_command) {
    const std::string hostile = "x\"}\n{\"execute\":\"quit\"}";
    const auto line = command(1, "human-monitor-command", {{"command-line", hostile}});
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    EXPECT_EQ(json::parse(line)["arguments"]["command-line"], hostile);
}

} // namespace
} // namespace vmwarden::qmp
