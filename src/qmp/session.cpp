// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qmp/session.h"

namespace vmwarden::qmp {

Session::Request Session::request(std::string_view name, const nlohmann::json& arguments) {
    auto bytes = command(last_id_ + 1, name, arguments);
    outstanding_.emplace(++last_id_, name);
    return {last_id_, std::move(bytes)};
}

std::vector<Message> Session::feed(std::string_view bytes) {
    if (failed()) return {};
    auto messages = reader_.feed(bytes);
    failure_ = reader_.failure();
    for (std::size_t i = 0; i < messages.size(); ++i) {
        auto why = objection(messages[i]);
        if (why.empty()) continue;
        failure_ = std::move(why);
        messages.resize(i);
    }
    return messages;
}

std::optional<std::string> Session::waiting_for(std::uint64_t id) const {
    const auto found = outstanding_.find(id);
    if (found == outstanding_.end()) return std::nullopt;
    return found->second;
}

std::string Session::objection(const Message& message) {
    if (std::holds_alternative<Greeting>(message))
        return std::exchange(greeted_, true) ? "a second greeting" : "";
    if (!greeted_) return "a message before the greeting";
    if (const auto* reply = std::get_if<Reply>(&message)) return settle(reply->id);
    if (const auto* error = std::get_if<Error>(&message)) return settle(error->id);
    return {};
}

std::string Session::settle(std::uint64_t id) {
    if (outstanding_.erase(id) == 1) return {};
    return "an answer to command " + std::to_string(id) + ", which nobody asked";
}

} // namespace vmwarden::qmp
