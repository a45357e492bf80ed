# SPDX-License-Identifier: LGPL-2.1-or-later
"""Disk images with backing chains: every image of a chain is judged, given and taken back like any other file."""

import grp
import json
import os
import pathlib
import pwd
import shutil
import subprocess
import unittest

import seen

ROOM = seen.IMAGES / "chain"
QCOW2 = "<driver name='qemu' type='qcow2'/>"


def create(name, *options):
    seen.run("qemu-img", "create", "-q", "-f", "qcow2", *options, str(ROOM / name), "1M")
    return ROOM / name


def own(path, uid, gid, mode):
    os.chown(path, uid, gid)
    os.chmod(path, mode)


def open_files(pid):
    links = (os.readlink(entry) for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir())
    return {link for link in links if link.startswith(str(ROOM))}


class Chains(unittest.TestCase):
    def setUp(self):
        ROOM.mkdir()
        ROOM.chmod(0o755)
        self.addCleanup(shutil.rmtree, ROOM)
        self.base = ROOM / "base.raw"
        self.base.write_bytes(b"\0" * 1024 * 1024)
        self.middle = create("middle.qcow2", "-b", "base.raw", "-F", "raw")
        self.top = create("top.qcow2", "-b", "middle.qcow2", "-F", "qcow2")
        own(self.base, 1234, 1234, 0o600)
        own(self.middle, 1235, 1235, 0o640)
        own(self.top, 1236, 1236, 0o600)

    def states(self, *more):
        return {path: seen.whole_state(path) for path in (self.top, self.middle, self.base, *more)}

    def start(self, name, image, inner=QCOW2):
        seen.vmwarden("create", "-", stdin=seen.guest_xml(name, [(image, "vda", inner)]))
        self.addCleanup(seen.vmwarden, "destroy", name, check=False)

    def refused(self, image, code, inner=QCOW2, name="refused"):
        before = self.states()
        done = seen.vmwarden("create", "-", stdin=seen.guest_xml(name, [(image, "vda", inner)]), check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertEqual(before, self.states())
        self.assertFalse((seen.STATE / name).exists())
        return done.stderr

    def policy(self, text):
        site = pathlib.Path("/etc/vmwarden/policy.d/60-site.yaml")
        site.write_text(f"version: 1\n{text}", encoding="ascii")
        self.addCleanup(site.unlink)

    def test_a_guest_on_three_images(self):
        before = self.states()
        self.start("chained", self.top)
        pid = seen.main_pid("chained")
        user, group = pwd.getpwnam("qemu").pw_uid, grp.getgrnam("qemu").gr_gid
        self.assertEqual(seen.whole_state(self.top)[:2], (user, group))
        self.assertEqual(seen.whole_state(self.middle)[:2], (1235, group))
        self.assertEqual(seen.whole_state(self.base)[:2], (user, group))
        self.assertEqual(open_files(pid), {str(self.top), str(self.middle), str(self.base)})
        plan = json.loads(seen.vmwarden("--json", "plan", "chained").stdout)
        self.assertEqual([file["purpose"] for file in plan["files"] if file["purpose"].startswith("disk")],
                         ["disk vda", "disk vda, backing 1", "disk vda, backing 2"])
        seen.vmwarden("verify", "chained")
        seen.vmwarden("destroy", "chained")
        seen.wait_for_removal("chained")
        self.assertEqual(before, self.states())

    def test_two_guests_on_one_base_whichever_ends_first(self):
        other = create("other.qcow2", "-b", "base.raw", "-F", "raw")
        for first, second in (("left", "right"), ("right", "left")):
            before = self.states(other)
            self.start("left", self.top)
            self.start("right", other)
            for name in (first, second):
                seen.vmwarden("destroy", name)
                seen.wait_for_removal(name)
            self.assertEqual(before, self.states(other))

    def test_a_base_in_use_is_nobody_s_own_disk_and_the_other_way_round(self):
        raw = "<driver name='qemu' type='raw'/>"
        self.start("reader", self.top)
        self.assertIn("in use by guest reader", self.refused(self.base, 1, raw))
        seen.vmwarden("destroy", "reader")
        seen.wait_for_removal("reader")
        self.start("writer", self.base, raw)
        text = self.refused(self.top, 1)
        self.assertIn("in use by guest writer", text)
        self.assertIn(str(self.base), text)

    def test_an_image_outside_the_allowed_directories_is_named_with_the_policy_s_line(self):
        outside = pathlib.Path("/srv/outside.raw")
        outside.write_bytes(b"\0" * 1024 * 1024)
        self.addCleanup(outside.unlink)
        self.policy("disks:\n  allow:\n    - /var/lib/vmwarden/images\n")
        seen.run("qemu-img", "rebase", "-u", "-F", "raw", "-b", str(outside), str(self.middle))
        before = seen.whole_state(outside)
        text = self.refused(self.top, 3)
        self.assertIn(str(outside), text)
        self.assertIn(str(self.middle), text)
        self.assertIn("60-site.yaml:3", text)
        self.assertEqual(before, seen.whole_state(outside))

    def test_a_link_out_of_the_allowed_directories_does_not_help(self):
        self.policy("disks:\n  allow:\n    - /var/lib/vmwarden/images\n")
        self.base.unlink()
        self.base.symlink_to("/etc/passwd")
        self.assertIn("/etc/passwd", self.refused(self.top, 3))

    def test_an_undeclared_format_is_refused_with_the_command_that_declares_it(self):
        image = bytearray(self.top.read_bytes())
        at = image.find(bytes.fromhex("e2792aca"))
        image[at:at + 4] = b"\x12\x34\x56\x78"  # an extension that nobody knows
        self.top.write_bytes(image)
        command = f"qemu-img rebase -u -F qcow2 -b middle.qcow2 {self.top}"
        self.assertIn(command, self.refused(self.top, 1))
        seen.run(*command.split())
        self.start("mended", self.top)

    def test_a_loop_is_refused_with_both_names(self):
        seen.run("qemu-img", "rebase", "-u", "-F", "qcow2", "-b", "./top.qcow2", str(self.middle))
        text = self.refused(self.top, 1)
        self.assertIn(str(self.middle), text)
        self.assertIn(str(self.top), text)

    def test_a_header_that_names_no_file_is_refused(self):
        for name in ("nbd://127.0.0.1/x", 'json:{"driver":"file","filename":"/etc/shadow"}'):
            with self.subTest(name):
                seen.run("qemu-img", "rebase", "-u", "-F", "raw", "-b", name, str(self.top))
                self.assertIn("no file of this host", self.refused(self.top, 1))

    def test_a_declared_chain_counts_and_the_headers_do_not(self):
        for image in (self.top, self.middle):
            seen.run("qemu-img", "rebase", "-u", "-F", "raw", "-b", "/etc/shadow", str(image))
        own(self.top, 1236, 1236, 0o600)
        before = self.states()
        self.start("declared", self.top, QCOW2 + "<backingStore type='file'><format type='qcow2'/>"
                   f"<source file='{self.middle}'/><backingStore type='file'><format type='raw'/>"
                   f"<source file='{self.base}'/><backingStore/></backingStore></backingStore>")
        self.assertEqual(open_files(seen.main_pid("declared")), {str(self.top), str(self.middle), str(self.base)})
        seen.vmwarden("destroy", "declared")
        seen.wait_for_removal("declared")
        self.assertEqual(before, self.states())

    def test_an_external_data_file_is_the_guest_s_own(self):
        data = ROOM / "data"
        image = create("image.qcow2", "-o", f"data_file={data}")
        own(data, 77, 78, 0o600)
        before = self.states(image, data)
        self.start("with-data", image)
        self.assertEqual(seen.whole_state(data)[0], pwd.getpwnam("qemu").pw_uid)
        self.assertEqual(open_files(seen.main_pid("with-data")), {str(image), str(data)})
        self.assertIn("in use by guest with-data", self.refused(data, 1, "<driver name='qemu' type='raw'/>"))
        seen.vmwarden("destroy", "with-data")
        seen.wait_for_removal("with-data")
        self.assertEqual(before, self.states(image, data))

    def test_a_data_file_that_a_header_gets_meanwhile_does_not_run(self):
        """QEMU cannot be told that there is none: what it has opened is compared with the plan before the guest runs."""
        hidden = ROOM / "hidden"
        image = create("swapped.qcow2", "-o", f"data_file={hidden}")
        os.chmod(hidden, 0o666)
        plain = create("plain.qcow2")
        # The agent finds the plain header, QEMU the other: the same file, its contents exchanged in between.
        swap = pathlib.Path("/run/swap-header")
        swap.write_text(f"#!/bin/sh\ncat {image} > {plain}\nexec /usr/bin/qemu-system-x86_64 \"$@\"\n", encoding="ascii")
        swap.chmod(0o755)
        seen.without_enforcing(self)
        self.addCleanup(swap.unlink)
        os.chmod(plain, 0o666)
        os.chmod(image, 0o644)
        # In a root directory of its own QEMU would find neither this script's image nor the hidden file.
        self.policy("emulators: [/run/swap-header]\nseccomp_sandbox: false\n"
                    "namespaces: {mount: false}\nlandlock: false\n")
        xml = seen.guest_xml("swapped", [(plain, "vda", QCOW2)], emulator=swap)
        done = seen.vmwarden("create", "-", stdin=xml, check=False)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("hidden", done.stderr)


class Labels(unittest.TestCase):
    """With SELinux: the disk's own image has the guest's pair, what backs it the label of read-only media."""

    hosts = {"vm"}

    def test_of_a_chain(self):
        base = seen.make_disk("labelled-base.raw")
        self.addCleanup(base.unlink)
        top = seen.IMAGES / "labelled-top.qcow2"
        seen.run("qemu-img", "create", "-q", "-f", "qcow2", "-b", str(base), "-F", "raw", str(top))
        self.addCleanup(top.unlink)
        before = [seen.whole_state(path) for path in (top, base)]
        seen.vmwarden("create", "-", stdin=seen.guest_xml("labelled", [(top, "vda", QCOW2)]))
        self.addCleanup(subprocess.run, ["vmwarden", "destroy", "labelled"], check=False, capture_output=True)
        pair = seen.process_label(seen.main_pid("labelled")).rsplit(":", 1)[1]
        self.assertEqual(seen.file_label(top), f"system_u:object_r:svirt_image_t:s0:{pair}")
        self.assertEqual(seen.file_label(base), "system_u:object_r:virt_content_t:s0")
        seen.vmwarden("destroy", "labelled")
        seen.wait_for_removal("labelled")
        self.assertEqual(before, [seen.whole_state(path) for path in (top, base)])
