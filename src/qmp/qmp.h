// SPDX-License-Identifier: LGPL-2.1-or-later
// QEMU's machine protocol without a socket: bytes in, messages out; commands to bytes.
// QEMU docs/interop/qmp-spec.rst.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace vmwarden::qmp {

struct Greeting {
    unsigned major = 0, minor = 0, micro = 0;
};

// `id` is 0 where QEMU named none: it could not read the command.
struct Reply { // to the command with this id
    std::uint64_t id = 0;
    nlohmann::json value;
};

struct Error {
    std::uint64_t id = 0;
    std::string error_class;
    std::string description;
};

struct Event {
    std::string name; // "SHUTDOWN", "STOP", "RESUME", "RESET", "GUEST_PANICKED", …
    nlohmann::json data;
};

using Message = std::variant<Greeting, Reply, Error, Event>;

// Splits a stream into messages. QEMU is confined but not trusted: a line over the limit, deeper
// than the limit, or one that is not a QMP object, makes the reader fail, and it stays failed.
// Never throws on input.
class Reader {
  public:
    static constexpr std::size_t max_line_bytes = 1024 * 1024;
    static constexpr unsigned max_depth = 64; // arrays and objects within each other

    // Messages completed by these bytes, up to the one that failed.
    std::vector<Message> feed(std::string_view bytes);
    [[nodiscard]] bool failed() const { return !failure_.empty(); }
    [[nodiscard]] const std::string& failure() const { return failure_; }

  private:
    void take_line(std::string_view line, std::vector<Message>& out);

    std::string pending_;
    std::string failure_;
};

// One command line, newline included. Throws nlohmann::json::type_error for a string that is not
// UTF-8.
std::string command(std::uint64_t id, std::string_view name,
                    const nlohmann::json& arguments = nlohmann::json::object());

} // namespace vmwarden::qmp
