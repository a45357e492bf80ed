# SPDX-License-Identifier: LGPL-2.1-or-later
"""A policy file on trial: what new guests get meanwhile, how it ends, what it leaves on disk, what it would change."""

import json
import os
import pathlib
import signal
import unittest

import seen

DIRECTORY = pathlib.Path("/etc/vmwarden/policy.d")
SITE = DIRECTORY / "60-site.yaml"
CANDIDATE = pathlib.Path("/run/candidate-try.tmp")
TEXT = 'version: 1\nuser: "+3456" # on trial\ngroup: "+3457"\nlimits: {processes: 777}\n'


def policy(*arguments, check=True):
    return seen.vmwarden("policy", *arguments, check=check)


def trial_entries(since):
    """What the agent wrote of trials."""
    return [(entry["TRIAL"], entry["POLICY_FILE"]) for entry in seen.journal_since(since) if "TRIAL" in entry]


class Case(unittest.TestCase):
    def setUp(self):
        CANDIDATE.write_text(TEXT, encoding="ascii")
        self.addCleanup(CANDIDATE.unlink)
        # A guest, so that the agent does not exit as idle and the bus is not what starts it again.
        seen.vmwarden("create", "-", stdin=seen.guest_xml("keeper"))
        self.addCleanup(seen.vmwarden, "destroy", "keeper")
        self.usual = seen.status(seen.main_pid("keeper"))["Uid"][0]
        self.before = sorted(os.listdir(DIRECTORY))
        self.addCleanup(self.clean_up)

    def clean_up(self):
        policy("revert", check=False)
        SITE.unlink(missing_ok=True)
        policy("reload")

    def try_it(self, *options):
        return policy("try", *options, "--as=60-site.yaml", str(CANDIDATE))

    def new_guest(self):
        """User and TasksMax of a guest that starts now."""
        seen.vmwarden("create", "-", stdin=seen.guest_xml("probe"))
        try:
            uid = seen.status(seen.main_pid("probe"))["Uid"][0]
            return uid, seen.unit_property("vmwarden-probe.scope", "TasksMax")
        finally:
            seen.vmwarden("destroy", "probe")


class Trial(Case):
    def test_holds_for_new_guests_and_its_time_ends_it(self):
        since = seen.journal_cursor()
        with seen.policy_changes() as wait:
            done = self.try_it("--timeout=20")
            self.assertIn("60-site.yaml: in force", done.stdout)
            self.assertIn("vmwarden policy confirm", done.stdout)
            self.assertEqual(seen.policy_property("Trial"), "60-site.yaml")
            self.assertIn(str(SITE), seen.policy_property("Sources"))
            self.assertEqual(self.new_guest(), ("3456", "777"))
            self.assertEqual(sorted(os.listdir(DIRECTORY)), self.before)
            while seen.policy_property("Trial"):
                wait()
        uid, tasks = self.new_guest()
        self.assertEqual(uid, self.usual)
        self.assertNotEqual(tasks, "777")
        self.assertEqual(sorted(os.listdir(DIRECTORY)), self.before)
        self.assertEqual(policy("confirm", check=False).returncode, 1)
        self.assertEqual(trial_entries(since), [("begun", str(SITE)), ("expired", str(SITE))])

    def test_is_on_disk_byte_for_byte_once_confirmed(self):
        since = seen.journal_cursor()
        self.try_it("--timeout=600")
        self.assertEqual(policy("confirm").stdout, f"{SITE}: kept, and in force\n")
        self.assertEqual(SITE.read_text(), TEXT)
        self.assertIn('\nuser: "+3456"', policy("show").stdout.replace("'", '"'))
        self.assertEqual(seen.policy_property("Trial"), "")
        self.assertEqual(self.new_guest(), ("3456", "777"))
        self.assertEqual(trial_entries(since), [("begun", str(SITE)), ("confirmed", str(SITE))])
        refused = policy("confirm", check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("no policy file is on trial", refused.stderr)

    def test_is_reverted_at_once_when_asked(self):
        self.try_it("--timeout=600")
        policy("revert")
        self.assertEqual(self.new_guest()[0], self.usual)
        self.assertEqual(policy("revert", check=False).returncode, 1)

    def test_is_over_when_the_agent_dies(self):
        self.try_it("--timeout=600")
        agent = int(seen.unit_property("vmwardend.service", "MainPID"))
        os.kill(agent, signal.SIGKILL)
        seen.wait_until_gone(agent)
        seen.run("systemctl", "reset-failed", "vmwardend.service", check=False)
        seen.run("systemctl", "restart", "vmwardend.service")
        self.assertEqual(seen.policy_property("Trial"), "")
        self.assertEqual(self.new_guest()[0], self.usual)
        self.assertEqual(sorted(os.listdir(DIRECTORY)), self.before)

    def test_outlives_a_reload(self):
        self.try_it("--timeout=600")
        seen.run("systemctl", "reload", "vmwardend.service")
        self.assertEqual(self.new_guest()[0], "3456")

    def test_does_not_begin_with_a_file_that_does_not_check(self):
        CANDIDATE.write_text("version: 1\nusr: root\nslice: 7\n", encoding="ascii")
        done = policy("try", "--as=60-site.yaml", str(CANDIDATE), check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{CANDIDATE}:2:1: error", done.stderr)
        self.assertIn(f"{CANDIDATE}:3:8: error", done.stderr)
        self.assertEqual(seen.policy_property("Trial"), "")

    def test_does_not_begin_without_a_name_or_a_time(self):
        for wrong in (["--as=../x.yaml"], ["--as=x.conf"], ["--as=60-site.yaml", "--timeout=0"],
                      ["--as=60-site.yaml", "--timeout=1h"], []):
            self.assertEqual(policy("try", *wrong, str(CANDIDATE), check=False).returncode, 2, wrong)
        call = ["busctl", "call", "org.vmwarden1", "/org/vmwarden1", "org.vmwarden1.Policy", "Try", "ssua{sv}", TEXT]
        for name, seconds in (("../x.yaml", "30"), ("x.conf", "30"), ("60-site.yaml", "0")):
            self.assertNotEqual(seen.run(*call, name, seconds, "0", check=False).returncode, 0)
        self.assertEqual(seen.policy_property("Trial"), "")

    def test_is_not_for_everybody(self):
        done = seen.run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "vmwarden", "-c", "qemu:///system",
                        "--no-ask-password", "policy", "try", "--as=60-site.yaml", str(CANDIDATE), check=False)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertEqual(seen.policy_property("Trial"), "")


class Simulation(Case):
    def simulate(self, text):
        CANDIDATE.write_text(text, encoding="ascii")
        done = seen.run("vmwarden", "--json", "policy", "simulate", "--as=60-site.yaml", str(CANDIDATE), check=False)
        rows = {row["guest"]: row for row in json.loads(done.stdout)}
        return done.returncode, rows["keeper"]

    def test_of_nothing_new_is_the_same(self):
        self.assertEqual(self.simulate("version: 1\n"),
                         (0, {"guest": "keeper", "state": "running", "verdict": "same", "lines": []}))

    def test_tells_what_would_change(self):
        code, row = self.simulate(TEXT)
        self.assertEqual((code, row["verdict"]), (0, "changed"), row)
        self.assertTrue(any(line.startswith("user: ") and line.endswith("-> uid 3456") for line in row["lines"]), row)
        self.assertTrue(any(line.startswith("processes: ") and line.endswith("-> 777") for line in row["lines"]), row)

    def test_tells_whom_it_would_refuse(self):
        code, row = self.simulate("version: 1\nlimits: {memory: 1M}\n")
        self.assertEqual((code, row["verdict"]), (3, "refused"))
        self.assertIn("the policy allows 1M", "\n".join(row["lines"]))

    def test_sees_a_disk_as_it_will_be_when_the_guest_has_ended(self):
        disk = seen.make_disk("simulated.img")
        self.addCleanup(disk.unlink)
        seen.vmwarden("destroy", "keeper")
        seen.vmwarden("create", "-", stdin=seen.guest_xml("keeper", [(disk, "vda")]))
        self.assertEqual(self.simulate("version: 1\n")[1]["lines"], [])
        code, row = self.simulate("version: 1\ndynamic_ownership: false\n")
        self.assertEqual((code, row["verdict"]), (3, "refused"), row)


if __name__ == "__main__":
    unittest.main()
