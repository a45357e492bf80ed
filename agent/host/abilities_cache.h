// SPDX-License-Identifier: LGPL-2.1-or-later
// What emulators have said they can do, kept on disk for the next agent.
#pragma once

#include "src/base/unique_fd.h"
#include "src/capabilities/abilities_json.h"

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace vmwarden::host {

class AbilitiesCache {
  public:
    // A directory NAME of our own in `parent`, made where missing. The parent may belong to the
    // guests' account, which can move our directory away and put something in its place: anything
    // but a directory of ours that nobody else may enter is not used (std::system_error, ELOOP,
    // ENOTDIR or EPERM).
    AbilitiesCache(const std::string& parent, const std::string& name);

    // None when nothing is kept of this very file, or nothing that can be believed.
    [[nodiscard]] std::optional<EmulatorAbilities> read(const ProgramIdentity& program) const;
    // Replaces what was kept. Throws std::system_error.
    void keep(const ProgramIdentity& program, const EmulatorAbilities& abilities) const;
    // Forgets what is kept of all others.
    void keep_only(const std::set<ProgramIdentity>& programs) const;

  private:
    UniqueFd directory_;
};

} // namespace vmwarden::host
