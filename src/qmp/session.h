// SPDX-License-Identifier: LGPL-2.1-or-later
// One conversation with QEMU, still without a socket: numbers the commands and believes only
// answers to what was asked.
#pragma once

#include "src/qmp/qmp.h"

#include <map>

namespace vmwarden::qmp {

class Session {
  public:
    // Whether QEMU's greeting is still to come on this connection.
    enum class Start { greeting, negotiated };
    explicit Session(Start start)
      : greeted_(start == Start::negotiated) {}

    struct Request {
        std::uint64_t id = 0;
        std::string bytes; // to be sent as they are
    };
    Request request(std::string_view name,
                    const nlohmann::json& arguments = nlohmann::json::object());

    // What these bytes completed, in order. Fails, and stays failed, where Reader does, and on an
    // answer nobody waits for, a message before the greeting and a second greeting.
    std::vector<Message> feed(std::string_view bytes);
    [[nodiscard]] bool failed() const { return !failure_.empty(); }
    [[nodiscard]] const std::string& failure() const { return failure_; }

    // The command with this number, while its answer is to come.
    [[nodiscard]] std::optional<std::string> waiting_for(std::uint64_t id) const;
    [[nodiscard]] std::size_t outstanding() const { return outstanding_.size(); }

  private:
    // Why a message cannot be, or nothing; settles the command it answers.
    std::string objection(const Message& message);
    std::string settle(std::uint64_t id);

    Reader reader_;
    bool greeted_;
    std::uint64_t last_id_ = 0;
    std::map<std::uint64_t, std::string> outstanding_;
    std::string failure_;
};

} // namespace vmwarden::qmp
