# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compiling this project for a Debian release that this machine does not run, in a cached chroot of that release.

Two things are kept: the chroot, made from the package list of the build; and for each source tree a directory with
  build/    the meson build directory
  staged/   what `meson install` makes of it
"""

import contextlib
import fcntl
import hashlib
import subprocess

import cache
import image
import install
import kernel
import paths
from report import HostError, say

PACKAGES = paths.REPO / "tests/packages.build"

# Without them meson leaves out the unit tests, which no host runs and which are most of the work.
_NOT_WANTED = {"libgtest-dev", "libgmock-dev"}

# A newer compiler may warn about more; that is no reason to have no host for it.
_CONFIGURE = "test -f /build/build/build.ninja || \
    meson setup --prefix=/usr --sysconfdir=/etc --localstatedir=/var -Dwerror=false /build/build /source"
_COMPILE = f"""set -e
{_CONFIGURE}
ninja -C /build/build
rm -rf /build/staged
meson install -C /build/build --no-rebuild --quiet --destdir /build/staged
"""


class BuildRoot:
    """The chroot for one Debian release, built if it is not in the cache."""

    def __init__(self, suite):
        self.suite = suite
        self.names = sorted(set(paths.word_list(PACKAGES)) - _NOT_WANTED)
        self.slot = cache.Slot(f"buildroot-{suite}", cache.content_key([], suite, *self.names))
        self.in_use = self.slot.ensure(self._build)
        self.rootfs = self.slot.directory / "rootfs"

    def _build(self, directory):
        say(f"building the {self.suite} build root (once; about two minutes)")
        image.debootstrap(self.suite, self.names, directory / "rootfs")
        for name in ("source", "build"):
            (directory / "rootfs" / name).mkdir()


class Build:
    """One source tree, compiled in a build root."""

    def __init__(self, suite, source):
        digest = hashlib.sha256(str(source).encode()).hexdigest()[:16]
        self.suite = suite
        self.source = source
        self.directory = paths.cache() / "builds" / f"{suite}-{digest}"
        self.build = self.directory / "build"
        self.staged = self.directory / "staged"

    def compile(self, root):
        """Configures, compiles and stages inside the chroot ROOT; to be called in a sandbox."""
        self.directory.mkdir(parents=True, exist_ok=True)
        with self.held(fcntl.LOCK_EX):
            plain = kernel.MS_NOSUID | kernel.MS_NODEV
            kernel.bind("/dev", root.rootfs / "dev")
            kernel.mount("proc", root.rootfs / "proc", "proc", plain | kernel.MS_NOEXEC)
            kernel.mount("testhost", root.rootfs / "tmp", "tmpfs", plain, "mode=1777")
            kernel.bind(self.source, root.rootfs / "source", read_only=True)
            kernel.bind(self.directory, root.rootfs / "build")
            say(f"compiling {self.source} on {self.suite}")
            log = self.directory / "log"
            with open(log, "w") as out:
                done = subprocess.run(["chroot", root.rootfs, "/bin/sh", "-c", _COMPILE], stdin=subprocess.DEVNULL,
                                      stdout=out, stderr=subprocess.STDOUT,
                                      env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"})
        if done.returncode != 0:
            lines = log.read_text(errors="replace").splitlines()
            errors = [line for line in lines if "error" in line.lower()] or lines
            raise HostError(f"{self.source} does not build on {self.suite}:\n" + "\n".join(errors[:20]) +
                            f"\n(whole log: {log})")
        return 0

    @property
    def payload(self):
        return self.build / "tests/host-payload"

    def install(self, root):
        with self.held(), install.configuring(root):
            # Not cp: what was installed to /lib must follow the link that /lib is.
            reading = subprocess.Popen(["tar", "--create", f"--directory={self.staged}", "."], stdout=subprocess.PIPE)
            subprocess.run(["tar", "--extract", f"--directory={root}", "--keep-directory-symlink"],
                           stdin=reading.stdout, check=True)
            if reading.wait() != 0:
                raise HostError(f"{self.staged} cannot be read")

    @contextlib.contextmanager
    def held(self, how=fcntl.LOCK_SH):
        """Nobody compiles (LOCK_SH) or reads (LOCK_EX) meanwhile."""
        with open(self.directory / "lock", "w") as lock:
            fcntl.flock(lock, how)
            yield
