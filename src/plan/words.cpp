// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/plan/show.h"

#include <sys/resource.h>

#include <array>
#include <cstring>
#include <string_view>

namespace vmwarden::plan {

namespace {

struct Word {
    int number;
    std::string_view word;
};

// The names of setrlimit(2), as systemd's Limit…= settings write them.
constexpr std::array resources{
    Word{RLIMIT_AS, "as"},
    Word{RLIMIT_CORE, "core"},
    Word{RLIMIT_CPU, "cpu"},
    Word{RLIMIT_DATA, "data"},
    Word{RLIMIT_FSIZE, "fsize"},
    Word{RLIMIT_LOCKS, "locks"},
    Word{RLIMIT_MEMLOCK, "memlock"},
    Word{RLIMIT_MSGQUEUE, "msgqueue"},
    Word{RLIMIT_NICE, "nice"},
    Word{RLIMIT_NOFILE, "nofile"},
    Word{RLIMIT_NPROC, "nproc"},
    Word{RLIMIT_RSS, "rss"},
    Word{RLIMIT_RTPRIO, "rtprio"},
    Word{RLIMIT_RTTIME, "rttime"},
    Word{RLIMIT_SIGPENDING, "sigpending"},
    Word{RLIMIT_STACK, "stack"},
};

} // namespace

std::string signal_word(int number) {
    if (const char* name = ::sigabbrev_np(number)) return std::string("SIG") + name;
    return std::to_string(number);
}

std::string resource_word(int resource) {
    for (const auto& known : resources)
        if (known.number == resource) return std::string(known.word);
    return std::to_string(resource);
}

} // namespace vmwarden::plan
