// SPDX-License-Identifier: LGPL-2.1-or-later
// Asking an emulator: one that answers, and all the ways not to.
#include "agent/host/emulator_talk.h"
#include "tests/doubles/emulator_replies.h"

#include <array>
#include <functional>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <thread>

namespace vmwarden::tests {
namespace {

constexpr auto greeting =
    R"({"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": ""}, "capabilities": ["oob"]}})"
    "\r\n";

// The other end, on a thread of its own.
class Emulator {
  public:
    explicit Emulator(std::function<void(int)> talk) {
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
            throw std::runtime_error("no sockets");
        asker_ = UniqueFd(ends[0]);
        own_ = UniqueFd(ends[1]);
        thread_ = std::thread([this, talk = std::move(talk)] {
            talk(own_.get());
            shutdown(own_.get(), SHUT_RDWR);
        });
    }
    ~Emulator() {
        shutdown(own_.get(), SHUT_RDWR);
        thread_.join();
    }
    UniqueFd socket() { return std::move(asker_); }

  private:
    UniqueFd asker_, own_;
    std::thread thread_;
};

void say(int fd, const std::string& text) {
    [[maybe_unused]] const auto sent = send(fd, text.data(), text.size(), MSG_NOSIGNAL);
}

// One command a line; empty at the end of the conversation.
std::string next_command(int fd) {
    std::string line;
    for (char c = 0; recv(fd, &c, 1, 0) == 1 && c != '\n';)
        line += c;
    return line;
}

void wait_for_end(int fd) {
    while (!next_command(fd).empty()) {
    }
}

void answer(int fd, const std::vector<nlohmann::json>& replies) {
    say(fd, greeting);
    const auto reply = [fd](const nlohmann::json& value) {
        const auto id = nlohmann::json::parse(next_command(fd)).at("id");
        nlohmann::json message{{"id", id}};
        if (value.is_null())
            message["error"] = {{"class", "CommandNotFound"}, {"desc", "unknown"}};
        else
            message["return"] = value;
        say(fd, message.dump() + "\r\n");
    };
    reply(nlohmann::json::object());
    for (const auto& each : replies)
        reply(each);
    wait_for_end(fd);
}

EmulatorAbilities ask(Emulator& emulator, std::chrono::milliseconds patience) {
    return host::ask_abilities(emulator.socket(), std::chrono::steady_clock::now() + patience);
}

std::string refusal(std::function<void(int)> talk,
                    std::chrono::milliseconds patience = std::chrono::minutes(1)) {
    Emulator emulator(std::move(talk));
    try {
        ask(emulator, patience);
    } catch (const host::NoAnswer& error) {
        return error.what();
    }
    return {};
}

TEST(EmulatorTalk, GivesWhatTheEmulatorSays) {
    Emulator emulator([](int fd) { answer(fd, sample_replies()); });
    EXPECT_EQ(ask(emulator, std::chrono::minutes(1)), sample_abilities());
}

TEST(EmulatorTalk, TakesARefusalForNothingKnown) {
    auto replies = sample_replies();
    replies[5] = nullptr;
    Emulator emulator([&](int fd) { answer(fd, replies); });
    EXPECT_TRUE(ask(emulator, std::chrono::minutes(1)).cpu_models.empty());
    replies[1] = nullptr;
    EXPECT_EQ(refusal([&](int fd) { answer(fd, replies); }), "its answer to query-target is none");
}

TEST(EmulatorTalk, EndsAtOnceWithTheEmulator) {
    EXPECT_EQ(refusal([](int) {}), "QEMU has ended");
    EXPECT_EQ(refusal([](int fd) { say(fd, greeting); }), "QEMU has ended");
}

TEST(EmulatorTalk, EndsWithTheFirstNonsense) {
    EXPECT_NE(refusal([](int fd) {
                  say(fd, "Segmentation fault\n");
                  wait_for_end(fd);
              }).find("not a QMP message"),
              std::string::npos);
    EXPECT_NE(refusal([](int fd) {
                  say(fd, std::string(2 * 1024 * 1024, 'x'));
                  wait_for_end(fd);
              }).find("a line over"),
              std::string::npos);
    EXPECT_NE(refusal([](int fd) {
                  say(fd, greeting);
                  say(fd, R"({"return": {}, "id": 99})"
                          "\n");
                  wait_for_end(fd);
              }).find("which nobody asked"),
              std::string::npos);
}

TEST(EmulatorTalk, WaitsForNobodyLongerThanItsTime) {
    EXPECT_EQ(refusal(wait_for_end, std::chrono::milliseconds(20)),
              "QEMU did not answer in time: its greeting");
    // Talking is not answering.
    const auto chatter = [](int fd) {
        say(fd, greeting);
        const std::string event = R"({"event": "STOP", "data": {}})"
                                  "\n";
        while (send(fd, event.data(), event.size(), MSG_NOSIGNAL) > 0) {
        }
    };
    EXPECT_NE(refusal(chatter, std::chrono::milliseconds(20)), "");
}

} // namespace
} // namespace vmwarden::tests
