// SPDX-License-Identifier: LGPL-2.1-or-later
#include <csignal>
#include <cstdlib>
#include <gtest/gtest.h>
#include <unistd.h>

namespace {

constexpr unsigned nobody = 65534;

} // namespace

// As nobody, always: for root the gate is open, and a test as root would not see it.
int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    if (geteuid() == 0 &&
        (setresgid(nobody, nobody, nobody) != 0 || setresuid(nobody, nobody, nobody) != 0))
        return EXIT_FAILURE;
    std::signal(SIGPIPE, SIG_IGN);
    return RUN_ALL_TESTS();
}
