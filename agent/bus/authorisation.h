// SPDX-License-Identifier: LGPL-2.1-or-later
// Who may call what: one table, one gate. The bus lets everyone speak and sdbus-c++ marks every
// method as unprivileged, so this is the wall.
#pragma once

#include "agent/bus/sdbus_compat.h"
#include "agent/host/polkit.h"
#include "agent/supervisor/failure.h"

#include <array>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

namespace vmwarden::bus {

struct MethodRule {
    std::string_view interface;
    std::string_view member;
    std::string_view action; // polkit's; empty: tells only what every user may know
    std::string_view verb;   // the detail "verb" for polkit's rules
    std::array<std::string_view, 2> options = {}; // keys it takes, beside the common one

    [[nodiscard]] std::span<const std::string_view> known_options() const;
};

std::span<const MethodRule> authorisation_table();
// Throws std::logic_error for a method that the table does not have: nothing is open by omission.
const MethodRule& rule_of(std::string_view interface, std::string_view member);
// The method of org.vmwarden1.Guest that carries a verb of Manager.Can.
const MethodRule* rule_of_verb(std::string_view verb);

class Gate {
  public:
    // Root passes without polkit, which would let it pass anyway and need not be installed.
    explicit Gate(host::Authority& authority)
      : authority_(authority) {}

    // The failure why not, or none. At once or later, on the loop.
    using Verdict = std::function<void(std::optional<supervisor::Failure>)>;
    void ask(const Caller& caller, const MethodRule& rule, const std::string& guest,
             bool interactive, Verdict verdict);

    // "yes", "no" or "challenge", without asking anyone.
    using Preview = std::function<void(std::string)>;
    void preview(const Caller& caller, const MethodRule& rule, const std::string& guest,
                 Preview preview);

  private:
    host::Authority& authority_;
};

} // namespace vmwarden::bus
