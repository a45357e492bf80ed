// SPDX-License-Identifier: LGPL-2.1-or-later
// How long a guest's start takes through vmwarden, against the same QEMU started bare.
//
//   start FILE [RUNS]    on a host where vmwarden is installed, as root
//
// A: fork and exec of QEMU with the plan's own argv and descriptors, to QMP `running`.
// B: Manager.CreateGuest with "wait", to its answer, which comes when QMP said `running`.
// A and B alternate in one run, after one of each that is not counted, so that a machine that slows
// down slows both. Prints both medians and the median of the pairwise ratios B/A.

#include "src/base/unique_fd.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <spawn.h>
#include <sstream>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

namespace {

using vmwarden::UniqueFd;
using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

void require(bool condition, const std::string& what) {
    if (!condition) throw std::runtime_error(what + ": " + std::strerror(errno));
}

double milliseconds_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const auto middle = values.size() / 2;
    return values.size() % 2 != 0 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::string text_of(const char* file) {
    std::ifstream in(file);
    require(in.good(), file);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

// Answers of the command line, which the agent's plan is read from.
Json plan_of(const char* file) {
    const int out = ::memfd_create("plan", MFD_CLOEXEC);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    const char* argv[] = {"vmwarden", "--json", "plan", file, nullptr};
    pid_t pid = 0;
    require(::posix_spawnp(&pid, argv[0], &actions, nullptr, const_cast<char**>(argv), environ) ==
                0,
            "vmwarden");
    posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    require(::waitpid(pid, &status, 0) == pid && status == 0, "vmwarden plan failed");
    const auto plan = Json::parse(text_of(("/proc/self/fd/" + std::to_string(out)).c_str()));
    ::close(out);
    return plan;
}

// One bare QEMU with the descriptors that the plan promises it.
class BareQemu {
  public:
    explicit BareQemu(const Json& plan) {
        for (const auto& fd : plan.at("process").at("fds"))
            prepare(fd);
        for (const auto& word : plan.at("process").at("argv"))
            argv_.push_back(word);
        for (const auto& word : plan.at("process").at("environment"))
            environment_.push_back(word);
    }
    BareQemu(const BareQemu&) = delete;
    BareQemu& operator=(const BareQemu&) = delete;
    ~BareQemu() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
        for (const auto& path : made_)
            ::unlink(path.c_str());
    }

    double start() {
        const auto begin = Clock::now();
        spawn();
        connect_qmp();
        say(R"({"execute":"qmp_capabilities"})");
        say(R"({"execute":"cont"})");
        for (;;) {
            say(R"({"execute":"query-status"})");
            if (last_.find("\"running\": true") != std::string::npos) break;
        }
        return milliseconds_since(begin);
    }

  private:
    void prepare(const Json& fd) {
        const std::string kind = fd.at("kind");
        const int number = fd.at("number");
        int made = -1;
        if (kind == "qmp_listener") {
            address_.sun_family = AF_UNIX;
            std::snprintf(address_.sun_path, sizeof address_.sun_path, "/run/bench-qmp.%d",
                          ::getpid());
            made_.emplace_back(address_.sun_path);
            made = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
            ::unlink(address_.sun_path);
            require(::bind(made, reinterpret_cast<const sockaddr*>(&address_), sizeof address_) ==
                            0 &&
                        ::listen(made, 1) == 0,
                    "qmp socket");
        } else if (kind == "shim_monitor") {
            int pair[2];
            require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0, "socketpair");
            made = pair[0];
            kept_.emplace_back(pair[1]);
        } else {
            const std::string path = "/run/bench-log." + std::to_string(::getpid());
            made_.push_back(path);
            made = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        }
        require(made >= 0, kind);
        kept_.emplace_back(made);
        placed_.emplace_back(made, number);
    }

    void spawn() {
        std::vector<char*> argv;
        for (auto& word : argv_)
            argv.push_back(word.data());
        argv.push_back(nullptr);
        std::vector<char*> environment;
        for (auto& word : environment_)
            environment.push_back(word.data());
        environment.push_back(nullptr);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        for (const auto& [from, to] : placed_)
            posix_spawn_file_actions_adddup2(&actions, from, to);
        const int error =
            ::posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environment.data());
        posix_spawn_file_actions_destroy(&actions);
        require(error == 0, argv_[0]);
    }

    void connect_qmp() {
        qmp_ = UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        require(::connect(qmp_.get(), reinterpret_cast<const sockaddr*>(&address_),
                          sizeof address_) == 0,
                "connect");
        read_line(); // the greeting
    }

    void read_line() {
        last_.clear();
        char c = 0;
        while (::read(qmp_.get(), &c, 1) == 1 && c != '\n')
            last_ += c;
        require(!last_.empty(), "QEMU ended");
    }

    // Events may come before the answer.
    void say(const std::string& line) {
        require(::write(qmp_.get(), (line + "\n").data(), line.size() + 1) > 0, "write");
        do
            read_line();
        while (last_.find("\"return\"") == std::string::npos);
    }

    std::vector<std::string> argv_, environment_, made_;
    std::vector<UniqueFd> kept_;
    std::vector<std::pair<int, int>> placed_;
    sockaddr_un address_{};
    UniqueFd qmp_;
    std::string last_;
    pid_t pid_ = -1;
};

class Agent {
  public:
    Agent() { require(sd_bus_open_system(&bus_) >= 0, "system bus"); }
    Agent(const Agent&) = delete;
    Agent& operator=(const Agent&) = delete;
    ~Agent() { sd_bus_flush_close_unref(bus_); }

    double create(const std::string& xml) {
        const auto begin = Clock::now();
        sd_bus_message* reply = nullptr;
        call("/org/vmwarden1", "org.vmwarden1.Manager", "CreateGuest", &reply, &xml);
        const double elapsed = milliseconds_since(begin);
        const char* guest = nullptr;
        require(sd_bus_message_read(reply, "o", &guest) > 0, "answer");
        guest_ = guest;
        sd_bus_message_unref(reply);
        return elapsed;
    }

    void destroy() {
        sd_bus_message* reply = nullptr;
        call(guest_.c_str(), "org.vmwarden1.Guest", "Destroy", &reply, nullptr);
        sd_bus_message_unref(reply);
    }

  private:
    void call(const char* path, const char* interface, const char* method, sd_bus_message** reply,
              const std::string* xml) {
        sd_bus_message* message = nullptr;
        require(sd_bus_message_new_method_call(bus_, &message, "org.vmwarden1", path, interface,
                                               method) >= 0,
                method);
        if (xml != nullptr) require(sd_bus_message_append(message, "s", xml->c_str()) >= 0, "xml");
        require(sd_bus_message_append(message, "a{sv}", 1, "wait", "b", 1) >= 0, "options");
        sd_bus_error error{};
        const int result = sd_bus_call(bus_, message, 300'000'000, &error, reply);
        sd_bus_message_unref(message);
        const std::string text = error.message != nullptr ? error.message : method;
        sd_bus_error_free(&error);
        require(result >= 0, text);
    }

    sd_bus* bus_ = nullptr;
    std::string guest_;
};

int run(int argc, char** argv) {
    if (argc < 2) {
        std::cerr << "usage: start FILE [RUNS]\n";
        return 2;
    }
    const int runs = argc > 2 ? std::max(1, std::atoi(argv[2])) : 15;
    const auto xml = text_of(argv[1]);
    const auto plan = plan_of(argv[1]);
    std::vector<double> bare, ours, ratios;
    Agent agent;
    for (int i = 0; i <= runs; ++i) {
        const double a = BareQemu(plan).start();
        const double b = agent.create(xml);
        agent.destroy();
        if (i == 0) continue; // warms caches and activates the agent
        bare.push_back(a);
        ours.push_back(b);
        ratios.push_back(b / a);
    }
    std::printf("bare QEMU, exec to running:   median %7.1f ms\n", median(bare));
    std::printf("CreateGuest to running:       median %7.1f ms\n", median(ours));
    std::printf("ratio, median of %d pairs:    %.2f\n", runs, median(ratios));
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "start: " << error.what() << '\n';
        return 1;
    }
}
