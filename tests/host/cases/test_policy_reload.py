# SPDX-License-Identifier: LGPL-2.1-or-later
"""The policy in force: good and bad reloads, a bad tree over restarts, files that change while the agent runs."""

import pathlib
import unittest

import seen

SITE = pathlib.Path("/etc/vmwarden/policy.d/60-site.yaml")
LAST_GOOD = pathlib.Path("/var/lib/vmwarden/policy/last-good")
GOOD = 'version: 1\nuser: "+3456"\ngroup: "+3457"\n'
BAD = "version: 1\nusr: root\nslice: 7\n"


def agent_pid():
    return seen.unit_property("vmwardend.service", "MainPID")


def restart_agent():
    # The cases start it more often than systemd's limit on starts takes for sound.
    seen.run("systemctl", "reset-failed", "vmwardend.service", check=False)
    seen.run("systemctl", "restart", "vmwardend.service")


class Case(unittest.TestCase):
    def setUp(self):
        # A guest, so that the agent does not exit as idle and look at the files as it comes back.
        seen.vmwarden("create", "-", stdin=seen.guest_xml("keeper"))
        self.addCleanup(seen.vmwarden, "destroy", "keeper")
        self.addCleanup(self.clean_up)

    def clean_up(self):
        for path in SITE.parent.glob("6*.yaml"):
            path.unlink()
        seen.vmwarden("policy", "reload")


class Reload(Case):
    def reload(self, text):
        SITE.write_text(text, encoding="ascii")
        return seen.run("systemctl", "reload", "vmwardend.service", check=False)

    def uid_of_a_new_guest(self):
        seen.vmwarden("create", "-", stdin=seen.guest_xml("probe"))
        try:
            return seen.status(seen.main_pid("probe"))["Uid"][0]
        finally:
            seen.vmwarden("destroy", "probe")

    def test_good_files_are_put_into_force(self):
        done = self.reload(GOOD)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(seen.policy_property("State"), "ok")
        self.assertIn(str(SITE), seen.policy_property("Sources"))
        self.assertEqual(self.uid_of_a_new_guest(), "3456")
        self.assertEqual(LAST_GOOD.stat().st_mode & 0o7777, 0o600)
        self.assertEqual(LAST_GOOD.parent.stat().st_mode & 0o7777, 0o700)

    def test_bad_files_fail_the_reload_and_the_last_good_policy_stays_in_force(self):
        self.assertEqual(self.reload(GOOD).returncode, 0)
        self.assertNotEqual(self.reload(BAD).returncode, 0)
        self.assertEqual(seen.unit_property("vmwardend.service", "ActiveState"), "active")
        done = seen.vmwarden("policy", "reload", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{SITE}:2:1: error", done.stderr)
        self.assertIn(f"{SITE}:3:8: error", done.stderr)
        self.assertEqual(seen.policy_property("State"), "stale")
        self.assertEqual([(row[0], row[1]) for row in seen.policy_property("Errors")], [(str(SITE), 2), (str(SITE), 3)])
        self.assertEqual(seen.state("keeper"), "running")
        self.assertEqual(self.uid_of_a_new_guest(), "3456")

    def test_the_journal_has_one_entry_with_the_place(self):
        since = seen.journal_cursor()
        self.reload(BAD)
        self.reload(BAD)
        self.uid_of_a_new_guest()
        written = seen.journal_since(since)
        entries = [entry for entry in written if entry.get("POLICY_FILE") == str(SITE)]
        self.assertEqual([entry["POLICY_LINE"] for entry in entries], ["2"])
        self.assertIn(f"{SITE}:3:8: error", entries[0]["MESSAGE"])
        # What systemctl reload was told stands there as well.
        told = [entry["MESSAGE"] for entry in written if entry.get("SYSLOG_IDENTIFIER") == "vmwarden"]
        self.assertTrue(any(f"{SITE}:2:1: error" in message for message in told), told)

    def test_the_last_good_policy_outlives_the_agent(self):
        self.assertEqual(self.reload(GOOD).returncode, 0)
        self.assertNotEqual(self.reload(BAD).returncode, 0)
        restart_agent()
        self.assertEqual(seen.policy_property("State"), "stale")
        self.assertEqual(self.uid_of_a_new_guest(), "3456")

    def test_a_changed_last_good_policy_is_not_used(self):
        self.assertEqual(self.reload(GOOD).returncode, 0)
        self.assertNotEqual(self.reload(BAD).returncode, 0)
        kept = LAST_GOOD.read_bytes()
        LAST_GOOD.write_bytes(kept.replace(b"+3456", b"+0000"))
        self.assertNotEqual(kept, LAST_GOOD.read_bytes())
        restart_agent()
        self.assertEqual(seen.policy_property("State"), "stale")
        self.assertEqual(seen.policy_property("Sources"), [])
        done = seen.vmwarden("create", "-", stdin=seen.guest_xml("probe"), check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("no guest is started", done.stderr)
        self.assertIn(f"{SITE}:2:1: error", done.stderr)
        self.assertEqual(seen.state("keeper"), "running")
        self.assertEqual(self.reload(GOOD).returncode, 0)
        self.assertEqual(self.uid_of_a_new_guest(), "3456")

    def test_a_launch_sees_the_files_as_they_are(self):
        SITE.write_text(GOOD, encoding="ascii")
        self.assertEqual(self.uid_of_a_new_guest(), "3456")


class ChangedFiles(Case):
    """Nobody asks for a reload: the path unit does."""

    def wait_until(self, name, wanted, wait):
        while seen.policy_property(name) != wanted:
            wait()

    def test_are_put_into_force_by_themselves(self):
        agent = agent_pid()
        sources = seen.policy_property("Sources")
        with seen.policy_changes() as wait:
            SITE.write_text(GOOD, encoding="ascii")
            self.wait_until("Sources", [*sources, str(SITE)], wait)
            SITE.write_text(BAD, encoding="ascii")
            self.wait_until("State", "stale", wait)
            SITE.unlink()
            self.wait_until("State", "ok", wait)
            self.assertEqual(seen.policy_property("Sources"), sources)
        self.assertEqual(agent, agent_pid())

    def test_one_behind_the_other_are_all_seen(self):
        """The last of many changes comes at any moment of the reloads that the earlier ones asked for."""
        with seen.policy_changes() as wait:
            for _ in range(5):
                for number in range(12):
                    SITE.with_name(f"6{number:02}.yaml").write_text(GOOD, encoding="ascii")
                SITE.write_text(BAD, encoding="ascii")
                self.wait_until("State", "stale", wait)
                for path in sorted(SITE.parent.glob("6*.yaml")):
                    path.unlink()
                self.wait_until("State", "ok", wait)
        self.assertEqual(seen.unit_property("vmwardend-policy.path", "ActiveState"), "active")

    def test_do_not_start_an_agent(self):
        seen.run("systemctl", "stop", "vmwardend.service")
        SITE.write_text(GOOD, encoding="ascii")
        seen.run("systemctl", "start", "vmwardend-policy.service")
        self.assertEqual(seen.unit_property("vmwardend.service", "ActiveState"), "inactive")
        self.assertEqual(seen.unit_property("vmwardend-policy.path", "ActiveState"), "active")


if __name__ == "__main__":
    unittest.main()
