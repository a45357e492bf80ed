# SPDX-License-Identifier: LGPL-2.1-or-later
"""An emulated TPM: swtpm beside QEMU, confined as QEMU is, gone with it, its state kept."""

import json
import os
import pathlib
import pwd
import shutil
import signal
import stat
import subprocess
import threading
import unittest

import seen

CAPABILITY_SETS = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
TPM = "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>"
TPMS = pathlib.Path("/var/lib/vmwarden/tpm")


def processes_beside(pid):
    group = pathlib.Path("/sys/fs/cgroup") / seen.cgroup_of(pid).lstrip("/")
    return [int(line) for line in (group / "cgroup.procs").read_text(encoding="ascii").split() if int(line) != pid]


def first_of_the_shim(cursor):
    """The first line of a shim's in the journal, waited for."""
    follow = ["journalctl", "--follow", "--lines=all", "--after-cursor", cursor, "--identifier=vmwarden-shim",
              "--output=json"]
    with subprocess.Popen(follow, stdout=subprocess.PIPE, text=True) as journal:
        patience = threading.Timer(seen.PATIENCE, journal.kill)
        patience.start()
        try:
            return json.loads(journal.stdout.readline())
        finally:
            patience.cancel()
            journal.kill()


class Tpm(unittest.TestCase):
    name = "sealed"

    def setUp(self):
        self.addCleanup(shutil.rmtree, TPMS / self.name, ignore_errors=True)
        self.addCleanup(seen.vmwarden, "undefine", self.name, check=False)
        self.addCleanup(seen.vmwarden, "destroy", self.name, check=False)
        seen.vmwarden("define", "-", stdin=seen.guest_xml(self.name, extra=TPM))

    def start(self):
        seen.vmwarden("start", self.name)
        pid = seen.main_pid(self.name)
        beside = processes_beside(pid)
        self.assertEqual(1, len(beside))
        return pid, beside[0]

    def state_files(self):
        return {entry.name: entry.read_bytes() for entry in (TPMS / self.name).iterdir() if entry.stat().st_size}

    def failing_rows(self):
        done = seen.vmwarden("--json", "verify", self.name, check=False)
        rows = json.loads(done.stdout)["rows"]
        failing = [row["protection"] for row in rows if not row["holds"]]
        self.assertEqual(0 if not failing else 1, done.returncode)
        return failing, [row["protection"] for row in rows]

    def test_swtpm_is_confined_as_qemu_is(self):
        pid, swtpm = self.start()
        self.assertEqual("/usr/bin/swtpm", os.readlink(f"/proc/{swtpm}/exe"))
        self.assertEqual(seen.cgroup_of(pid), seen.cgroup_of(swtpm))
        status, qemus = seen.status(swtpm), seen.status(pid)
        for name in CAPABILITY_SETS:
            self.assertEqual(0, int(status[name][0], 16), name)
        for name in ("Uid", "Gid", "Groups", "NoNewPrivs", "Seccomp", "Umask"):
            self.assertEqual(qemus[name], status[name], name)
        self.assertEqual([str(pwd.getpwnam("qemu").pw_uid)] * 4, status["Uid"])
        if pathlib.Path("/sys/fs/selinux/enforce").exists():
            self.assertEqual(seen.process_label(pid), seen.process_label(swtpm))
        for limits in ("Max open files", "Max core file size", "Max locked memory"):
            lines = [next(line for line in pathlib.Path(f"/proc/{one}/limits").read_text(encoding="ascii").splitlines()
                          if line.startswith(limits)) for one in (pid, swtpm)]
            self.assertEqual(lines[0], lines[1])
        self.assertEqual(pathlib.Path(f"/proc/{pid}/environ").read_bytes(),
                         pathlib.Path(f"/proc/{swtpm}/environ").read_bytes())

    def test_swtpm_holds_nothing_of_the_hosts(self):
        _, swtpm = self.start()
        targets = [os.readlink(entry) for entry in pathlib.Path(f"/proc/{swtpm}/fd").iterdir()]
        strange = [target for target in targets if not target.startswith(("socket:", "pipe:", f"{TPMS}/{self.name}/"))
                   and target != "/dev/null"]
        self.assertEqual([], strange)

    def test_state_is_the_guests_alone_and_survives_a_restart(self):
        self.start()
        directory = TPMS / self.name
        self.assertEqual(0o700, stat.S_IMODE(directory.stat().st_mode))
        self.assertEqual(pwd.getpwnam("qemu").pw_uid, directory.stat().st_uid)
        first = self.state_files()
        self.assertTrue(first)
        seen.vmwarden("destroy", self.name)
        self.assert_same_tpm(first, self.state_files())
        self.start()
        self.assert_same_tpm(first, self.state_files())

    def assert_same_tpm(self, first, later):
        """The guest's firmware counts its starts in it; another TPM would have other seeds, several of 32 bytes and more."""
        self.assertEqual(first.keys(), later.keys())
        for name, content in first.items():
            self.assertEqual(len(content), len(later[name]), name)
            self.assertLess(sum(one != other for one, other in zip(content, later[name])), 32, name)

    def test_verify_and_plan_show_it(self):
        pid, swtpm = self.start()
        failing, rows = self.failing_rows()
        self.assertEqual([], failing)
        self.assertIn("program tpm0", rows)
        plan = json.loads(seen.vmwarden("--json", "plan", self.name).stdout)
        self.assertEqual(["tpm0"], [attendant["name"] for attendant in plan["attendants"]])
        self.assertIn("/usr/bin/swtpm", seen.vmwarden("plan", self.name).stdout)
        for mine in (pid, swtpm):
            self.assertTrue(pathlib.Path(f"/proc/{mine}").exists())

    def test_both_are_gone_after_destroy(self):
        pid, swtpm = self.start()
        cursor = seen.journal_cursor()
        seen.vmwarden("destroy", self.name)
        for ended in (pid, swtpm):
            self.assertFalse(pathlib.Path(f"/proc/{ended}").exists())
        self.assertEqual("inactive", seen.unit_property(f"vmwarden-{self.name}.scope", "ActiveState"))
        told = [entry for entry in seen.journal_since(cursor) if entry.get("SYSLOG_IDENTIFIER") == "vmwarden-shim"]
        self.assertEqual([], told, "swtpm went with its guest")

    def test_a_killed_qemu_takes_swtpm_along(self):
        pid, swtpm = self.start()
        os.kill(pid, signal.SIGKILL)
        seen.wait_until_gone(swtpm)
        self.assertFalse(pathlib.Path(f"/proc/{pid}/exe").exists())

    def test_a_swtpm_that_does_not_go_is_killed(self):
        pid, swtpm = self.start()
        os.kill(swtpm, signal.SIGSTOP)
        os.kill(pid, signal.SIGKILL)
        seen.wait_until_gone(swtpm)

    def test_a_killed_swtpm_is_in_the_journal_and_the_guest_runs_on(self):
        pid, swtpm = self.start()
        cursor = seen.journal_cursor()
        os.kill(swtpm, signal.SIGKILL)
        seen.wait_until_gone(swtpm)
        told = first_of_the_shim(cursor)
        self.assertIn("'tpm0' beside QEMU was killed by signal 9", told["MESSAGE"])
        self.assertEqual(self.name, told["GUEST"])
        self.assertEqual(f"vmwarden-{self.name}.scope", told["_SYSTEMD_UNIT"])
        self.assertEqual("running", seen.state(self.name))
        self.assertTrue(pathlib.Path(f"/proc/{pid}").exists())
        self.assertEqual(["program tpm0"], self.failing_rows()[0])

    def test_undefined_its_state_is_gone(self):
        self.start()
        seen.vmwarden("destroy", self.name)
        seen.vmwarden("undefine", self.name)
        seen.vmwarden("list", "--all")
        self.assertFalse((TPMS / self.name).exists())

    def test_state_that_swtpm_cannot_read_ends_the_start(self):
        self.start()
        seen.vmwarden("destroy", self.name)
        for entry in (TPMS / self.name).glob("*permall"):
            entry.write_bytes(b"not a TPM")
        done = seen.vmwarden("start", self.name, check=False)
        self.assertEqual(1, done.returncode)
        self.assertFalse((seen.STATE / self.name).exists())

    def test_what_is_no_plain_file_in_its_directory_ends_the_start(self):
        self.start()
        seen.vmwarden("destroy", self.name)
        os.symlink("/etc/shadow", TPMS / self.name / "link")
        before = seen.whole_state("/etc/shadow")
        done = seen.vmwarden("start", self.name, check=False)
        self.assertEqual(1, done.returncode)
        self.assertIn("link", done.stderr)
        self.assertEqual(before, seen.whole_state("/etc/shadow"))
