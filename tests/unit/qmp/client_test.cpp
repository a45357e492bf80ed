// SPDX-License-Identifier: LGPL-2.1-or-later
// The client against a scripted QEMU at the other end of a socket pair.
#include "agent/host/qmp_client.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <thread>

namespace vmwarden::host {
namespace {

using namespace std::chrono_literals;
using Kind = QmpError::Kind;
using nlohmann::json;

constexpr std::string_view greeting_line =
    "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 22, \"minor\": 2, \"major\": 7}}}}\r\n";

class ClientTest : public testing::Test {
  protected:
    ClientTest() {
        std::array<int, 2> ends{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
        ours_ = UniqueFd(ends[0]);
        qemu_ = UniqueFd(ends[1]);
    }

    QmpClient client(qmp::Session::Start start = qmp::Session::Start::negotiated) {
        return QmpClient(std::move(ours_), start);
    }

    void qemu_says(std::string_view bytes) const {
        ASSERT_EQ(::send(qemu_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(bytes.size()));
    }

    // All that has been sent to QEMU by now.
    [[nodiscard]] std::string qemu_hears() const {
        std::string all;
        std::array<char, 65536> buffer{};
        ssize_t count = 0;
        while ((count = ::recv(qemu_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT)) > 0)
            all.append(buffer.data(), static_cast<std::size_t>(count));
        return all;
    }

    static QmpClient::Deadline soon() { return std::chrono::steady_clock::now() + 10s; }
    static QmpClient::Deadline at_once() { return std::chrono::steady_clock::now(); }

    template <class Callable>
    static Kind failure_of(Callable callable) {
        try {
            callable();
        } catch (const QmpError& error) {
            return error.kind();
        }
        ADD_FAILURE() << "no QmpError";
        return Kind::refused;
    }

    UniqueFd ours_;
    UniqueFd qemu_;
};

TEST_F(ClientTest, negotiates) {
    auto qmp = client(qmp::Session::Start::greeting);
    qemu_says(greeting_line);
    std::string heard;
    std::thread qemu([&] {
        std::array<char, 256> buffer{};
        const auto count = ::recv(qemu_.get(), buffer.data(), buffer.size(), 0);
        heard.assign(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        qemu_says("{\"return\": {}, \"id\": 1}\r\n");
    });
    const auto greeting = qmp.negotiate(soon());
    qemu.join();
    EXPECT_EQ(greeting.major, 7U);
    EXPECT_EQ(greeting.minor, 2U);
    EXPECT_EQ(heard, "{\"execute\":\"qmp_capabilities\",\"id\":1}\n");
}

TEST_F(ClientTest, returns_the_value_of_a_command) {
    auto qmp = client();
    qemu_says("{\"return\": {\"status\": \"prelaunch\"}, \"id\": 1}\r\n");
    EXPECT_EQ(qmp.execute("query-status", soon()), json({{"status", "prelaunch"}}));
}

TEST_F(ClientTest, a_refusal_carries_qemus_words) {
    auto qmp = client();
    qemu_says("{\"error\": {\"class\": \"DeviceNotFound\", \"desc\": \"no \\u001bsuch\"}, "
              "\"id\": 1}\n");
    try {
        qmp.execute("eject", {{"id", "x"}}, soon());
        FAIL() << "no QmpError";
    } catch (const QmpError& error) {
        EXPECT_EQ(error.kind(), Kind::refused);
        EXPECT_EQ(error.error_class(), "DeviceNotFound");
        EXPECT_EQ(error.description(), "no ?such");
        EXPECT_STREQ(error.what(), "QEMU refused eject: no ?such");
    }
    qemu_says("{\"return\": 5, \"id\": 2}\n");
    EXPECT_EQ(qmp.execute("query-status", soon()), 5) << "the conversation goes on";
}

TEST_F(ClientTest, collects_events_that_come_in_between) {
    auto qmp = client();
    qemu_says("{\"event\": \"STOP\"}\n{\"return\": {}, \"id\": 1}\n{\"event\": \"RESUME\"}\n");
    qmp.execute("stop", soon());
    const auto events = qmp.collected();
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(std::get<qmp::Event>(events[0]).name, "STOP");
    EXPECT_EQ(std::get<qmp::Event>(events[1]).name, "RESUME");
    EXPECT_TRUE(qmp.collected().empty());
}

TEST_F(ClientTest, silence_ends_at_the_deadline) {
    auto qmp = client();
    EXPECT_EQ(failure_of([&] { qmp.execute("query-status", at_once()); }), Kind::timed_out);
}

// More than one read's worth of talk waits before the answer: the deadline is looked at in between.
TEST_F(ClientTest, so_does_talk_that_is_no_answer) {
    auto qmp = client();
    std::string talk;
    while (talk.size() < 100'000)
        talk += "{\"event\": \"STOP\"}\n";
    qemu_says(talk + "{\"return\": {}, \"id\": 1}\n");
    EXPECT_EQ(failure_of([&] { qmp.execute("stop", at_once()); }), Kind::timed_out);
}

TEST_F(ClientTest, talk_without_end_does_not_fill_memory) {
    std::optional<QmpClient> qmp(client());
    std::thread qemu([&] {
        const auto event = "{\"event\": \"" + std::string(500'000, 'x') + "\"}\n";
        while (::send(qemu_.get(), event.data(), event.size(), MSG_NOSIGNAL) > 0) {
        }
    });
    EXPECT_EQ(failure_of([&] { qmp->execute("stop", soon()); }), Kind::protocol);
    qmp.reset();
    qemu.join();
}

TEST_F(ClientTest, half_an_answer_is_no_answer) {
    auto qmp = client();
    qemu_says("{\"return\": {}");
    EXPECT_EQ(failure_of([&] { qmp.execute("stop", std::chrono::steady_clock::now() + 20ms); }),
              Kind::timed_out);
}

TEST_F(ClientTest, the_end_of_qemu_is_told_from_silence) {
    auto qmp = client();
    qemu_.reset();
    EXPECT_EQ(failure_of([&] { qmp.execute("query-status", soon()); }), Kind::ended);
}

TEST_F(ClientTest, the_end_before_the_greeting_too) {
    auto qmp = client(qmp::Session::Start::greeting);
    qemu_.reset();
    EXPECT_EQ(failure_of([&] { qmp.negotiate(soon()); }), Kind::ended);
}

TEST_F(ClientTest, last_words_are_heard_before_the_end) {
    auto qmp = client();
    qemu_says("{\"event\": \"SHUTDOWN\"}\n");
    qemu_.reset();
    qmp.send("query-status"); // nobody takes it
    EXPECT_FALSE(qmp.wants_write());
    EXPECT_EQ(qmp.on_readable().size(), 1U);
    EXPECT_EQ(failure_of([&] { qmp.on_readable(); }), Kind::ended);
}

TEST_F(ClientTest, rubbish_is_a_protocol_error) {
    auto qmp = client();
    qemu_says("rubbish\n");
    EXPECT_EQ(failure_of([&] { qmp.execute("stop", soon()); }), Kind::protocol);
}

TEST_F(ClientTest, a_forged_answer_is_a_protocol_error) {
    auto qmp = client();
    qemu_says("{\"return\": {}, \"id\": 2}\n");
    EXPECT_EQ(failure_of([&] { qmp.execute("stop", soon()); }), Kind::protocol);
}

TEST_F(ClientTest, a_half_message_survives_the_change_to_the_event_loop) {
    auto qmp = client();
    qemu_says("{\"return\": {}, \"id\": 1}\n{\"event\": \"RE");
    qmp.execute("cont", soon());
    EXPECT_TRUE(qmp.collected().empty());
    qemu_says("SUME\"}\n");
    const auto messages = qmp.on_readable();
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(std::get<qmp::Event>(messages[0]).name, "RESUME");
}

TEST_F(ClientTest, the_event_loop_half_never_waits) {
    auto qmp = client();
    EXPECT_NE(::fcntl(qmp.fd(), F_GETFL) & O_NONBLOCK, 0);
    EXPECT_TRUE(qmp.on_readable().empty());
    const auto id = qmp.send("stop");
    EXPECT_EQ(qemu_hears(), "{\"execute\":\"stop\",\"id\":1}\n");
    qemu_says("{\"return\": {}, \"id\": 1}\n");
    const auto messages = qmp.on_readable();
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(std::get<qmp::Reply>(messages[0]).id, id);
}

TEST_F(ClientTest, answers_to_sent_commands_are_kept_while_blocking) {
    auto qmp = client();
    const auto id = qmp.send("stop");
    qemu_says("{\"return\": {}, \"id\": 1}\n{\"return\": 5, \"id\": 2}\n");
    EXPECT_EQ(qmp.execute("query-status", soon()), 5);
    const auto kept = qmp.collected();
    ASSERT_EQ(kept.size(), 1U);
    EXPECT_EQ(std::get<qmp::Reply>(kept[0]).id, id);
}

TEST_F(ClientTest, what_a_deaf_qemu_does_not_read_is_kept_up_to_a_limit) {
    auto qmp = client();
    const json large = {{"x", std::string(60'000, 'x')}};
    std::string expected;
    while (!qmp.wants_write())
        expected += qmp::command(qmp.send("a", large), "a", large);
    EXPECT_EQ(failure_of([&] {
                  for (int i = 0; i < 10; ++i)
                      expected += qmp::command(qmp.send("a", large), "a", large);
              }),
              Kind::stalled);
    std::string heard;
    while (qmp.wants_write()) {
        heard += qemu_hears();
        qmp.on_writable();
    }
    EXPECT_EQ(heard + qemu_hears(), expected) << "whole commands, each once, in order";
}

TEST_F(ClientTest, gives_its_descriptor_up) {
    auto qmp = client();
    const int fd = qmp.fd();
    EXPECT_EQ(qmp.release().get(), fd);
}

} // namespace
} // namespace vmwarden::host
