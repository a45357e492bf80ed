// SPDX-License-Identifier: LGPL-2.1-or-later
// The view of a process that a test knows everything about: itself.
#include "agent/host/kernel_view.h"

#include "src/base/unique_fd.h"
#include "tests/unit/host/temp_tree.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace vmwarden::host {
namespace {

UniqueFd pidfd_of(pid_t pid) {
    return UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

KernelView own_view(const LaunchPlan& plan = {}) {
    return read_kernel_view(::getpid(), pidfd_of(::getpid()).get(), plan);
}

const OpenFd* find_fd(const KernelView& view, int number) {
    const auto found = std::find_if(view.fds.begin(), view.fds.end(),
                                    [&](const OpenFd& fd) { return fd.number == number; });
    return found == view.fds.end() ? nullptr : &*found;
}

int error_of(pid_t pid, int pidfd) {
    try {
        read_kernel_view(pid, pidfd, {});
        return 0;
    } catch (const std::system_error& error) {
        return error.code().value();
    }
}

// A child that does nothing until it is ended.
class Child {
  public:
    Child()
      : pid_(::fork()) {
        if (pid_ < 0) throw std::runtime_error("cannot fork");
        while (pid_ == 0)
            ::pause();
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() { end(); }

    void end() {
        if (pid_ < 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }
    [[nodiscard]] pid_t pid() const { return pid_; }

  private:
    pid_t pid_;
};

TEST(KernelView, KnowsTheProcessItself) {
    const KernelView view = own_view();
    EXPECT_EQ(view.uids[1], ::geteuid());
    EXPECT_EQ(view.gids[1], ::getegid());
    EXPECT_EQ(view.groups.size(), static_cast<std::size_t>(::getgroups(0, nullptr)));
}

TEST(KernelView, ListsEveryDescriptorWithWhatItIs) {
    const test::TempTree tree;
    const auto path = tree.file("file");
    const UniqueFd reader(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    const UniqueFd writer(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
    const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    const KernelView view = own_view();
    struct stat status {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    const FileId id{status.st_dev, status.st_ino};
    ASSERT_TRUE(find_fd(view, reader.get()) && find_fd(view, writer.get()));
    EXPECT_EQ(*find_fd(view, reader.get()),
              (OpenFd{reader.get(), path, id, {}, false, false, false}));
    EXPECT_EQ(*find_fd(view, writer.get()),
              (OpenFd{writer.get(), path, id, {}, false, false, true}));
    ASSERT_TRUE(find_fd(view, null.get()));
    EXPECT_TRUE(find_fd(view, null.get())->is_device);
    EXPECT_FALSE(find_fd(view, null.get())->is_block);
    EXPECT_EQ(find_fd(view, null.get())->device, (DeviceNumber{1, 3}));
}

TEST(KernelView, KnowsPipesWithoutTouchingThem) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const UniqueFd reader(ends[0]), writer(ends[1]);
    const KernelView view = own_view();
    ASSERT_TRUE(find_fd(view, ends[0]));
    EXPECT_EQ(find_fd(view, ends[0])->target.rfind("pipe:[", 0), 0U);
    EXPECT_FALSE(find_fd(view, ends[0])->writable);
    ASSERT_TRUE(find_fd(view, ends[1]));
    EXPECT_TRUE(find_fd(view, ends[1])->writable);
}

TEST(KernelView, LooksAtThePlansFilesAsTheyAreNow) {
    const test::TempTree tree;
    LaunchPlan plan;
    plan.files.resize(3);
    plan.files[0].path = "as-named";
    plan.files[0].resolved = tree.file("disk");
    plan.files[1].resolved = tree.path("gone");
    plan.files[2].resolved = tree.link("link", "disk");
    const KernelView view = own_view(plan);
    ASSERT_EQ(view.files.size(), 3U);
    EXPECT_TRUE(view.files[0].readable);
    EXPECT_EQ(view.files[0].path, "as-named");
    EXPECT_EQ(view.files[0].owner.uid, Uid{::geteuid()});
    EXPECT_NE(view.files[0].id, FileId{});
    EXPECT_FALSE(view.files[1].readable);
    EXPECT_FALSE(view.files[2].readable) << "a link in a file's place is not that file";
}

TEST(KernelView, NeverDescribesAProcessThatHasEnded) {
    Child child;
    const pid_t pid = child.pid();
    const UniqueFd pidfd = pidfd_of(pid);
    EXPECT_EQ(error_of(pid, pidfd.get()), 0);
    child.end();
    EXPECT_EQ(error_of(pid, pidfd.get()), ESRCH);
}

TEST(KernelView, NeverDescribesAStrangerUnderARecycledNumber) {
    Child one, other;
    const UniqueFd pidfd = pidfd_of(one.pid());
    EXPECT_EQ(error_of(other.pid(), pidfd.get()), ESRCH);
    one.end();
    EXPECT_EQ(error_of(other.pid(), pidfd.get()), ESRCH);
}

TEST(KernelView, NeedsAPidfd) {
    EXPECT_EQ(error_of(::getpid(), -1), ESRCH);
}

} // namespace
} // namespace vmwarden::host
