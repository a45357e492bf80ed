# SPDX-License-Identifier: LGPL-2.1-or-later
"""Probing as root on a real host: what a guest's identity may do is what the kernel says, not what mode bits say."""

import json
import os
import pathlib
import shutil
import tempfile
import unittest

import seen

TOOL = "/opt/vmwarden-tests/payload/seams-tool"


def fact(path, user="nobody", group="nogroup"):
    return json.loads(seen.run(TOOL, "fact", user, group, str(path)).stdout)


class Access(unittest.TestCase):
    def setUp(self):
        self.room = pathlib.Path(tempfile.mkdtemp(dir="/var/tmp"))
        self.room.chmod(0o755)
        self.addCleanup(shutil.rmtree, self.room)

    def file(self, name="disk", mode=0o600, contents=b""):
        path = self.room / name
        path.write_bytes(contents)
        path.chmod(mode)
        return path

    def mounted(self, *options):
        """The room again, under a mount of its own with these options."""
        place = pathlib.Path(tempfile.mkdtemp(dir="/mnt"))
        self.addCleanup(place.rmdir)
        seen.run("mount", "--bind", str(self.room), str(place))
        self.addCleanup(seen.run, "umount", str(place))
        seen.run("mount", "-o", ",".join(("remount", "bind", *options)), str(place))
        return place

    def test_root_s_own_power_does_not_count(self):
        found = fact(self.file(mode=0o600))
        self.assertTrue(found["present"])
        self.assertFalse(found["read"] or found["write"])

    def test_a_guest_that_runs_as_root_has_no_power_either(self):
        path = self.file(mode=0o600)
        os.chown(path, 1234, 1234)
        found = fact(path, "root", "root")
        self.assertFalse(found["read"] or found["write"])

    def test_an_acl_that_allows_more_than_the_mode_bits_counts(self):
        path = self.file(mode=0o600)
        seen.run("setfacl", "-m", "u:nobody:r", str(path))
        found = fact(path)
        self.assertTrue(found["read"])
        self.assertFalse(found["write"])

    def test_an_acl_that_allows_less_than_the_mode_bits_counts(self):
        path = self.file(mode=0o666)
        seen.run("setfacl", "-m", "u:nobody:-", str(path))
        found = fact(path)
        self.assertFalse(found["read"] or found["write"])

    def test_an_acl_on_a_directory_opens_the_way(self):
        path = self.file(mode=0o644)
        self.room.chmod(0o700)
        self.assertEqual(fact(path)["blocked"], [str(self.room)])
        seen.run("setfacl", "-m", "u:nobody:x", str(self.room))
        self.assertEqual(fact(path)["blocked"], [])

    def test_supplementary_groups_of_the_account_count(self):
        seen.run("groupadd", "probed")
        self.addCleanup(seen.run, "groupdel", "probed")
        seen.run("useradd", "-M", "-G", "probed", "prober")
        self.addCleanup(seen.run, "userdel", "prober")
        path = self.file(mode=0o660)
        shutil.chown(path, group="probed")
        self.assertTrue(fact(path, "prober", "nogroup")["write"])
        self.assertFalse(fact(path, "nobody", "nogroup")["write"])

    def test_an_identity_by_number_has_that_number_s_access(self):
        path = self.file(mode=0o640)
        os.chown(path, 0, 54321)
        self.assertTrue(fact(path, "+12345", "+54321")["read"])
        self.assertFalse(fact(path, "+12345", "+54322")["read"])

    def test_nothing_can_be_written_on_a_read_only_mount(self):
        self.file(mode=0o666)
        path = self.mounted("ro") / "disk"
        found = fact(path)
        self.assertTrue(found["read"])
        self.assertFalse(found["write"])

    def test_nothing_can_be_executed_on_a_noexec_mount(self):
        path = self.file(mode=0o755)
        self.assertTrue(fact(path)["execute"])
        self.assertFalse(fact(self.mounted("noexec") / "disk")["execute"])

    def test_no_node_can_be_opened_on_a_nodev_mount(self):
        node = self.room / "null"
        os.mknod(node, 0o666 | 0o020000, os.makedev(1, 3))
        node.chmod(0o666)
        self.assertTrue(fact(self.mounted("dev") / "null")["read"])
        self.assertFalse(fact(self.mounted("nodev") / "null")["read"])

    def test_a_backing_file_is_seen_in_an_image_that_only_root_may_read(self):
        base = self.room / "base.qcow2"
        overlay = self.room / "overlay.qcow2"
        seen.run("qemu-img", "create", "-q", "-f", "qcow2", str(base), "1M")
        seen.run("qemu-img", "create", "-q", "-f", "qcow2", "-b", str(base), "-F", "qcow2", str(overlay))
        overlay.chmod(0o600)
        self.assertEqual(fact(base)["backing"], "")
        found = fact(overlay)
        self.assertEqual((found["backing"], found["backing_format"], found["header"]), (str(base), "qcow2", ""))
        self.assertIn(str(base), found["looked_at"])

    def test_an_external_data_file_is_seen(self):
        image, data = self.room / "image.qcow2", self.room / "data.raw"
        seen.run("qemu-img", "create", "-q", "-f", "qcow2", "-o", f"data_file={data}", str(image), "1M")
        self.assertEqual(fact(image)["data"], str(data))
        self.assertIn(str(data), fact(image)["looked_at"])

    def test_a_chain_is_followed_by_relative_names_and_a_loop_ends(self):
        names = [self.room / f"{number}.qcow2" for number in range(3)]
        seen.run("qemu-img", "create", "-q", "-f", "qcow2", str(names[0]), "1M")
        for below, name in zip(names, names[1:]):
            seen.run("qemu-img", "create", "-q", "-f", "qcow2", "-b", below.name, "-F", "qcow2", str(name))
        self.assertLess(set(map(str, names)), set(fact(names[2])["looked_at"]))
        seen.run("qemu-img", "rebase", "-u", "-F", "qcow2", "-b", "./2.qcow2", str(names[0]))
        self.assertLess(len(fact(names[2])["looked_at"]), 80)

    def test_what_may_be_anything_is_not_followed(self):
        top, hidden = self.room / "top.qcow2", self.room / "hidden.qcow2"
        disk = self.file("written-by-a-guest")
        seen.run("qemu-img", "create", "-q", "-f", "qcow2", str(hidden), "1M")
        seen.run("qemu-img", "create", "-q", "-f", "qcow2", "-b", str(hidden), "-F", "qcow2", str(disk))
        seen.run("qemu-img", "create", "-q", "-f", "qcow2", "-b", str(disk), "-F", "raw", str(top))
        found = fact(top)["looked_at"]
        self.assertIn(str(disk), found)
        self.assertNotIn(str(hidden), found)

    def test_a_missing_account_is_named(self):
        self.assertEqual(fact(self.file(), "no-such-user", "nogroup")["error"], "no user 'no-such-user'")


class Labels(unittest.TestCase):
    hosts = {"vm"}

    def test_are_set_and_read_through_a_descriptor_that_opens_nothing(self):
        with tempfile.NamedTemporaryFile(dir="/var/tmp") as file:
            wanted = "system_u:object_r:svirt_image_t:s0:c1,c2"
            answer = json.loads(seen.run(TOOL, "label", file.name, wanted).stdout)
            self.assertEqual(answer["label"], wanted)
            self.assertEqual(seen.file_label(file.name), wanted)
            self.assertTrue(answer["can_label"])
            self.assertTrue(answer["enabled"])

    def test_are_not_offered_where_the_file_system_keeps_none(self):
        self.assertFalse(json.loads(seen.run(TOOL, "label", "/proc/cpuinfo").stdout)["can_label"])

    def test_of_the_virtual_machine_contexts_are_the_policy_s(self):
        answer = json.loads(seen.run(TOOL, "label", "/etc/passwd").stdout)
        self.assertEqual(answer["domains"], ["system_u:system_r:svirt_t:s0"])
        self.assertEqual(answer["images"], ["system_u:object_r:svirt_image_t:s0",
                                            "system_u:object_r:virt_content_t:s0"])
        self.assertEqual(answer["own"], seen.process_label(os.getpid()))
