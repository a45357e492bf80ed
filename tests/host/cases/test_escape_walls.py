# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each wall around a guest alone: what it denies to a program that has no other. escape/README.md is the table of it,
and this case fails where the two differ."""

import contextlib
import json
import os
import pathlib
import pwd
import unittest

import escape
import seen
import tool

TABLE = tool.PAYLOAD / "escape.md"
WALL_TOOL = tool.PAYLOAD / "wall-tool"
# What systemd does, for the service that the victim runs in.
OF_SYSTEMD = {
    "devices": ["DevicePolicy=strict", *(f"DeviceAllow={node} rw" for node in ("/dev/null", "/dev/ptmx", "char-pts"))],
    "processes": ["TasksMax=40"],
    "memory": ["MemoryMax=64M", "MemorySwapMax=0", "OOMPolicy=continue"],
}
BASES = {"root": [], "user": ["uid"]}
# The private root shows the host's /proc where processes are the host's.
PAIR = "mount+pid"
UNIT = "escape-victim.service"
PROCESSES = 60
MEMORY = 128 << 20


def walls():
    """Those that this host can put up, in the table's order."""
    known = ["uid", "capabilities", "no-new-privileges", "descriptors", "environment", "session", "limits", "mount",
             "pid", "ipc", "network", "system-calls", "devices"]
    known += ["landlock"] if escape.landlock() else []
    known += ["processes"] if escape.controller("pids") else []
    known += ["memory"] if escape.controller("memory") else []
    return known


def kind():
    return "vm" if seen.run("systemd-detect-virt", "--container", check=False).returncode else "container"


def run_victim(targets, chosen):
    """What it says with these walls and no others."""
    user = pwd.getpwnam("qemu")
    plan = {"executable": str(tool.VICTIM), "argv": [str(tool.VICTIM), "--targets", "-"], "uid": user.pw_uid,
            "gid": user.pw_gid, "groups": os.getgrouplist("qemu", user.pw_gid), "binds": [str(tool.PAYLOAD)]}
    properties = ["TasksMax=infinity", "LimitCORE=infinity"]
    properties += [line for wall in chosen for line in OF_SYSTEMD.get(wall, [])]
    command = ["systemd-run", "--quiet", "--wait", "--pipe", "--collect", f"--unit={UNIT}",
               *(f"--property={line}" for line in properties), WALL_TOOL, json.dumps(plan), *chosen]
    text = "".join(f"{name} {value}\n" for name, value in targets.items())
    lines = seen.run(*map(str, command), stdin=text).stdout.splitlines()
    if lines[-1:] != ["done"]:
        raise AssertionError(f"with {chosen} the victim did not come to its end: {lines}")
    return escape.Report(lines)


def table():
    """Per attempt: the walls that deny it alone, and the hosts that deny it without any."""
    rows = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `") and len(cells) == 3:
            rows[cells[0].strip("`")] = tuple(tuple(word for word in cell.split(", ") if word) for cell in cells[1:])
    return rows


class Alone(unittest.TestCase):
    """Where SELinux enforces, it is a wall that is never down."""

    hosts = {"container", "vm"} if not escape.enforcing() else set()
    nightly = {"vm"}
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        stack = contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        targets = stack.enter_context(escape.files())
        targets |= stack.enter_context(escape.bystander("root"))
        targets |= stack.enter_context(escape.bystander("guest", pwd.getpwnam("qemu").pw_uid))
        targets |= {"tcp-port": targets["root-port"], "abstract-socket": targets["root-socket"],
                    "stray-descriptor": 20, "cgroup": f"/sys/fs/cgroup/system.slice/{UNIT}"}
        targets |= {"processes": PROCESSES} if escape.controller("pids") else {}
        targets |= {"memory": MEMORY} if escape.controller("memory") else {}
        targets |= stack.enter_context(escape.agent())
        cls.targets = targets
        cls.bare = {base: run_victim(targets, chosen) for base, chosen in BASES.items()}

    def denied_by(self, *chosen):
        """Attempts that the guest's user or else root succeeds at, and does not with these walls."""
        found = set()
        easy = set(self.bare["user"].allowed)
        for base, wanted in (("user", easy), ("root", set(self.bare["root"].allowed) - easy)):
            if chosen != tuple(BASES[base]):
                found |= wanted & set(run_victim(self.targets, [*BASES[base], *chosen]).denied)
        return found

    def observed(self):
        """Rows as table() has them, of this host."""
        by_wall = {wall: self.denied_by(wall) for wall in walls()}
        by_wall[PAIR] = self.denied_by("mount", "pid") - by_wall["mount"] - by_wall["pid"]
        possible = set(self.bare["root"].allowed) | set(self.bare["user"].allowed)
        rows = {}
        for name in self.bare["root"].order:
            if name in possible:
                rows[name] = tuple(wall for wall in by_wall if name in by_wall[wall])
            else:
                rows[name] = (kind(),)
        return rows

    def test_the_table_says_what_each_wall_denies(self):
        here = {kind(), *walls(), PAIR}
        expected = {}
        for name, (alone, denied_anyway) in table().items():
            if name not in self.bare["root"].untried:
                expected[name] = (kind(),) if kind() in denied_anyway else tuple(wall for wall in alone if wall in here)
        self.assertEqual(self.lines(expected), self.lines(self.observed()))

    def lines(self, rows):
        return "\n".join(f"{name}: {', '.join(found)}" for name, found in rows.items())


if __name__ == "__main__":
    unittest.main()
