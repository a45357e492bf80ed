// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/shim/descriptors.h"
#include "tests/unit/shim/in_child.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>

namespace vmwarden::shim {
namespace {

ino_t inode(int fd) {
    struct stat info {};
    return fstat(fd, &info) == 0 ? info.st_ino : 0;
}

bool is_open(int fd) {
    return fcntl(fd, F_GETFD) >= 0;
}
bool is_inheritable(int fd) {
    return fcntl(fd, F_GETFD) == 0;
}

TEST(Descriptors, swapped_numbers_are_placed_right) {
    EXPECT_EQ(0, test::in_child([] {
                  const int a = memfd_create("a", MFD_CLOEXEC), b = memfd_create("b", MFD_CLOEXEC);
                  const ino_t of_a = inode(a), of_b = inode(b);
                  int status = memfd_create("status", MFD_CLOEXEC);
                  if (place_descriptors({{a, b}, {b, a}}, status)) return 1;
                  return inode(a) == of_b && inode(b) == of_a && is_inheritable(a) &&
                                 is_inheritable(b)
                             ? 0
                             : 2;
              }));
}

TEST(Descriptors, one_source_may_go_to_two_numbers) {
    EXPECT_EQ(0, test::in_child([] {
                  int status = memfd_create("status", MFD_CLOEXEC);
                  const int out = memfd_create("out", MFD_CLOEXEC);
                  const ino_t wanted = inode(out);
                  if (place_descriptors({{out, 1}, {out, 2}}, status)) return 1;
                  return inode(1) == wanted && inode(2) == wanted ? 0 : 2;
              }));
}

TEST(Descriptors, every_other_descriptor_is_closed) {
    EXPECT_EQ(0, test::in_child([] {
                  const int source = memfd_create("source", MFD_CLOEXEC);
                  const int leak = fcntl(source, F_DUPFD, 3), far = fcntl(source, F_DUPFD, 700);
                  int status = memfd_create("status", MFD_CLOEXEC);
                  if (place_descriptors({{source, 20}}, status)) return 1;
                  if (is_open(leak) || is_open(far) || is_open(0) || is_open(source)) return 2;
                  return is_inheritable(20) && is_open(status) ? 0 : 3;
              }));
}

TEST(Descriptors, a_status_descriptor_in_the_way_moves_and_is_not_inherited) {
    EXPECT_EQ(0, test::in_child([] {
                  int status = memfd_create("status", MFD_CLOEXEC);
                  const ino_t of_status = inode(status);
                  const int taken = status, source = memfd_create("source", MFD_CLOEXEC);
                  if (place_descriptors({{source, taken}}, status)) return 1;
                  return status != taken && inode(status) == of_status && !is_inheritable(status)
                             ? 0
                             : 2;
              }));
}

TEST(Descriptors, a_number_given_twice_or_negative_is_refused_with_nothing_changed) {
    int status = memfd_create("status", MFD_CLOEXEC);
    const int before = status;
    EXPECT_EQ(EINVAL, place_descriptors({{0, 30}, {1, 30}}, status).value());
    EXPECT_EQ(EINVAL, place_descriptors({{0, -1}}, status).value());
    EXPECT_EQ(before, status);
    EXPECT_FALSE(is_open(30));
    close(status);
}

TEST(Descriptors, a_source_that_is_not_open_is_an_error) {
    EXPECT_EQ(EBADF, test::in_child([] {
                  int status = memfd_create("status", MFD_CLOEXEC);
                  return place_descriptors({{900, 30}}, status).value();
              }));
}

} // namespace
} // namespace vmwarden::shim
