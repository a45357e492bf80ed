# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a definition asks of labels, users and disks, as the kernel then has it."""

import grp
import json
import os
import pathlib
import unittest

import seen

OTHER = 65432  # a user that nobody has
POLICY = pathlib.Path("/etc/vmwarden/policy.d/70-wishes.yaml")


class Wishes(unittest.TestCase):
    def setUp(self):
        self.name = self._testMethodName.replace("_", "-")[:40]
        self.disk = seen.make_disk(f"{self.name}.img", owner=(1234, 4321), mode=0o640)
        self.addCleanup(self.disk.unlink)
        self.before = seen.whole_state(self.disk)
        self.addCleanup(seen.vmwarden, "destroy", self.name, check=False)

    def policy(self, text):
        POLICY.write_text("version: 1\n" + text, encoding="utf-8")
        self.addCleanup(POLICY.unlink)

    def create(self, labels="", inner="", check=True):
        xml = seen.guest_xml(self.name, [(self.disk, "vda", inner)]).replace("</domain>", labels + "</domain>")
        done = seen.vmwarden("create", "-", stdin=xml, check=check)
        if done.returncode == 0:
            self.pid = seen.main_pid(self.name)
        return done

    def assert_verified(self):
        rows = json.loads(seen.vmwarden("--json", "verify", self.name).stdout)["rows"]
        self.assertEqual([], [row for row in rows if not row["holds"]])


class Disks(Wishes):
    def test_transient_disk(self):
        self.create(inner="<transient/>")
        fds = pathlib.Path(f"/proc/{self.pid}/fd")
        held = {os.readlink(entry): entry.name for entry in fds.iterdir()}
        overlays = [path for path in held if path.startswith("/var/tmp/") and path.endswith(" (deleted)")]
        self.assertEqual(1, len(overlays), held)
        flags = pathlib.Path(f"/proc/{self.pid}/fdinfo/{held[str(self.disk)]}").read_text(encoding="ascii")
        self.assertEqual(os.O_RDONLY, int(flags.split("flags:")[1].split()[0], 8) & os.O_ACCMODE)
        self.assertEqual([], list(pathlib.Path("/var/tmp").glob("vmwarden*")))
        self.assert_verified()
        seen.vmwarden("destroy", self.name)
        self.assertEqual(self.before, seen.whole_state(self.disk))

    def test_server_that_no_policy_names(self):
        disk = ("<disk type='network' device='cdrom'><source protocol='https' name='a.iso'><host name='images.example'/>"
                "</source><target dev='hdc' bus='ide'/><readonly/></disk>")
        done = seen.vmwarden("create", "-", stdin=seen.guest_xml(self.name, extra=disk), check=False)
        self.assertEqual(3, done.returncode, done.stderr)
        self.assertIn("on no server that the policy allows", done.stderr)


class Users(Wishes):
    LABEL = f"<seclabel type='static' model='dac' relabel='yes'><label>+{OTHER}:+{OTHER}</label></seclabel>"

    def test_user_of_a_definition(self):
        self.create(self.LABEL)
        status = seen.status(self.pid)
        self.assertEqual([str(OTHER)] * 4, status["Uid"])
        self.assertEqual([str(OTHER)] * 4, status["Gid"])
        # The policy's supplementary_groups, for /dev/kvm, and none that the user has.
        self.assertEqual([str(grp.getgrnam("kvm").gr_gid)], status["Groups"])
        self.assertEqual(OTHER, os.stat(self.disk).st_uid)
        self.assert_verified()
        seen.vmwarden("destroy", self.name)
        self.assertEqual(self.before, seen.whole_state(self.disk))

    def test_owner_stays_where_it_is_to_stay(self):
        os.chmod(self.disk, 0o666)
        before = seen.whole_state(self.disk)
        self.create(self.LABEL.replace("relabel='yes'", "relabel='no'"))
        self.assertEqual(before[:3], seen.whole_state(self.disk)[:3])
        self.assert_verified()

    def test_policy_has_the_last_word(self):
        self.policy("static_labels: deny\n")
        done = self.create(self.LABEL, check=False)
        self.assertEqual(3, done.returncode, done.stderr)
        self.assertIn("70-wishes.yaml", done.stderr)

    def test_nobody_asks_for_root(self):
        done = self.create(self.LABEL.replace(str(OTHER), "0"), check=False)
        self.assertEqual(3, done.returncode, done.stderr)
        self.assertIn("cannot ask to run as root", done.stderr)


class Labels(Wishes):
    hosts = {"vm"}

    def test_static_label(self):
        context = "system_u:system_r:vmwarden_tcg_t:s0:c700,c800"
        self.create(f"<seclabel type='static' model='selinux' relabel='yes'><label>{context}</label></seclabel>")
        self.assertEqual(context, seen.process_label(self.pid))
        self.assertTrue(seen.file_label(self.disk).endswith(":s0:c700,c800"), seen.file_label(self.disk))
        self.assert_verified()
        seen.vmwarden("destroy", self.name)
        self.assertEqual(self.before, seen.whole_state(self.disk))

    def test_image_that_keeps_its_label(self):
        self.create(inner="")
        self.assertNotEqual(self.before[3], seen.file_label(self.disk))
        seen.vmwarden("destroy", self.name)
        xml = seen.guest_xml(self.name, [(self.disk, "vda")]).replace(
            f"<source file='{self.disk}'/>", f"<source file='{self.disk}'><seclabel relabel='no'/></source>")
        seen.run("chcon", "-t", "svirt_image_t", str(self.disk)) # which it may use as it is
        kept = seen.file_label(self.disk)
        seen.vmwarden("create", "-", stdin=xml)
        self.assertEqual(kept, seen.file_label(self.disk))

    def test_no_label(self):
        self.create("<seclabel type='none'/>")
        self.assertIn(":vmwarden_unlabelled_t:", seen.process_label(self.pid))
        self.assertEqual(self.before[3], seen.file_label(self.disk))

    def test_label_that_the_kernel_does_not_know(self):
        done = self.create("<seclabel type='static' model='selinux'><label>system_u:system_r:nosuch_t:s0</label>"
                           "</seclabel>", check=False)
        self.assertEqual(1, done.returncode, done.stderr)
        self.assertIn("knows no context", done.stderr)
