# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the agent says of the policy in force, against what the kernel and the files say."""

import json
import os
import pathlib
import unittest

import seen

SITE = pathlib.Path("/etc/vmwarden/policy.d/70-explained.yaml")
DISK = pathlib.Path("/var/lib/vmwarden/images/hello/disk.img")
HELLO = "/usr/share/doc/vmwarden/examples/hello.xml"


def vmwarden(*arguments, code=0):
    done = seen.run("vmwarden", *arguments, check=False)
    if done.returncode != code:
        raise AssertionError(f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


class Explained(unittest.TestCase):
    def setUp(self):
        DISK.write_bytes(bytes(1 << 20))
        self.addCleanup(DISK.unlink)
        self.addCleanup(vmwarden, "policy", "reload")
        self.addCleanup(SITE.unlink, missing_ok=True)

    def start(self):
        vmwarden("create", HELLO)
        self.addCleanup(vmwarden, "destroy", "hello")

    def device(self, node):
        return json.loads(vmwarden("--json", "policy", "explain", "--guest", "hello",
                                   "--device", node))

    def test_a_device_s_answer_names_the_line(self):
        SITE.write_text("version: 1\ncgroup_device_acl-: [/dev/random]\ncgroup_device_acl+: [/dev/tty]\n")
        vmwarden("policy", "reload")
        self.start()
        tty = self.device("/dev/tty")
        self.assertEqual((tty["allowed"], tty["permissions"]), (True, "rw"))
        self.assertEqual(tty["because"], f"policy {SITE}:3:22")
        full = self.device("/dev/full")
        self.assertTrue(full["allowed"])
        self.assertRegex(full["because"], r"10-vendor\.yaml:\d+:\d+")
        random = self.device("/dev/random")
        self.assertFalse(random["allowed"])
        self.assertIn(f"{SITE}:3:1", random["because"])

    def test_the_plan_of_a_running_guest_holds_whatever_the_policy_says_by_now(self):
        self.start()
        SITE.write_text("version: 1\ncgroup_device_acl-: [/dev/full]\n")
        vmwarden("policy", "reload")
        self.assertTrue(self.device("/dev/full")["allowed"])

    def test_wrong_questions_are_answered(self):
        self.start()
        for node in ("/dev/none-such", "full", str(DISK)):
            refused = seen.run("vmwarden", "policy", "explain", "--guest=hello",
                               f"--device={node}", check=False)
            self.assertEqual(refused.returncode, 1, refused.stderr)
            self.assertIn(f"'{node}'", refused.stderr)
        vmwarden("policy", "explain", "--guest=nobody", "--device=/dev/null", code=4)
        vmwarden("policy", "explain", "--device=/dev/null", code=2)
        vmwarden("policy", "explain", code=2)

    def test_a_guest_s_rules_are_applied(self):
        SITE.write_text('version: 1\nrules: [{match: {name: hello}, set: {limits: {processes: 77}}}]\n')
        vmwarden("policy", "reload")
        self.start()
        shown = vmwarden("policy", "show", "--origin", "hello")
        self.assertRegex(shown, rf"(?m)^  processes: 77 # policy {SITE}:2:\d+$")
        self.assertIn("\n  processes: 4096\n", vmwarden("policy", "show"))
        explained = vmwarden("policy", "explain", "limits.processes", "--guest", "hello")
        self.assertRegex(explained, rf"(?m)^ +yes +policy {SITE}:2:\d+ for {{name: hello}} +77$")

    def test_diff_tells_files_from_what_is_in_force(self):
        self.start()  # an idle agent may go, and the next one reads the files
        vmwarden("policy", "reload")
        self.assertEqual(vmwarden("policy", "diff"), "")
        # Nothing shall put the file into force meanwhile.
        seen.run("systemctl", "stop", "vmwardend-policy.path")
        self.addCleanup(seen.run, "systemctl", "start", "vmwardend-policy.path")
        SITE.write_text("version: 1\nlimits: {processes: 901}\n")
        found = vmwarden("policy", "diff", code=2)
        self.assertRegex(found, r"(?m)^limits\.processes:\n- 4096  # policy .*10-vendor\.yaml:\d+:\d+\n"
                         rf"\+ 901  # policy {SITE}:2:10$")
        self.assertEqual([row["key"] for row in json.loads(vmwarden("--json", "policy", "diff", code=2))],
                         ["limits.processes"])
        vmwarden("policy", "reload")
        self.assertEqual(vmwarden("policy", "diff"), "")
        os.truncate(SITE, 0)
        broken = seen.run("vmwarden", "policy", "diff", check=False)
        self.assertEqual(broken.returncode, 1)
        self.assertIn(str(SITE), broken.stderr)


if __name__ == "__main__":
    unittest.main()
