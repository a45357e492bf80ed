# SPDX-License-Identifier: LGPL-2.1-or-later
"""Limits of running guests follow the policy: systemd's and the kernel's view of their scopes."""

import contextlib
import json
import pathlib
import subprocess
import threading
import unittest

import seen

SITE = pathlib.Path("/etc/vmwarden/policy.d/60-site.yaml")
CGROUPS = pathlib.Path("/sys/fs/cgroup")
MIB = 1024 * 1024
UNTOUCHED = 4096


@contextlib.contextmanager
def journal_line(text):
    """Waits at the end for a line that has come since the beginning."""
    since = seen.journal_cursor()
    yield
    with subprocess.Popen(["journalctl", "--follow", "--after-cursor", since, "-o", "cat"], stdout=subprocess.PIPE,
                          text=True) as journal:
        patience = threading.Timer(seen.PATIENCE, journal.kill)
        patience.start()
        try:
            if not any(text in line for line in journal.stdout):
                raise AssertionError(f"the journal never said '{text}'")
        finally:
            patience.cancel()
            journal.kill()


def scope(guest):
    return f"vmwarden-{guest}.scope"


def kernel_limit(guest, controller):
    """The file in the scope's node; None where this host has no such controller."""
    if controller not in (CGROUPS / "cgroup.controllers").read_text().split():
        return None
    node = CGROUPS / seen.cgroup_of(seen.main_pid(guest)).lstrip("/")
    return int((node.parent / f"{controller}.max").read_text())


class Case(unittest.TestCase):
    guests = ("alpha", "beta")

    def setUp(self):
        SITE.write_text("version: 1\n", encoding="ascii")
        self.addCleanup(self.clean_up)
        for guest in self.guests:
            seen.vmwarden("create", "-", stdin=seen.guest_xml(guest, memory=128 if guest == "alpha" else 192))
            self.addCleanup(seen.vmwarden, "destroy", guest, check=False)

    def clean_up(self):
        SITE.unlink()
        seen.vmwarden("policy", "reload")

    def set(self, key, value):
        seen.vmwarden("policy", "set", key, value)
        seen.run("systemctl", "reload", "vmwardend.service")

    def expect(self, guest, tasks=UNTOUCHED, memory=None):
        self.assertEqual(seen.unit_property(scope(guest), "TasksMax"), str(tasks))
        self.assertIn(kernel_limit(guest, "pids"), (tasks, None))
        if memory is not None:
            self.assertEqual(seen.unit_property(scope(guest), "MemoryMax"), str(memory))
            self.assertIn(kernel_limit(guest, "memory"), (memory, None))
        answer = json.loads(seen.vmwarden("--json", "verify", guest).stdout)
        rows = {row["protection"]: row for row in answer["rows"]}
        self.assertEqual(rows["processes"]["planned"], f"at most {tasks}")


class LiveLimits(Case):
    def test_reach_the_running_scopes_with_the_reload(self):
        self.expect("alpha")
        pid = seen.main_pid("alpha")
        self.set("limits.processes", "700")
        self.set("limits.memory", "4G")
        for guest in self.guests:
            self.expect(guest, 700, (4096 + 1536 + 512) * MIB)
        plan = json.loads(seen.vmwarden("--json", "plan", "alpha").stdout)
        self.assertEqual(plan["scope"]["tasks_max"], 700)
        because = {one["what"]: one["because"] for one in plan["decisions"]}["processes"]
        self.assertIn(f"{SITE}:3:", because)
        self.assertEqual(pid, seen.main_pid("alpha"))

    def test_follow_by_themselves_when_the_files_change(self):
        with journal_line("limits follow the policy: at most 650 processes"):
            seen.vmwarden("policy", "set", "limits.processes", "650")
        seen.run("systemctl", "reload", "vmwardend.service")
        self.expect("alpha", 650)

    def test_never_take_what_the_guest_has(self):
        self.set("limits.memory", "64M")
        self.expect("alpha", memory=(128 + 1536 + 16) * MIB)
        self.expect("beta", memory=(192 + 1536 + 24) * MIB)

    def test_of_a_rule_change_the_guests_it_is_for(self):
        SITE.write_text("version: 1\nrules:\n  - match: {memory: \">=192M\"}\n    set: {limits: {processes: 333}}\n",
                        encoding="ascii")
        seen.run("systemctl", "reload", "vmwardend.service")
        self.expect("alpha")
        self.expect("beta", 333)

    def test_outlive_the_agent_and_systemd_s_reload(self):
        self.set("limits.processes", "700")
        since = seen.journal_cursor()
        seen.run("systemctl", "reset-failed", "vmwardend.service", check=False)
        seen.run("systemctl", "restart", "vmwardend.service")
        seen.vmwarden("policy", "reload")
        self.expect("alpha", 700)
        # The plan that was kept has them: there was nothing to set again.
        seen.run("journalctl", "--sync")
        self.assertNotIn("limits follow the policy",
                         seen.run("journalctl", "--after-cursor", since, "-o", "cat").stdout)
        seen.run("systemctl", "daemon-reload")
        self.expect("alpha", 700)

    def test_catch_up_with_what_changed_while_no_agent_was_there(self):
        seen.run("systemctl", "stop", "vmwardend.service")
        seen.vmwarden("policy", "set", "limits.processes", "777")
        seen.run("systemctl", "start", "vmwardend.service")
        seen.vmwarden("policy", "reload")
        self.expect("alpha", 777)

    def test_end_with_the_guest(self):
        self.set("limits.processes", "700")
        seen.vmwarden("destroy", "alpha")
        seen.wait_for_removal("alpha")
        left = [str(path) for path in pathlib.Path("/run/systemd").rglob(f"{scope('alpha')}*")
                if "propagate" not in path.parts]
        self.assertEqual(left, [])
        SITE.write_text("version: 1\n", encoding="ascii")
        seen.vmwarden("create", "-", stdin=seen.guest_xml("alpha"))
        self.expect("alpha")

    def test_of_a_bad_tree_change_nothing(self):
        self.set("limits.processes", "700")
        SITE.write_text("version: 1\nlimits: {processes: 9}\nusr: root\n", encoding="ascii")
        self.assertNotEqual(seen.run("systemctl", "reload", "vmwardend.service", check=False).returncode, 0)
        self.expect("alpha", 700)

    def test_that_somebody_else_changed_fail_verify(self):
        seen.run("systemctl", "set-property", "--runtime", scope("alpha"), "TasksMax=99")
        done = seen.vmwarden("verify", "alpha", check=False)
        if kernel_limit("alpha", "pids") is None:
            self.assertEqual(done.returncode, 0)
            self.assertIn("has no controller pids", done.stdout)
        else:
            self.assertEqual(done.returncode, 1)
            self.assertIn("at most 99", done.stdout)


if __name__ == "__main__":
    unittest.main()
