// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/cli/input.h"

#include "agent/cli/failure.h"
#include "src/base/unique_fd.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace vmwarden::cli {

std::string read_input(const std::string& file, std::size_t limit) {
    UniqueFd opened;
    int fd = STDIN_FILENO;
    if (file != "-") {
        opened = UniqueFd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
        if (!opened)
            throw Failure(ExitCode::failed,
                          file + ": error: cannot open it: " + std::strerror(errno));
        fd = opened.get();
    }
    std::string text;
    char buffer[65536];
    while (text.size() <= limit) {
        const auto got = ::read(fd, buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0)
            throw Failure(ExitCode::failed,
                          input_name(file) + ": error: cannot read it: " + std::strerror(errno));
        if (got == 0) break;
        text.append(buffer, static_cast<std::size_t>(got));
    }
    return text;
}

bool names_a_file(const std::string& word) {
    return word == "-" || word.find('/') != std::string::npos || word.ends_with(".xml");
}

std::string input_name(const std::string& file) {
    return file == "-" ? "<stdin>" : file;
}

} // namespace vmwarden::cli
