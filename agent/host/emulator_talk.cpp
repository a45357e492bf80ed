// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/emulator_talk.h"

#include "src/capabilities/emulator_replies.h"

#include <system_error>

namespace vmwarden::host {

namespace {

nlohmann::json ask(QmpClient& client, const EmulatorQuestion& question,
                   QmpClient::Deadline deadline) {
    try {
        return client.execute(question.command, question.arguments, deadline);
    } catch (const QmpError& error) {
        if (error.kind() != QmpError::Kind::refused) throw;
        return nullptr; // an older emulator does not know the question
    }
}

std::vector<nlohmann::json> ask_all(QmpClient& client, QmpClient::Deadline deadline) {
    client.negotiate(deadline);
    std::vector<nlohmann::json> replies;
    for (const auto& question : emulator_questions())
        replies.push_back(ask(client, question, deadline));
    return replies;
}

} // namespace

EmulatorAbilities ask_abilities(UniqueFd socket, QmpClient::Deadline deadline) {
    try {
        QmpClient client(std::move(socket));
        auto read = read_abilities(ask_all(client, deadline));
        if (const auto* wrong = std::get_if<std::string>(&read)) throw NoAnswer(*wrong);
        return std::get<EmulatorAbilities>(std::move(read));
    } catch (const QmpError& error) {
        throw NoAnswer(error.what());
    } catch (const std::system_error& error) {
        throw NoAnswer(error.what());
    }
}

} // namespace vmwarden::host
