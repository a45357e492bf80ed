# SPDX-License-Identifier: LGPL-2.1-or-later
"""However a guest ends, and whoever dies, nothing of it stays."""

import os
import pathlib
import shutil
import signal
import unittest

import seen


def agent_pid():
    return int(seen.unit_property("vmwardend.service", "MainPID"))


def kill_agent():
    """SIGKILL, and wait until systemd has noticed."""
    pid = agent_pid()
    os.kill(pid, signal.SIGKILL)
    seen.wait_until_gone(pid)


class Leftovers(unittest.TestCase):
    def setUp(self):
        self.name = self._testMethodName.replace("_", "-")[:40]
        self.disk = seen.make_disk(f"{self.name}.img", owner=(1111, 2222), mode=0o640)
        self.addCleanup(self.disk.unlink)
        self.addCleanup(seen.vmwarden, "destroy", self.name, check=False)
        self.before = seen.whole_state(self.disk)

    def unit(self):
        return "vmwarden-" + seen.run("systemd-escape", self.name).stdout.strip() + ".scope"

    def create(self, **options):
        seen.vmwarden("create", "-", stdin=seen.guest_xml(self.name, [(self.disk, "vda")], **options))
        self.pid = seen.main_pid(self.name)
        self.assertNotEqual(seen.whole_state(self.disk), self.before, "nothing was changed: nothing can be shown")

    def assert_nothing_left(self):
        # A call that the agent answers: it has cleaned up before it takes new work.
        listed = seen.vmwarden("list", "--all").stdout
        self.assertNotIn(self.name, listed)
        self.assertEqual(seen.whole_state(self.disk), self.before)
        self.assertFalse((seen.STATE / self.name).exists())
        self.assertFalse((seen.RESTORE / f"{self.name}.journal").exists())
        self.assertEqual(list(pathlib.Path("/sys/fs/cgroup").rglob(self.unit())), [])
        self.assertEqual(seen.unit_property(self.unit(), "ActiveState"), "inactive")
        self.assertNotIn(f"/guests/{self.name}/", pathlib.Path("/proc/net/unix").read_text(encoding="utf-8"))
        self.assertFalse(pathlib.Path(f"/proc/{self.pid}").exists())

    def test_destroy(self):
        self.create()
        seen.vmwarden("destroy", self.name)
        self.assert_nothing_left()

    def test_orderly_shutdown_through_acpi(self):
        log = pathlib.Path(f"/var/log/vmwarden/{self.name}.log")
        serial = f"<serial type='file'><source path='{log}'/><target port='0'/></serial>"
        self.create(extra=serial)
        self.addCleanup(log.unlink)
        seen.wait_for_line(log, "hello from")
        seen.vmwarden("shutdown", self.name)
        self.assert_nothing_left()

    def test_stop_of_the_scope_is_orderly(self):
        log = pathlib.Path(f"/var/log/vmwarden/{self.name}.log")
        serial = f"<serial type='file'><source path='{log}'/><target port='0'/></serial>"
        self.create(extra=serial)
        self.addCleanup(log.unlink)
        seen.wait_for_line(log, "hello from")
        seen.run("systemctl", "stop", self.unit())
        seen.wait_until_gone(self.pid)
        self.wait_for_the_agent()
        self.assert_nothing_left()

    def wait_for_the_agent(self):
        """The agent notices by itself; its answer to a call that takes the guest's end into account says when."""
        seen.wait_for_removal(self.name)

    def test_killed_qemu(self):
        self.create()
        os.kill(self.pid, signal.SIGKILL)
        seen.wait_until_gone(self.pid)
        self.wait_for_the_agent()
        self.assert_nothing_left()

    def test_killed_agent_adopts_the_guest(self):
        self.create()
        kill_agent()
        self.assertEqual(seen.main_pid(self.name), self.pid)
        self.assertEqual(seen.state(self.name), "running")
        self.assertEqual(seen.vmwarden("verify", self.name).returncode, 0)
        seen.vmwarden("destroy", self.name)
        self.assert_nothing_left()

    def test_guest_that_ended_while_the_agent_was_dead(self):
        self.create()
        seen.run("systemctl", "kill", "--signal=SIGSTOP", "vmwardend.service")
        os.kill(self.pid, signal.SIGKILL)
        seen.wait_until_gone(self.pid)
        kill_agent()
        self.assert_nothing_left()

    def test_failed_start_gives_the_disk_back(self):
        victim = pathlib.Path("/usr/bin/qemu-system-broken")
        shutil.copy("/usr/bin/cat", victim) # which does not know QEMU's options
        self.addCleanup(victim.unlink)
        if seen.SELINUX:
            seen.run("restorecon", str(victim))
        xml = seen.guest_xml(self.name, [(self.disk, "vda")], emulator=victim)
        done = seen.vmwarden("create", "-", stdin=xml, check=False)
        self.pid = 0
        self.assertEqual(done.returncode, 1)
        self.assertIn("invalid option", done.stderr)
        self.assertEqual(seen.whole_state(self.disk), self.before)
        self.assertFalse((seen.STATE / self.name).exists())
        self.assertEqual(seen.unit_property(self.unit(), "ActiveState"), "inactive")


if __name__ == "__main__":
    unittest.main()
