// SPDX-License-Identifier: LGPL-2.1-or-later
// Puts one question to agent/host for a test case on a real host; the answer is JSON on stdout.
//
//   seams-tool fact USER GROUP PATH         what probing finds of PATH for that identity
//   seams-tool filter CGROUP-DIRECTORY QUESTION...   QUESTION: "c:1:3:rw", "b:8:0:m"
//   seams-tool label PATH [LABEL]           sets LABEL if given; what is there then
#include "agent/host/device_filter.h"
#include "agent/host/probe.h"
#include "agent/host/selinux.h"
#include "src/base/unique_fd.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <iostream>
#include <stdexcept>
#include <system_error>

namespace {

using namespace vmwarden;
using Json = nlohmann::ordered_json;

Account account(const std::string& text) {
    if (!text.starts_with('+')) return AccountName(text);
    const auto id = parse_number(text.substr(1));
    if (!id) throw std::invalid_argument("no id: " + text);
    return AccountId{static_cast<std::uint32_t>(*id)};
}

UniqueFd opened(const std::string& path, int flags) {
    UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC));
    if (!fd) throw std::system_error(errno, std::generic_category(), path);
    return fd;
}

Json fact(const std::string& user, const std::string& group, const std::string& path) {
    const HostFacts facts = host::probe({account(user), account(group), {path}, {}, {path}});
    const FileFact& file = facts.files.at(path);
    Json blocked = Json::array();
    for (const auto& parent : file.parents)
        if (!parent.searchable) blocked.push_back(parent.path);
    Json looked_at = Json::array();
    for (const auto& [each, unused] : facts.files)
        looked_at.push_back(each);
    return {{"present", file.state == FileFact::State::present},
            {"error", file.error + facts.identity_error},
            {"resolved", file.resolved},
            {"read", file.guest_can_read},
            {"write", file.guest_can_write},
            {"execute", file.guest_can_execute},
            {"backing", file.image.backing.path},
            {"backing_format", file.image.backing_format},
            {"data", file.image.data.path},
            {"header", file.image.error},
            {"looked_at", looked_at},
            {"can_label", file.can_label},
            {"label", file.label},
            {"blocked", blocked}};
}

host::DeviceQuestion question(const std::string& text) {
    host::DeviceQuestion asked;
    char type = 0;
    std::array<char, 4> access{};
    if (std::sscanf(text.c_str(), "%c:%u:%u:%3s", &type, &asked.device.major, &asked.device.minor,
                    access.data()) != 4)
        throw std::invalid_argument("no question: " + text);
    const std::string letters = access.data();
    using Type = host::DeviceQuestion::Type;
    asked.type = type == 'b' ? Type::block : Type::character;
    asked.read = letters.find('r') != std::string::npos;
    asked.write = letters.find('w') != std::string::npos;
    asked.create = letters.find('m') != std::string::npos;
    return asked;
}

Json json_of(std::optional<bool> answer) {
    return answer ? Json(*answer) : Json(nullptr);
}

Json filter(const std::string& directory, const std::vector<std::string>& questions) {
    const UniqueFd cgroup = opened(directory, O_RDONLY | O_DIRECTORY);
    const auto read = host::DeviceFilter::read(cgroup.get());
    Json answers = Json::object();
    for (const auto& text : questions)
        answers[text] = json_of(read ? read->allows(question(text)) : std::nullopt);
    return {{"attached", json_of(host::device_filter_attached(cgroup.get()))}, {"allows", answers}};
}

Json label(const std::string& path, const std::string& wanted) {
    const UniqueFd file = opened(path, O_PATH | O_NOFOLLOW);
    if (!wanted.empty()) host::selinux::set_label(file.get(), wanted);
    return {{"enabled", host::selinux::enabled()},
            {"label", host::selinux::label_of(file.get())},
            {"can_label", host::selinux::fd_can_be_labelled(file.get())},
            {"own", host::selinux::process_label(::getpid())},
            {"domains", host::selinux::virtual_domain_contexts()},
            {"images", host::selinux::virtual_image_contexts()}};
}

Json answer(const std::vector<std::string>& words) {
    if (words.size() == 4 && words[0] == "fact") return fact(words[1], words[2], words[3]);
    if (words.size() >= 2 && words[0] == "filter")
        return filter(words[1], {words.begin() + 2, words.end()});
    if (words.size() >= 2 && words.size() <= 3 && words[0] == "label")
        return label(words[1], words.size() == 3 ? words[2] : std::string{});
    throw std::invalid_argument("no such question");
}

} // namespace

int main(int argc, char** argv) {
    try {
        std::cout << answer({argv + 1, argv + argc}).dump() << '\n';
        return EXIT_SUCCESS;
    } catch (const std::exception& error) {
        std::cerr << "seams-tool: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
