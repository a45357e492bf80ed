// SPDX-License-Identifier: LGPL-2.1-or-later
// swapper DIRECTORY TARGET: the hostile owner of a directory of images. Exchanges, over and over,
// the names under which a guest's disk is looked for:
//
//   DIRECTORY/disk.img      an image of its own, a link to TARGET, an image again, ...
//   DIRECTORY/sub/disk.img  the directory itself changes places with a link to TARGET's directory
//   DIRECTORY/hard.img      an image of its own, or another name of a file of its own
//
// Prints "ready", goes on until standard input ends, and then prints how often it has done so.
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace {

[[noreturn]] void fail(const std::string& what) {
    std::perror(what.c_str());
    std::exit(1);
}

void need(int result, const char* what) {
    if (result < 0) fail(what);
}

void image(const std::string& path) {
    const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || ftruncate(fd, 1 << 20) < 0 || close(fd) < 0) fail(path);
}

void exchange(const char* one, const char* other) {
    need(renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE), one);
}

bool ended() {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    return poll(&input, 1, 0) > 0;
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    const std::string target = argv[2];
    need(chdir(argv[1]), argv[1]);
    image("disk.img");
    need(symlink(target.c_str(), "link"), "link");
    need(mkdir("sub", 0755), "sub");
    image("sub/" + target.substr(target.rfind('/') + 1));
    need(symlink(target.substr(0, target.rfind('/')).c_str(), "sublink"), "sublink");
    image("hard.img");
    image("other.img");
    need(link("other.img", "another.img"), "another.img");
    std::puts("ready");
    std::fflush(stdout);
    unsigned long swaps = 0;
    while (swaps % 256 != 0 || !ended()) {
        exchange("disk.img", "link");
        exchange("sub", "sublink");
        exchange("hard.img", "another.img");
        swaps += 1;
    }
    std::printf("%lu\n", 3 * swaps);
    return 0;
}
