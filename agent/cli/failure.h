// SPDX-License-Identifier: LGPL-2.1-or-later
// How `vmwarden` ends, and what it says on the way.
#pragma once

#include "src/base/diagnostic.h"

#include <stdexcept>
#include <string>
#include <string_view>

namespace vmwarden::cli {

// The contract with scripts (product.md); the man page vmwarden(1) lists them.
enum class ExitCode {
    done = 0,
    failed = 1,
    usage = 2,
    different = 2, // `policy diff`, as diff(1) does with its 1: something was found
    refused = 3, // by policy or authorisation
    no_such_guest = 4,
    unreachable = 5, // the agent does not answer
};

// Ends the command. `text` is printed to stderr: as it is when it already names a place
// ("file:line:col: error: …"), behind "vmwarden: error: " otherwise.
class Failure : public std::runtime_error {
  public:
    Failure(ExitCode code, const std::string& text)
      : std::runtime_error(text)
      , code_(code) {}
    [[nodiscard]] ExitCode code() const { return code_; }

  private:
    ExitCode code_;
};

// The command was called wrongly: usage, exit 2.
class UsageError : public Failure {
  public:
    explicit UsageError(const std::string& text)
      : Failure(ExitCode::usage, text) {}
};

} // namespace vmwarden::cli
