// SPDX-License-Identifier: LGPL-2.1-or-later
// vmwardend: started by D-Bus activation, as root, on the system bus.
#include "agent/daemon/agent.h"
#include "agent/supervisor/log.h"
#include "src/base/units.h"

#include <csignal>
#include <cstdio>
#include <getopt.h>
#include <optional>
#include <pthread.h>

#include "config.h"

namespace vmwarden::daemon {

namespace {

constexpr int exit_usage = 2;
constexpr int exit_come_back = 75; // RestartForceExitStatus= of the unit
constexpr std::uint64_t max_idle_seconds = 24 * 3600;

constexpr const char* usage =
    "Usage: vmwardend [--system] [--idle-timeout=SECONDS]\n"
    "\n"
    "Starts guests under host policy. Started by D-Bus when it is needed.\n"
    "\n"
    "  --system                serve the system bus (the default)\n"
    "  --idle-timeout=SECONDS  exit when nothing runs and nobody asks for this long (30)\n"
    "  --help, --version\n";

struct Arguments {
    std::chrono::seconds idle_timeout{30};
    std::optional<int> exit; // there is nothing else to do
};

Arguments wrong(const char* message, const char* word) {
    std::fprintf(stderr, "vmwardend: error: %s '%s'; vmwardend --help lists what there is\n",
                 message, word);
    return {{}, exit_usage};
}

Arguments read_arguments(int argc, char** argv) {
    constexpr option known[] = {
        {"system", no_argument, nullptr, 's'},
        {"idle-timeout", required_argument, nullptr, 'i'},
        {"help", no_argument, nullptr, 'h'},
        {"version", no_argument, nullptr, 'v'},
        {nullptr, 0, nullptr, 0},
    };
    Arguments arguments;
    opterr = 0;
    for (int letter; (letter = getopt_long(argc, argv, "", known, nullptr)) != -1;) {
        if (letter == 'h') {
            std::fputs(usage, stdout);
            return {{}, EXIT_SUCCESS};
        }
        if (letter == 'v') {
            std::puts("vmwardend " VMWARDEN_VERSION);
            return {{}, EXIT_SUCCESS};
        }
        if (letter == 'i') {
            const auto seconds = parse_number(optarg);
            if (!seconds || *seconds == 0 || *seconds > max_idle_seconds)
                return wrong("--idle-timeout must be from 1 to 86400 seconds, not", optarg);
            arguments.idle_timeout = std::chrono::seconds(*seconds);
        }
        if (letter == '?') return wrong("unknown or incomplete option", argv[optind - 1]);
    }
    if (optind < argc) return wrong("unexpected argument", argv[optind]);
    return arguments;
}

// Before any thread is made: signals are for the loop alone.
void block_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
}

int serve(const Arguments& arguments) {
    block_signals();
    supervisor::Loop loop;
    const auto connection = sdbus::createSystemBusConnection();
    const auto authority = host::connect_polkit(loop.raw());
    const auto effects = supervisor::host_effects("/");
    Agent agent(loop, *connection, *authority, *effects,
                {{"/etc/vmwarden/guests", "/run/vmwarden/definitions"}, arguments.idle_timeout});
    const auto on_term = loop.on_signal(SIGTERM, [&] { agent.stop(); });
    const auto on_int = loop.on_signal(SIGINT, [&] { agent.stop(); });
    agent.run();
    return agent.wanted() ? exit_come_back : EXIT_SUCCESS;
}

int run(int argc, char** argv) {
    const auto arguments = read_arguments(argc, argv);
    if (arguments.exit) return *arguments.exit;
    try {
        return serve(arguments);
    } catch (const std::exception& error) {
        supervisor::log(LOG_ERR, error.what());
        return EXIT_FAILURE;
    }
}

} // namespace

} // namespace vmwarden::daemon

int main(int argc, char** argv) {
    return vmwarden::daemon::run(argc, argv);
}
