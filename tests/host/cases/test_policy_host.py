# SPDX-License-Identifier: LGPL-2.1-or-later
"""`policy check --host`: a policy against the host that it is for, without the agent, by whoever asks."""

import json
import pathlib
import unittest

import seen

SITE = pathlib.Path("/etc/vmwarden/policy.d/60-site.yaml")
CANDIDATE = pathlib.Path("/run/candidate-77aa.tmp")
BAD = """version: 1
user: no-such-user
security_driver: none
emulators+: [/opt/no-such-qemu-*]
disks: {deny+: [/srv/not/there]}
rules:
  - set: {group: no-such-group}
"""
CODES = ["P0080", "P0081", "P0085", "P0080"]
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


class Checked(unittest.TestCase):
    def check(self, *arguments, as_user=()):
        return seen.run(*as_user, "vmwarden", *arguments, check=False)

    def setUp(self):
        CANDIDATE.write_text(BAD)
        self.addCleanup(CANDIDATE.unlink)
        self.addCleanup(SITE.unlink, missing_ok=True)

    def test_what_the_host_lacks_is_a_warning_with_its_place(self):
        for who in ((), NOBODY):
            done = self.check("policy", "check", "--host", str(CANDIDATE), as_user=who)
            self.assertEqual(done.returncode, 0, done.stderr)
            for line in (f"{CANDIDATE}:2:1: warning: no user 'no-such-user'; ",
                         f"{CANDIDATE}:4:14: warning: no program on this host matches '/opt/no-such-qemu-*'; ",
                         f"{CANDIDATE}:5:17: warning: '/srv/not/there' is not on this host; ",
                         f"{CANDIDATE}:7:11: warning: no group 'no-such-group'; "):
                self.assertIn(line, done.stderr)
            self.assertEqual(done.stderr.count(": warning: "), len(CODES), done.stderr)

    def test_strict_takes_warnings_for_errors(self):
        for who in ((), NOBODY):
            self.assertEqual(self.check("policy", "check", "--host", "--strict", str(CANDIDATE),
                                        as_user=who).returncode, 1)
        # Without --host, nobody asks the host, and nothing is wrong with the file.
        self.assertEqual(self.check("policy", "check", "--strict", str(CANDIDATE)).returncode, 0)

    def test_json_tells_warnings_from_errors(self):
        done = self.check("--json", "policy", "check", "--host", "--strict", str(CANDIDATE))
        self.assertEqual(done.returncode, 1)
        found = json.loads(done.stdout)
        self.assertEqual([one["severity"] for one in found], ["warning"] * len(CODES))
        self.assertEqual([one["code"] for one in found], CODES)

    def test_the_installed_policy_fits_this_host(self):
        for who in ((), NOBODY):
            done = self.check("policy", "check", "--host", "--strict", as_user=who)
            self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_drop_in_is_compared_among_the_others(self):
        SITE.write_text(BAD)
        done = self.check("policy", "check", "--host")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr.count(f"{SITE}:"), len(CODES), done.stderr)


class Selinux(unittest.TestCase):
    hosts = {"container"}

    def test_a_policy_that_wants_selinux_is_told_that_there_is_none(self):
        CANDIDATE.write_text("version: 1\nsecurity_driver: selinux\n")
        self.addCleanup(CANDIDATE.unlink)
        done = seen.run("vmwarden", "policy", "check", "--host", "--strict", str(CANDIDATE), check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{CANDIDATE}:2:1: warning: this host has no SELinux", done.stderr)


if __name__ == "__main__":
    unittest.main()
