// SPDX-License-Identifier: LGPL-2.1-or-later
// Claims as text on disk: one file for each guest, NAME.journal, under Places::restore.
#pragma once

#include "agent/executor/file_claims.h"
#include "src/base/unique_fd.h"

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace vmwarden::executor {

class DamagedJournal : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

std::string encode(const Claims& claims);
// None when the text is not exactly a journal: nothing is restored by a guess. `guest` is not part
// of the text.
std::optional<Claims> decode(std::string_view text, const std::string& guest);

// The journals' directory, locked as long as this object lives: against other threads and other
// processes. Everything that reads claims and then changes files does so inside.
class RestoreDirectory {
  public:
    explicit RestoreDirectory(const std::string& path);

    [[nodiscard]] std::vector<std::string> guests() const;
    // None when the guest has no journal. Throws DamagedJournal.
    [[nodiscard]] std::optional<Claims> read(const std::string& guest) const;
    // Every journal but this guest's. Throws for a damaged one: it hides claims.
    [[nodiscard]] std::vector<Claims> others(const std::string& guest) const;
    // `durable`: on disk before this returns.
    void write(const Claims& claims, bool durable);
    void remove(const std::string& guest);
    // Keeps a journal that cannot be read for a person to look at; gives its new name.
    std::string set_aside(const std::string& guest);

  private:
    UniqueFd directory_; // the lock is on this open file
};

} // namespace vmwarden::executor
