# SPDX-License-Identifier: LGPL-2.1-or-later
"""The few system calls that Python's standard library does not wrap."""

import ctypes
import os
import select
import signal

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY = 0x1
MS_NOSUID = 0x2
MS_NODEV = 0x4
MS_NOEXEC = 0x8
MS_REMOUNT = 0x20
MS_BIND = 0x1000
MS_REC = 0x4000
MS_PRIVATE = 0x40000

_PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True)
_libc.mount.argtypes = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p)


def _check(result, what):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def unshare(flags):
    _check(_libc.unshare(flags), "unshare")


def mount(source, target, kind, flags=0, options=""):
    _check(_libc.mount(*(str(word).encode() for word in (source, target, kind)), flags, options.encode()),
           f"mount {kind} on {target}")


def bind(source, target, read_only=False):
    mount(source, target, "none", MS_BIND)
    if read_only:
        mount("none", target, "none", MS_BIND | MS_REMOUNT | MS_RDONLY)


def make_mounts_private():
    _check(_libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None), "make all mounts private")


def die_with_parent(parent_pidfd=None):
    """SIGKILL for this process as soon as its parent is gone, even if that happened a moment ago."""
    _check(_libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "prctl(PR_SET_PDEATHSIG)")
    if parent_pidfd is not None:
        if select.select([parent_pidfd], [], [], 0)[0]:
            os.kill(os.getpid(), signal.SIGKILL)
