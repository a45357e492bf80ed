# SPDX-License-Identifier: LGPL-2.1-or-later
"""A place for one test host that disappears as a whole.

The host runs below a child process that is PID 1 of its own PID namespace and has its own mount, cgroup, network,
IPC and UTS namespaces. When that child ends, or is killed, or its parent is killed, the kernel ends every process in
there and drops every mount. Only the cgroup directory stays; a janitor, a process outside that holds nothing but the
read end of a pipe, removes it when the pipe's last writer is gone.
"""

import contextlib
import os
import signal
import sys
import traceback

import cgroup
import kernel
from report import HostError, say

OWN_FAILURE = 125

_NAMESPACES = (kernel.CLONE_NEWNS | kernel.CLONE_NEWCGROUP | kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC
               | kernel.CLONE_NEWUTS)
_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def run(body):
    """Calls BODY() in a sandbox; returns its result as an exit status, once nothing of the sandbox is left."""
    group = cgroup.create()
    life_read, life_write = os.pipe()
    janitor = _fork(lambda: _janitor(group, life_read, life_write))
    os.close(life_read)

    received = []
    child = None

    def end(number, _frame):
        received.append(number)
        if child:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)

    for number in _ENDING:
        signal.signal(number, end)

    kernel.unshare(kernel.CLONE_NEWPID)
    parent = os.pidfd_open(os.getpid())
    child = _fork(lambda: _inside(body, group, parent, life_write))
    if received:
        end(received[0], None)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    child = None
    os.close(life_write)
    os.waitpid(janitor, 0)
    if received:
        return 128 + received[0]
    return status if status >= 0 else OWN_FAILURE


def _fork(body):
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        status = OWN_FAILURE
        try:
            status = body()
        except HostError as error:
            say(error)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    return pid


def _janitor(group, life_read, life_write):
    os.setsid()
    os.close(life_write)
    null = os.open("/dev/null", os.O_RDWR)
    for number in range(3):
        os.dup2(null, number)
    os.closerange(3, life_read)
    os.closerange(life_read + 1, os.sysconf("SC_OPEN_MAX"))
    os.chdir("/")
    os.read(life_read, 1)
    cgroup.remove_when_empty(group)
    return 0


def _inside(body, group, parent, life_write):
    kernel.die_with_parent(parent)
    for number in _ENDING:
        # Ending the sandbox is the parent's business. A handler, unlike SIG_IGN, is not inherited through exec.
        signal.signal(number, lambda *_: None)
    (group / "cgroup.procs").write_text("0")
    kernel.unshare(_NAMESPACES)
    kernel.make_mounts_private()
    kernel.mount("proc", "/proc", "proc", kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC)
    kernel.mount("cgroup2", "/sys/fs/cgroup", "cgroup2", kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC)
    os.set_inheritable(life_write, False)
    return body()
