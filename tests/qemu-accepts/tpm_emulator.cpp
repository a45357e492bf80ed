// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/qemu-accepts/tpm_emulator.h"

#include "src/qemu/tpm.h"

#include <csignal>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace vmwarden::accepts {

namespace {

constexpr int control_fd = 3;

[[noreturn]] void become(std::vector<std::string> argv, int control) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(control, control_fd);
    std::vector<char*> words;
    for (auto& word : argv)
        words.push_back(word.data());
    words.push_back(nullptr);
    ::execv(words[0], words.data());
    ::_exit(127);
}

} // namespace

TpmEmulator::TpmEmulator(const GuestDefinition& guest, const std::string& directory) {
    if (!guest.tpm || guest.tpm->backend != TpmBackend::emulator) return;
    if (::access(qemu::swtpm_program, X_OK) != 0)
        throw std::runtime_error(std::string(qemu::swtpm_program) + " is not installed");
    ::mkdir(directory.c_str(), 0700);
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        throw std::runtime_error("socketpair");
    qemus_end_ = UniqueFd(ends[0]);
    const UniqueFd theirs(ends[1]);
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("fork");
    if (pid_ == 0) become(qemu::swtpm_argv(*guest.tpm, directory, control_fd), theirs.get());
}

TpmEmulator::~TpmEmulator() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    end();
}

int TpmEmulator::end() {
    if (pid_ < 0) return 0;
    int status = -1;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
}

} // namespace vmwarden::accepts
