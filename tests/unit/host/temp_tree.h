// SPDX-License-Identifier: LGPL-2.1-or-later
// A directory of a test's own, gone with it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace vmwarden::host::test {

class TempTree {
  public:
    TempTree() {
        std::string name = std::filesystem::temp_directory_path() / "vmwarden-test-XXXXXX";
        if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary directory");
        // Without links, so that tests can compare what a walk finds.
        root_ = std::filesystem::canonical(name);
    }
    TempTree(const TempTree&) = delete;
    TempTree& operator=(const TempTree&) = delete;
    ~TempTree() {
        std::error_code ignored;
        for (std::filesystem::recursive_directory_iterator entry(root_, ignored), end; entry != end;
             entry.increment(ignored))
            if (entry->is_directory(ignored) && !entry->is_symlink(ignored))
                std::filesystem::permissions(entry->path(), std::filesystem::perms::owner_all,
                                             ignored);
        std::filesystem::remove_all(root_, ignored);
    }

    [[nodiscard]] std::string path(std::string_view name = {}) const {
        return name.empty() ? root_.string() : (root_ / name).string();
    }

    std::string file(std::string_view name, std::string_view contents = {},
                     unsigned mode = 0644) const {
        const std::string made = path(name);
        std::ofstream(made, std::ios::binary) << contents;
        set_mode(name, mode);
        return made;
    }

    std::string directory(std::string_view name) const {
        const std::string made = path(name);
        std::filesystem::create_directory(made);
        return made;
    }

    std::string link(std::string_view name, const std::string& target) const {
        const std::string made = path(name);
        std::filesystem::create_symlink(target, made);
        return made;
    }

    void set_mode(std::string_view name, unsigned mode) const {
        std::filesystem::permissions(path(name), static_cast<std::filesystem::perms>(mode));
    }

  private:
    std::filesystem::path root_;
};

} // namespace vmwarden::host::test
