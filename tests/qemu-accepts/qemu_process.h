// SPDX-License-Identifier: LGPL-2.1-or-later
// A real QEMU for the length of one test, talking QMP over an inherited socket as the shim's would.
#pragma once

#include "agent/host/qmp_client.h"
#include "src/qemu/command.h"

#include <filesystem>
#include <optional>
#include <string>

namespace vmwarden::accepts {

inline constexpr const char* emulator = "/usr/bin/qemu-system-x86_64";

// Descriptors that a CommandContext names, as the child will see them.
inline constexpr int monitor_fd = 3;
inline constexpr int listener_fd = 4;
inline constexpr int log_fd = 5;
inline constexpr int tpm_fd = 6;

// A directory that goes with the test.
class Workplace {
  public:
    Workplace();
    Workplace(const Workplace&) = delete;
    Workplace& operator=(const Workplace&) = delete;
    ~Workplace();
    [[nodiscard]] std::string path(const std::string& name) const { return path_ / name; }

  private:
    std::filesystem::path path_;
};

struct Inherited {
    int listener = -1;
    int log = -1;
    int tpm = -1;
};

class QemuProcess {
  public:
    // Starts what the definition says, with the descriptors above where they are given. What QEMU
    // says to people goes to `messages`.
    QemuProcess(const GuestDefinition& definition, const std::string& messages,
                Inherited inherited = {}, bool sandbox = true,
                std::map<std::size_t, std::vector<qemu::Image>> images = {},
                std::map<std::size_t, qemu::NetworkBackEnd> networks = {},
                std::map<std::size_t, int> overlays = {});
    // A line as a shell runs it, and a monitor for us behind it.
    QemuProcess(const std::string& line, const std::string& messages);
    QemuProcess(const QemuProcess&) = delete;
    QemuProcess& operator=(const QemuProcess&) = delete;
    ~QemuProcess(); // kills what still runs, and reaps it

    // The capabilities' negotiation; throws host::QmpError where QEMU did not get that far.
    void negotiate();
    nlohmann::json ask(const std::string& command,
                       const nlohmann::json& arguments = nlohmann::json::object());
    // A property of one of our devices, by its id.
    nlohmann::json property(const std::string& device, const std::string& name);
    // Asks QEMU to quit; its exit status.
    int quit();
    [[nodiscard]] pid_t pid() const { return pid_; }

  private:
    void start(std::vector<std::string> argv, const std::string& messages, Inherited inherited);
    int reap();

    pid_t pid_ = -1;
    std::optional<host::QmpClient> qmp_;
};

std::string file_text(const std::string& path);

} // namespace vmwarden::accepts
