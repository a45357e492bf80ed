# SPDX-License-Identifier: LGPL-2.1-or-later
"""The device filter that systemd attached, read back out of the kernel, says what the kernel does."""

import json
import os
import pathlib
import tempfile
import unittest

import seen

TOOL = "/opt/vmwarden-tests/payload/seams-tool"
UNIT = "vmwarden-test-filter.service"
CGROUP = f"/sys/fs/cgroup/system.slice/{UNIT}"
ALLOWED = {"c:1:3:rw", "c:1:5:r", "c:10:200:rwm", "b:7:5:r"}
# Nodes that the unit's own process tries to open: (type, major, minor).
TRIED = [("c", 1, 1), ("c", 1, 3), ("c", 1, 5), ("c", 1, 7), ("c", 1, 8), ("c", 1, 9), ("c", 5, 0), ("c", 10, 200),
         ("b", 7, 5), ("b", 8, 0), ("b", 1, 3)]
OPENER = """
import errno, os, sys
for path in sys.argv[1:]:
    for name, flags in (("r", os.O_RDONLY), ("w", os.O_WRONLY), ("rw", os.O_RDWR)):
        try:
            os.close(os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY))
            denied = False
        except OSError as error:
            denied = error.errno == errno.EPERM
        print(os.path.basename(path) + ":" + name, "denied" if denied else "allowed")
"""


def ask(directory, *questions):
    return json.loads(seen.run(TOOL, "filter", directory, *questions).stdout)


def properties(place):
    """DeviceAllow= for the rules of ALLOWED, by nodes made in `place`."""
    words = ["-p", "DevicePolicy=strict"]
    for rule in sorted(ALLOWED):
        kind, major, minor, access = rule.split(":")
        words += ["-p", f"DeviceAllow={node(place, kind, int(major), int(minor))} {access}"]
    return words


def node(place, kind, major, minor):
    path = pathlib.Path(place) / f"{kind}:{major}:{minor}"
    if not path.exists():
        os.mknod(path, 0o666 | (0o060000 if kind == "b" else 0o020000), os.makedev(major, minor))
    # systemd takes device nodes below /dev only, and there by number.
    return f"/dev/{'block' if kind == 'b' else 'char'}/{major}:{minor}"


class Filter(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory(dir="/var/tmp")
        cls.addClassCleanup(cls.directory.cleanup)
        for tried in TRIED:
            node(cls.directory.name, *tried)
        seen.run("systemd-run", "--unit", UNIT, *properties(cls.directory.name), "sleep", "infinity")
        cls.addClassCleanup(seen.run, "systemctl", "stop", UNIT)

    def test_is_attached_to_the_unit_that_has_one_and_not_to_others(self):
        self.assertIs(ask(CGROUP)["attached"], True)
        self.assertIs(ask("/sys/fs/cgroup/system.slice")["attached"], False)

    def test_allows_exactly_what_was_listed(self):
        questions = [f"{kind}:{major}:{minor}:{access}" for kind, major, minor in TRIED
                     for access in ("r", "w", "rw", "m")]
        listed = {rule.rsplit(":", 1)[0]: rule.rsplit(":", 1)[1] for rule in ALLOWED}
        expected = {question: set(question.rsplit(":", 1)[1]) <= set(listed.get(question.rsplit(":", 1)[0], ""))
                    for question in questions}
        self.assertEqual(ask(CGROUP, *questions)["allows"], expected)

    def test_says_what_a_process_in_it_meets(self):
        seen.without_enforcing(self)  # which denies nodes elsewhere than in /dev
        nodes = [f"{self.directory.name}/{kind}:{major}:{minor}" for kind, major, minor in TRIED]
        met = seen.run("systemd-run", "--quiet", "--wait", "--pipe", *properties(self.directory.name),
                       "python3", "-c", OPENER, *nodes).stdout.split()
        met = {question: word == "allowed" for question, word in zip(met[::2], met[1::2])}
        self.assertEqual(len(met), 3 * len(TRIED))
        self.assertEqual(ask(CGROUP, *met)["allows"], met)
