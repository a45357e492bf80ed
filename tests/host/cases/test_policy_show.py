# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the policy files make of each other, seen without the agent."""

import json
import pathlib
import unittest

import seen

DIRECTORY = pathlib.Path("/etc/vmwarden/policy.d")
LOCKING = DIRECTORY / "50-lock.yaml"
CANDIDATE = pathlib.Path("/run/candidate-1f3a.tmp")
DISK = pathlib.Path("/var/lib/vmwarden/images/hello/disk.img")
HELLO = "/usr/share/doc/vmwarden/examples/hello.xml"


def check(*arguments):
    return seen.run("vmwarden", "policy", "check", *arguments, check=False)


class Shown(unittest.TestCase):
    def setUp(self):
        DIRECTORY.mkdir(parents=True, exist_ok=True)
        for file in (LOCKING, CANDIDATE):
            self.addCleanup(file.unlink, missing_ok=True)

    def test_what_is_shown_is_a_policy_that_checks(self):
        CANDIDATE.write_text(seen.run("vmwarden", "policy", "show").stdout)
        self.assertEqual(check(str(CANDIDATE)).returncode, 0)
        shown = seen.run("vmwarden", "policy", "show", "--origin").stdout
        self.assertRegex(shown, r"(?m)^slice: machine\.slice # policy .*/10-vendor\.yaml:\d+:1$")

    def test_a_rule_shows_in_its_guest_s_policy_only(self):
        LOCKING.write_text('version: 1\nrules:\n  - match: {name: "hel*"}\n    set: {slice: own.slice}\n')
        self.assertIn("\nslice: machine.slice\n", seen.run("vmwarden", "policy", "show").stdout)
        self.assertIn(f"\nslice: own.slice # policy {LOCKING}:4:11\n",
                      seen.run("vmwarden", "policy", "show", "--origin", HELLO).stdout)
        DISK.write_bytes(bytes(1 << 20))
        self.addCleanup(DISK.unlink)
        plan = json.loads(seen.run("vmwarden", "--json", "plan", HELLO).stdout)
        self.assertEqual(plan["scope"]["slice"], "own.slice")

    def test_a_candidate_is_checked_where_it_will_lie(self):
        LOCKING.write_text("version: 1\nlock: [slice]\n")
        CANDIDATE.write_text("version: 1\nslice: own.slice\n")
        self.assertEqual(check(str(CANDIDATE)).returncode, 0)
        self.assertEqual(check("--as=40-early.yaml", str(CANDIDATE)).returncode, 0)
        refused = check("--as=60-site.yaml", str(CANDIDATE))
        self.assertEqual(refused.returncode, 1)
        self.assertIn(f"{CANDIDATE}:2:1: error: 'slice' is locked; by {LOCKING}:2:8", refused.stderr)
        self.assertEqual(check("--as=50-lock.yaml", str(CANDIDATE)).returncode, 0)

    def test_every_line_that_had_a_say_is_named(self):
        LOCKING.write_text('version: 1\nlimits: {processes: 900}\nlock: [limits]\n')
        explained = seen.run("vmwarden", "policy", "explain", "limits.processes").stdout
        self.assertRegex(explained, r"(?m)^limits\.processes: 900$")
        self.assertRegex(explained, rf"(?m)^ +yes +policy {LOCKING}:2:10 +900$")
        self.assertRegex(explained, r"(?m)^ +no +policy .*/10-vendor\.yaml:\d+:\d+ +4096$")
        self.assertRegex(explained, rf"(?m)^  locked by policy {LOCKING}:3:8$")
        wrong = seen.run("vmwarden", "policy", "explain", "limits.proceses", check=False)
        self.assertEqual(wrong.returncode, 2)
        self.assertIn("did you mean 'limits.processes'?", wrong.stderr)
        self.assertIn("neither", seen.run("vmwarden", "policy", "explain", "P0014").stdout)

    def test_the_schema_knows_every_key_of_the_vendor_s_file(self):
        schema = json.loads(seen.run("vmwarden", "policy", "schema").stdout)
        shown = seen.run("vmwarden", "policy", "show").stdout
        for line in shown.splitlines():
            if not line.startswith(" "):
                self.assertIn(line.split(":")[0], schema["properties"])


if __name__ == "__main__":
    unittest.main()
