// SPDX-License-Identifier: LGPL-2.1-or-later
#include <csignal>
#include <cstdlib>
#include <gtest/gtest.h>
#include <unistd.h>

namespace {

constexpr unsigned nobody = 65534;

bool become(unsigned id) {
    // The group first on the way down, the user first on the way up.
    if (id == 0) return seteuid(0) == 0 && setegid(0) == 0;
    return setresgid(id, id, 0) == 0 && setresuid(id, id, 0) == 0;
}

// The report of a run belongs to whoever started it. Listeners hear of an end in the reverse of
// their order, so this one, appended last, gives root back before gtest's own printer opens the
// file.
class RootForTheReport : public testing::EmptyTestEventListener {
    void OnTestIterationEnd(const testing::UnitTest& /*tests*/, int /*iteration*/) override {
        if (!become(0)) std::abort();
    }
};

} // namespace

// As nobody, always: for root the gate is open, and a test as root would not see it.
int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    if (geteuid() == 0) {
        testing::UnitTest::GetInstance()->listeners().Append(new RootForTheReport);
        if (!become(nobody)) return EXIT_FAILURE;
    }
    std::signal(SIGPIPE, SIG_IGN);
    return RUN_ALL_TESTS();
}
