# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the victim is shown: bystanders, files, and where they are; and what it says of its attempts."""

import contextlib
import ctypes
import os
import pathlib
import pwd
import shutil
import stat
import subprocess
import sys

import seen
import tool

HERE = pathlib.Path(__file__).resolve().parent
WORK = pathlib.Path("/var/tmp/escape")
HANDLE_FILE = pathlib.Path("/run/escape-secret")
# Where every guest may run programs.
SET_USER_ID = pathlib.Path("/usr/bin/escape-set-user-id")
# Everybody may write to the kernel's log by this node; none of the built-in device list.
DEVICE = pathlib.Path("/dev/escape-kmsg")


def controller(name):
    """Whether this host can limit that: a container has what the machine under it leaves in cgroup v2."""
    return name in pathlib.Path("/sys/fs/cgroup/cgroup.controllers").read_text(encoding="ascii").split()


def landlock():
    """Whether the kernel has it: it then says which version."""
    create_ruleset, ask_version = 444, 1
    return ctypes.CDLL(None).syscall(create_ruleset, None, 0, ask_version) > 0


def enforcing():
    mode = pathlib.Path("/sys/fs/selinux/enforce")
    return mode.exists() and mode.read_text(encoding="ascii") == "1"


def command(pid):
    return pathlib.Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").rstrip("\n")


@contextlib.contextmanager
def bystander(who, user=0):
    """Its targets."""
    account = {"user": user, "group": pwd.getpwuid(user).pw_gid, "extra_groups": []} if user else {}
    with subprocess.Popen([sys.executable, HERE / "escape_bystander.py", who], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True, **account) as process:
        try:
            lines = iter(process.stdout.readline, "\n")
            targets = dict(line.rstrip("\n").split(" ", 1) for line in lines if line)
            yield {**targets, f"{who}-comm": command(process.pid)}
        finally:
            process.stdin.close()


@contextlib.contextmanager
def files():
    """Files that are protected from anybody but root, and a directory that is not."""
    WORK.mkdir()
    os.chmod(WORK, 0o1777)
    protected = WORK / "protected"
    protected.write_text("secret", encoding="ascii")
    os.chmod(protected, 0o600)
    shutil.copy(tool.VICTIM, SET_USER_ID)
    os.chmod(SET_USER_ID, 0o4755)
    HANDLE_FILE.write_text("secret", encoding="ascii")
    os.chmod(HANDLE_FILE, 0o600)
    os.mknod(DEVICE, stat.S_IFCHR, os.makedev(1, 11))
    os.chmod(DEVICE, 0o666)
    try:
        yield {"work": WORK, "device": DEVICE, "protected": protected, "set-user-id": SET_USER_ID,
               "handle-file": HANDLE_FILE, "host-disk": "/dev/vda", "disk-number": os.stat("/dev/vda").st_rdev,
               "systemd-private": "/run/systemd/private", "journal-socket": "/run/systemd/journal/stdout",
               "init-pid": 1, "init-comm": command(1)}
    finally:
        shutil.rmtree(WORK)
        HANDLE_FILE.unlink()
        DEVICE.unlink()
        SET_USER_ID.unlink()


@contextlib.contextmanager
def agent():
    """It is there to be got at: it stays while a guest runs."""
    seen.vmwarden("create", "-", stdin=seen.guest_xml("escape-keeper", kernel=False))
    try:
        pid = seen.unit_property("vmwardend.service", "MainPID")
        yield {"agent-pid": pid, "agent-comm": command(pid)}
    finally:
        seen.vmwarden("destroy", "escape-keeper")


def write_targets(path, targets):
    """Into a file that may be a guest's disk."""
    text = "".join(f"{name} {value}\n" for name, value in targets.items()).encode()
    path.write_bytes(text.ljust(65536, b"\0"))


class Report:
    """What a victim said; `lines` up to its "done"."""

    def __init__(self, lines):
        words = [line.split() for line in lines]
        self.allowed = {word[1]: word[2] if len(word) > 2 else "" for word in words if word[0] == "ALLOWED"}
        self.denied = {word[1]: word[2] for word in words if word[0] == "denied"}
        self.order = [word[1] for word in words if word[0] in ("ALLOWED", "denied")]
        self.untried = {word[1] for word in words if word[0] == "untried"}
        self.descriptors = {int(word[1]): word[2] for word in words if word[0] == "fd"}


def report_in(log):
    return Report(tool.wait_for_line(log, "done"))
