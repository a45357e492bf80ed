// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/qemu-accepts/qemu_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <array>
#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace vmwarden::accepts {

namespace {

// Descriptors move up first, so that putting one in its place cannot overwrite another.
constexpr int out_of_the_way = 20;

[[noreturn]] void become_qemu(std::vector<std::string> argv, const std::string& messages,
                              int monitor, Inherited inherited) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int text = ::open(messages.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ::dup2(text, STDOUT_FILENO);
    ::dup2(text, STDERR_FILENO);
    const std::array<std::pair<int, int>, 4> places = {{{monitor, monitor_fd},
                                                        {inherited.listener, listener_fd},
                                                        {inherited.log, log_fd},
                                                        {inherited.tpm, tpm_fd}}};
    std::array<int, 4> safe{};
    for (std::size_t i = 0; i < places.size(); ++i)
        safe[i] =
            places[i].first < 0 ? -1 : ::fcntl(places[i].first, F_DUPFD_CLOEXEC, out_of_the_way);
    for (std::size_t i = 0; i < places.size(); ++i)
        if (safe[i] >= 0) ::dup2(safe[i], places[i].second);
    std::vector<char*> words;
    for (auto& word : argv)
        words.push_back(word.data());
    words.push_back(nullptr);
    ::execv(words[0], words.data());
    ::_exit(127);
}

qemu::CommandContext context(Inherited inherited, bool sandbox) {
    qemu::CommandContext made;
    made.executable = emulator;
    made.uuid = Uuid::parse("c7a5fdbd-edaf-9455-926a-d65c16db1809").value();
    made.sandbox = sandbox;
    made.shim_monitor_fd = monitor_fd;
    if (inherited.listener >= 0) made.qmp_fd = listener_fd;
    if (inherited.tpm >= 0) made.tpm_fd = tpm_fd;
    if (inherited.log >= 0) made.character_fds[0] = log_fd;
    return made;
}

host::QmpClient::Deadline patience() {
    return std::chrono::steady_clock::now() + std::chrono::seconds(60);
}

} // namespace

Workplace::Workplace() {
    auto name = (std::filesystem::temp_directory_path() / "qemu-accepts-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp " + name);
    path_ = name;
}

Workplace::~Workplace() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

QemuProcess::QemuProcess(const GuestDefinition& definition, const std::string& messages,
                         Inherited inherited, bool sandbox,
                         std::map<std::size_t, std::vector<qemu::Image>> images,
                         std::map<std::size_t, qemu::NetworkBackEnd> networks,
                         std::map<std::size_t, int> overlays) {
    auto made = context(inherited, sandbox);
    made.overlay_fds = std::move(overlays);
    made.images = std::move(images);
    made.networks = std::move(networks);
    start(qemu::modern_argv(definition, made), messages, inherited);
}

QemuProcess::QemuProcess(const std::string& line, const std::string& messages) {
    const auto monitor = " -S -chardev socket,id=by-hand,fd=" + std::to_string(monitor_fd) +
                         " -mon chardev=by-hand,mode=control";
    start({"/bin/sh", "-c", "exec " + line + monitor}, messages, {});
}

void QemuProcess::start(std::vector<std::string> argv, const std::string& messages,
                        Inherited inherited) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
        throw std::runtime_error("socketpair");
    UniqueFd ours(ends[0]);
    const UniqueFd theirs(ends[1]);
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("fork");
    if (pid_ == 0) become_qemu(std::move(argv), messages, theirs.get(), inherited);
    qmp_.emplace(std::move(ours));
}

QemuProcess::~QemuProcess() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    reap();
}

void QemuProcess::negotiate() {
    qmp_->negotiate(patience());
}

nlohmann::json QemuProcess::ask(const std::string& command, const nlohmann::json& arguments) {
    return qmp_->execute(command, arguments, patience());
}

nlohmann::json QemuProcess::property(const std::string& device, const std::string& name) {
    return ask("qom-get", {{"path", "/machine/peripheral/" + device}, {"property", name}});
}

int QemuProcess::quit() {
    ask("quit");
    return reap();
}

int QemuProcess::reap() {
    int status = -1;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
}

std::string file_text(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

} // namespace vmwarden::accepts
