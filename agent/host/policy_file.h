// SPDX-License-Identifier: LGPL-2.1-or-later
// One file of the administrator's policy directory, replaced as a whole: whatever goes wrong, there
// is the old file or the new one.
#pragma once

#include "src/base/diagnostic.h"
#include "src/base/unique_fd.h"

#include <functional>
#include <optional>
#include <string>

namespace vmwarden::host {

class EditablePolicyFile {
  public:
    // Finds etc/vmwarden/policy.d/NAME below `root`, there or not. A link is followed to a file in
    // one of the policy directories, which is then the one edited. None, with the reason added: a
    // link to elsewhere, nowhere or /dev/null, not a regular file, no directory, no right to look.
    static std::optional<EditablePolicyFile> find(const std::string& root, const std::string& name,
                                                  Diagnostics& diagnostics);

    // As read_policy_tree() calls it, and what a link of that name leads to (else the same).
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] const std::string& target() const { return target_; }
    [[nodiscard]] bool exists() const { return exists_; }

    // Empty when it is not there.
    std::optional<std::string> read(Diagnostics& diagnostics) const;

    // Given the text as it is, returns the text to be, or none to leave it.
    using Edit = std::function<std::optional<std::string>(const std::string& now)>;
    // Edits one after the other, whoever else does so at the same time. Owner, mode, access list
    // and SELinux label stay; a new file gets mode 0644. On disk when it returns true. False: the
    // edit returned none, or an error was added, which says so if the file is not as it was. What
    // the edit throws passes through.
    bool replace(const Edit& edit, Diagnostics& diagnostics) const;

  private:
    EditablePolicyFile() = default;

    UniqueFd directory_;
    std::string name_; // in it
    std::string path_;
    std::string target_;
    bool exists_ = false;
};

} // namespace vmwarden::host
