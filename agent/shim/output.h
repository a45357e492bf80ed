// SPDX-License-Identifier: LGPL-2.1-or-later
// What QEMU writes to its standard output and error, kept within bounds: it is not trusted with a
// descriptor of a file in /run that it could fill.
#pragma once

#include "src/base/unique_fd.h"

#include <cstddef>

namespace vmwarden::shim {

class Output {
  public:
    static constexpr std::size_t most_bytes = 256 * 1024;

    // `pipe` is the reading end; `file`, open for appending, is not owned. When it would pass
    // most_bytes it starts anew, so the last words are always there.
    Output(UniqueFd pipe, int file);

    [[nodiscard]] int fd() const { return pipe_.get(); }
    // Takes what is there now; call it when fd() is readable or has hung up.
    void serve();
    // Everything that is still in the pipe.
    void drain();

  private:
    bool copy_once();

    UniqueFd pipe_;
    int file_;
    std::size_t written_ = 0;
};

} // namespace vmwarden::shim
