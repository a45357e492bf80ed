// SPDX-License-Identifier: LGPL-2.1-or-later
// A verb of the command line over a file of some text, with what it says.
#pragma once

#include "agent/cli/verbs.h"

#include <fstream>
#include <gtest/gtest.h>
#include <iostream>
#include <unistd.h>

namespace vmwarden::cli {

struct Ran {
    ExitCode code;
    std::string out;
    std::string err;
};

// `words` stand before the file's path, whose end is `suffix`.
inline Ran run_verb(ExitCode (*verb)(Context&), const std::string& text, const std::string& suffix,
                    std::vector<std::string> words, const VerbOptions& options, bool json) {
    const auto file = testing::TempDir() + "verb-" + std::to_string(::getpid()) + suffix;
    std::ofstream(file) << text;
    GlobalOptions global;
    global.json = json;
    words.push_back(file);
    Context context(global, options, std::move(words));
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const auto code = verb(context);
    std::cout.flush();
    Ran ran{code, testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
    ::unlink(file.c_str());
    return ran;
}

} // namespace vmwarden::cli
