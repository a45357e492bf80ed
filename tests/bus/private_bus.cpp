// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/bus/private_bus.h"

#include "src/base/unique_fd.h"

#include <array>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/wait.h>

namespace vmwarden::tests {

namespace {

constexpr const char* config_head = R"(<!DOCTYPE busconfig PUBLIC
 "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/>
<allow receive_sender="*"/></policy><listen>unix:path=)";

} // namespace

TemporaryDirectory::TemporaryDirectory() {
    path_ = (std::filesystem::temp_directory_path() / "vmwarden-bus-XXXXXX").string();
    if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("mkdtemp");
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

PrivateBus::PrivateBus() {
    const auto config = directory_.path() + "/bus.conf";
    const auto socket = directory_.path() + "/bus";
    std::ofstream(config) << config_head << socket << "</listen></busconfig>";

    // The daemon prints its address when it listens: that is what we wait for.
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
    const UniqueFd read_end(ends[0]);
    UniqueFd write_end(ends[1]);
    daemon_ = fork();
    if (daemon_ == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM); // also when a test dies
        dup2(write_end.get(), 3);
        const auto argument = "--config-file=" + config;
        execlp("dbus-daemon", "dbus-daemon", argument.c_str(), "--nofork", "--print-address=3",
               nullptr);
        _exit(127);
    }
    write_end.reset();
    std::array<char, 512> address{};
    if (daemon_ < 0 || read(read_end.get(), address.data(), address.size()) <= 0)
        throw std::runtime_error("no dbus-daemon");
    setenv("DBUS_SYSTEM_BUS_ADDRESS", ("unix:path=" + socket).c_str(), 1);
}

PrivateBus::~PrivateBus() {
    ::kill(daemon_, SIGTERM);
    waitpid(daemon_, nullptr, 0);
}

} // namespace vmwarden::tests
