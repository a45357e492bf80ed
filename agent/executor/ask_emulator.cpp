// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/executor/ask_emulator.h"

#include "agent/executor/shim_link.h"
#include "agent/host/process.h"
#include "agent/shim/protocol.h"
#include "src/base/scope_exit.h"
#include "src/base/text.h"
#include "src/plan/codec.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

namespace vmwarden::executor {

namespace {

using host::NoAnswer;

constexpr std::size_t max_complaint = 300;

std::pair<UniqueFd, UniqueFd> socket_pair(int type) {
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) < 0)
        throw std::system_error(errno, std::generic_category(), "cannot make a socket pair");
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

std::pair<UniqueFd, UniqueFd> pipe_pair() {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
        throw std::system_error(errno, std::generic_category(), "cannot make a pipe");
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

// qtest stands in where TCG is not built in: without a machine no accelerator does anything, and
// KVM would have to be opened.
std::vector<std::string> command_line(const std::string& program) {
    return {program,      "-S",       "-no-user-config",      "-nodefaults",
            "-nographic", "-machine", "none,accel=tcg:qtest", "-qmp",
            "stdio"};
}

// Of a launch plan the process alone counts here; the rest is what a plan must have.
LaunchPlan plan_for(const std::string& program, const Identity& identity) {
    LaunchPlan plan;
    plan.name = "none";
    plan.state_directory = "/";
    plan.scope.unit = "none.scope";
    plan.scope.slice = "none.slice";
    plan.scope.kill_signal = SIGKILL;
    auto& process = plan.process;
    process.executable = program;
    process.argv = command_line(program);
    process.umask = 0077;
    process.identity = identity;
    process.limits = {
        {RLIMIT_CPU, 30},    {RLIMIT_AS, std::uint64_t{8} << 30}, // TCG reserves room for its code
        {RLIMIT_FSIZE, 0},   {RLIMIT_CORE, 0},
        {RLIMIT_MEMLOCK, 0}, {RLIMIT_NOFILE, 256}};
    return plan;
}

// The first line of what the emulator wrote to its standard error by now.
std::string complaint(int errors) {
    std::array<char, max_complaint> buffer{};
    const ssize_t size = ::read(errors, buffer.data(), buffer.size());
    if (size <= 0) return {};
    std::string_view text(buffer.data(), static_cast<std::size_t>(size));
    text = text.substr(0, text.find('\n'));
    return text.empty() ? "" : "; it says: " + printable(text);
}

host::Spawned spawn_shim(const Places& places, int control) {
    const UniqueFd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!nothing) throw std::system_error(errno, std::generic_category(), "cannot open /dev/null");
    return host::spawn(places.shim, {{nothing.get(), STDIN_FILENO},
                                     {nothing.get(), STDOUT_FILENO},
                                     {nothing.get(), STDERR_FILENO},
                                     {control, shim::control_fd}});
}

} // namespace

EmulatorAbilities ask_emulator(const std::string& program, const Identity& identity,
                               host::QmpClient::Deadline deadline, const Places& places) {
    const UniqueFd plan = host::sealed_memfd("plan", plan::encode(plan_for(program, identity)));
    auto [control, shims_control] = socket_pair(SOCK_SEQPACKET);
    auto [words, its_words] = socket_pair(SOCK_STREAM);
    auto [errors, its_errors] = pipe_pair();
    ShimLink link(std::move(control));
    const auto child = spawn_shim(places, shims_control.get());
    const ScopeExit end([&] { host::end_child(child); });
    shims_control.reset();
    try {
        link.send_ask({plan.get(), its_words.get(), its_errors.get()});
        its_words.reset();
        its_errors.reset();
        link.await_exec(deadline);
        return host::ask_abilities(std::move(words), deadline);
    } catch (const NoAnswer& error) {
        throw NoAnswer(error.what() + complaint(errors.get()));
    } catch (const LaunchError& error) {
        throw NoAnswer(error.what());
    }
}

} // namespace vmwarden::executor
