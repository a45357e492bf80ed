# SPDX-License-Identifier: LGPL-2.1-or-later
"""The cgroup of one test host, and its removal once nothing is left in it."""

import contextlib
import os
import secrets
import select
from pathlib import Path

from report import HostError

PREFIX = "vmwarden-host-"


def hierarchy():
    """Where this machine has mounted the cgroup v2 hierarchy."""
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        fields, _, rest = line.partition(" - ")
        if rest.startswith("cgroup2 "):
            return Path(fields.split()[4])
    raise HostError("no cgroup v2 hierarchy is mounted on this machine")


def create():
    top = hierarchy()
    _remove_stale(top)
    group = top / f"{PREFIX}{os.getpid()}-{secrets.token_hex(4)}"
    group.mkdir()
    return group


def remove_when_empty(group):
    """Waits until no process is left in GROUP or below, then removes it all."""
    with open(group / "cgroup.events") as events:
        poll = select.poll()
        poll.register(events, select.POLLPRI)
        while True:
            events.seek(0)
            if "populated 0" in events.read():
                break
            poll.poll()
    _remove(group)


def _remove(group):
    for directory, _, _ in os.walk(group, topdown=False):
        os.rmdir(directory)


def _remove_stale(top):
    """Removes what a run left whose janitor was killed as well."""
    for group in top.glob(f"{PREFIX}*"):
        owner = group.name.removeprefix(PREFIX).partition("-")[0]
        with contextlib.suppress(OSError):
            if not Path("/proc", owner).exists() and "populated 0" in (group / "cgroup.events").read_text():
                _remove(group)
