// SPDX-License-Identifier: LGPL-2.1-or-later
// A directory of definitions, NAME.xml, each exactly as its owner gave it. Blocks on the disk.
#pragma once

#include "src/base/unique_fd.h"

#include <optional>
#include <string>
#include <vector>

namespace vmwarden::supervisor {

class DefinitionStore {
  public:
    explicit DefinitionStore(std::string directory)
      : directory_(std::move(directory)) {}

    // Guests with a definition, sorted; files that no guest could be called by are passed over.
    [[nodiscard]] std::vector<std::string> names() const;
    // None when there is none. Throws std::system_error when it cannot be read, is no regular file
    // or is larger than a definition may be.
    [[nodiscard]] std::optional<std::string> read(const std::string& name) const;
    // Whole or not at all, and on the disk when it returns.
    void write(const std::string& name, const std::string& xml) const;
    void remove(const std::string& name) const;
    [[nodiscard]] std::string path(const std::string& name) const;

  private:
    std::string directory_;

    [[nodiscard]] UniqueFd open_directory() const;
};

} // namespace vmwarden::supervisor
