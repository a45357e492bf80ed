# SPDX-License-Identifier: LGPL-2.1-or-later
"""A running guest, looked at from outside: /proc, the cgroup, systemd, the labels on its disk."""

import grp
import os
import pathlib
import pwd
import unittest

import seen

CAPABILITY_SETS = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")


class OneGuest(unittest.TestCase):
    """One guest is started for all the looks at it."""

    @classmethod
    def setUpClass(cls):
        cls.disk = seen.make_disk("looked-at.img", owner=(1234, 4321), mode=0o640)
        cls.before = seen.whole_state(cls.disk)
        seen.vmwarden("create", "-", stdin=seen.guest_xml("looked-at", [(cls.disk, "vda")]))
        cls.pid = seen.main_pid("looked-at")
        cls.status = seen.status(cls.pid)

    @classmethod
    def tearDownClass(cls):
        seen.vmwarden("destroy", "looked-at", check=False)
        cls.disk.unlink()

    def test_is_the_emulator_and_not_the_shim(self):
        self.assertIn("qemu-system", os.readlink(f"/proc/{self.pid}/exe"))

    def test_all_four_uids_and_gids_are_the_policy_s(self):
        uid, gid = pwd.getpwnam("qemu").pw_uid, grp.getgrnam("qemu").gr_gid
        self.assertEqual(self.status["Uid"], [str(uid)] * 4)
        self.assertEqual(self.status["Gid"], [str(gid)] * 4)

    def test_supplementary_groups_are_the_account_s_and_no_more(self):
        user = pwd.getpwnam("qemu")
        expected = {str(gid) for gid in os.getgrouplist("qemu", user.pw_gid)}
        self.assertLessEqual(set(self.status["Groups"]), expected)

    def test_the_five_capability_sets_are_empty(self):
        for name in CAPABILITY_SETS:
            with self.subTest(name):
                self.assertEqual(int(self.status[name][0], 16), 0)

    def test_cannot_gain_privileges_and_has_a_seccomp_filter(self):
        self.assertEqual(self.status["NoNewPrivs"], ["1"])
        self.assertEqual(self.status["Seccomp"], ["2"])

    def test_lives_in_the_delegated_child_of_its_scope(self):
        self.assertEqual(seen.cgroup_of(self.pid), "/machine.slice/vmwarden-looked\\x2dat.scope/emulator")

    def test_no_process_is_in_the_scope_s_own_node(self):
        scope = pathlib.Path("/sys/fs/cgroup") / seen.cgroup_of(self.pid).lstrip("/")
        self.assertEqual((scope.parent / "cgroup.procs").read_text(encoding="ascii"), "")

    def test_scope_has_the_properties_of_the_contract(self):
        unit = "vmwarden-looked\\x2dat.scope"
        self.assertEqual(seen.unit_property(unit, "DevicePolicy"), "strict")
        self.assertEqual(seen.unit_property(unit, "Delegate"), "yes")
        self.assertEqual(seen.unit_property(unit, "Slice"), "machine.slice")
        self.assertRegex(seen.unit_property(unit, "TasksMax"), r"^\d+$")
        self.assertIn("/dev/char/1:3 rw", seen.unit_property(unit, "DeviceAllow"))

    def test_shim_has_no_privilege_either(self):
        scope = pathlib.Path("/sys/fs/cgroup") / seen.cgroup_of(self.pid).lstrip("/")
        shims = (scope.parent / "shim/cgroup.procs").read_text(encoding="ascii").split()
        self.assertEqual(len(shims), 1)
        status = seen.status(shims[0])
        for name in CAPABILITY_SETS:
            self.assertEqual(int(status[name][0], 16), 0, name)
        self.assertEqual(set(status["Uid"]), {str(pwd.getpwnam("vmwarden").pw_uid)})
        self.assertEqual(status["NoNewPrivs"], ["1"])

    def test_disk_belongs_to_the_guest_while_it_runs(self):
        user = pwd.getpwnam("qemu")
        self.assertEqual(os.stat(self.disk).st_uid, user.pw_uid)

    def test_verify_agrees(self):
        done = seen.vmwarden("verify", "looked-at")
        self.assertIn("0 do not", done.stdout)

    def test_verify_notices_a_changed_owner(self):
        owner = os.stat(self.disk)
        os.chown(self.disk, 0, 0)
        try:
            self.assertEqual(seen.vmwarden("verify", "looked-at", check=False).returncode, 1)
        finally:
            os.chown(self.disk, owner.st_uid, owner.st_gid)
        self.assertEqual(seen.vmwarden("verify", "looked-at").returncode, 0)

    def test_verify_reads_the_filter_back_and_notices_a_device_more(self):
        found = seen.vmwarden("verify", "looked-at").stdout
        self.assertRegex(found, r"ok +devices outside the plan +denied +denied, all of \d+ nodes in /dev")
        unit = "vmwarden-looked\\x2dat.scope"
        seen.run("systemctl", "set-property", "--runtime", unit, "DeviceAllow=/dev/mem r")
        done = seen.vmwarden("verify", "looked-at", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"FAIL +devices outside the plan .*allowed: .*/dev/mem")
        before = [word for rule in seen.unit_property(unit, "DeviceAllow").splitlines()
                  if "1:1" not in rule and "/dev/mem" not in rule for word in [f"DeviceAllow={rule}"]]
        seen.run("systemctl", "set-property", "--runtime", unit, "DeviceAllow=", *before)
        self.assertEqual(seen.vmwarden("verify", "looked-at").returncode, 0)

    def test_environment_holds_nothing_of_the_agent_s(self):
        environment = pathlib.Path(f"/proc/{self.pid}/environ").read_bytes().split(b"\0")
        names = {entry.split(b"=")[0].decode() for entry in environment if entry}
        self.assertFalse(names & {"NOTIFY_SOCKET", "INVOCATION_ID", "JOURNAL_STREAM", "LISTEN_FDS", "DBUS_STARTER_ADDRESS"})


class Labels(unittest.TestCase):
    """sVirt: a pair of categories for each guest, on the process and on its image, and on no other guest's."""

    hosts = {"vm"}
    LABEL = r"^system_u:system_r:vmwarden_tcg_t:s0:c(\d+),c(\d+)$"

    def start(self, name):
        disk = seen.make_disk(f"{name}.img")
        self.addCleanup(disk.unlink)
        seen.vmwarden("create", "-", stdin=seen.guest_xml(name, [(disk, "vda")]))
        self.addCleanup(seen.vmwarden, "destroy", name, check=False)
        label = seen.process_label(seen.main_pid(name))
        self.assertRegex(label, self.LABEL)
        return label.split(":s0:")[1], disk

    def test_two_guests_never_share_a_pair(self):
        first, first_disk = self.start("label-one")
        second, second_disk = self.start("label-two")
        self.assertNotEqual(first, second)
        self.assertEqual(seen.file_label(first_disk), f"system_u:object_r:svirt_image_t:s0:{first}")
        self.assertEqual(seen.file_label(second_disk), f"system_u:object_r:svirt_image_t:s0:{second}")

    def test_label_goes_back_exactly(self):
        disk = seen.make_disk("label-back.img")
        self.addCleanup(disk.unlink)
        before = seen.whole_state(disk)
        seen.vmwarden("create", "-", stdin=seen.guest_xml("label-back", [(disk, "vda")]))
        self.assertNotEqual(seen.whole_state(disk), before)
        seen.vmwarden("destroy", "label-back")
        self.assertEqual(seen.whole_state(disk), before)


if __name__ == "__main__":
    unittest.main()
