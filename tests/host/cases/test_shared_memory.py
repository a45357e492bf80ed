# SPDX-License-Identifier: LGPL-2.1-or-later
"""Memory that guests share, directories as disks, vsock addresses: as far as the policy lists them, as the kernel has
them."""

import fcntl
import json
import os
import pathlib
import pwd
import shutil
import struct
import subprocess
import sys
import unittest

import seen

MEMORY = pathlib.Path("/dev/shm/vmwarden-test")
SERVERS = pathlib.Path("/run/vmwarden-test-ivshmem")
POLICY = pathlib.Path("/etc/vmwarden/policy.d/60-shared-memory.yaml")
HERE = pathlib.Path(__file__).resolve().parent


def plain(name=MEMORY.name, size=2):
    return f"<shmem name='{name}'><model type='ivshmem-plain'/><size unit='M'>{size}</size></shmem>"


def mapped_files(pid):
    """Device and inode of what is mapped shared and writable."""
    rows = (line.split() for line in pathlib.Path(f"/proc/{pid}/maps").read_text(encoding="utf-8").splitlines())
    return {(row[3], int(row[4])) for row in rows if row[1] == "rw-s"}


class Case(unittest.TestCase):
    def policy(self, text):
        POLICY.write_text(f"version: 1\n{text}", encoding="ascii")
        self.addCleanup(POLICY.unlink, missing_ok=True)

    def create(self, name, extra, check=True):
        self.addCleanup(seen.vmwarden, "destroy", name, check=False)
        return seen.vmwarden("create", "-", stdin=seen.guest_xml(name, extra=extra), check=check)

    def assert_verified(self, name):
        rows = json.loads(seen.vmwarden("--json", "verify", name).stdout)["rows"]
        self.assertEqual([], [row for row in rows if not row["holds"]])


class SharedMemory(Case):
    def setUp(self):
        self.addCleanup(MEMORY.unlink, missing_ok=True)

    def test_without_a_policy_there_is_none(self):
        done = self.create("alone", plain(), check=False)
        self.assertEqual(3, done.returncode, done.stderr)
        self.assertIn("shmem.allow", done.stderr)
        self.assertFalse(MEMORY.exists())

    def test_two_guests_have_the_same(self):
        self.policy(f"shmem:\n  allow: [{MEMORY}]\n")
        user = pwd.getpwnam("qemu")
        for name in ("one", "two"):
            self.create(name, plain())
        status = MEMORY.stat()
        self.assertEqual((user.pw_uid, user.pw_gid, 0o660, 2 << 20),
                         (status.st_uid, status.st_gid, status.st_mode & 0o7777, status.st_size))
        device = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}"
        for name in ("one", "two"):
            self.assertIn((device, status.st_ino), mapped_files(seen.main_pid(name)))
            self.assert_verified(name)
        label = seen.whole_state(MEMORY)[3]
        if label:
            self.assertEqual("svirt_image_t:s0", label.split(":", 2)[2])
        seen.vmwarden("destroy", "one")
        self.assertEqual(label, seen.whole_state(MEMORY)[3], "the other guest has it still")
        seen.vmwarden("destroy", "two")
        if label:
            self.assertNotIn("svirt", seen.whole_state(MEMORY)[3])
        self.assertEqual(status.st_ino, MEMORY.stat().st_ino)

    def test_a_file_of_somebody_else_s_keeps_its_owner(self):
        self.policy("shmem:\n  allow: [/dev/shm]\n")
        MEMORY.write_bytes(bytes(2 << 20))
        os.chown(MEMORY, 1234, 4321)
        MEMORY.chmod(0o660)
        before = seen.whole_state(MEMORY)
        done = self.create("alone", plain(), check=False)
        self.assertEqual(1, done.returncode, done.stderr)
        self.assertIn("setfacl -m u:qemu:rw", done.stderr)
        self.assertEqual(before, seen.whole_state(MEMORY))
        MEMORY.chmod(0o666)
        self.create("alone", plain())
        self.assertEqual((1234, 4321), (MEMORY.stat().st_uid, MEMORY.stat().st_gid))

    def test_a_link_out_of_it_is_refused(self):
        self.policy("shmem:\n  allow: [/dev/shm]\n")
        outside = seen.make_disk("outside.img", size=2 << 20)
        self.addCleanup(outside.unlink)
        MEMORY.symlink_to(outside)
        before = seen.whole_state(outside)
        done = self.create("alone", plain(), check=False)
        self.assertEqual(3, done.returncode, done.stderr)
        self.assertEqual(before, seen.whole_state(outside))

    def test_one_that_is_too_short_is_refused(self):
        self.policy("shmem:\n  allow: [/dev/shm]\n")
        MEMORY.write_bytes(bytes(4096))
        MEMORY.chmod(0o666)
        done = self.create("alone", plain(), check=False)
        self.assertEqual(1, done.returncode, done.stderr)
        self.assertIn("write the same <size>", done.stderr)

    def test_a_server_of_the_administrator_s(self):
        self.policy(f"shmem:\n  allow: [{SERVERS}]\n")
        SERVERS.mkdir()
        self.addCleanup(shutil.rmtree, SERVERS)
        seen.label_for_guests(SERVERS)
        path = SERVERS / "socket"
        bell = (f"<shmem name='bell'><model type='ivshmem-doorbell'/><server path='{path}'/>"
                "<msi vectors='2'/></shmem>")
        self.assertIn("does not exist", self.create("bell", bell, check=False).stderr)
        with subprocess.Popen([*seen.AT_GUESTS_LEVEL, sys.executable, HERE / "ivshmem_server.py", path],
                              stdout=subprocess.PIPE, text=True) as server:
            try:
                self.assertEqual("ready\n", server.stdout.readline())
                self.create("bell", bell)
                self.assertEqual("0\n", server.stdout.readline())
                links = [os.readlink(entry) for entry in
                         pathlib.Path(f"/proc/{seen.main_pid('bell')}/map_files").iterdir()]
                self.assertIn("/memfd:shared (deleted)", links)
                self.assert_verified("bell")
                seen.vmwarden("destroy", "bell")
            finally:
                server.kill()


class DirectoryAsDisk(Case):
    name = "floppies"
    room = pathlib.Path("/srv/vmwarden-drivers")

    def setUp(self):
        self.room.mkdir()
        self.addCleanup(shutil.rmtree, self.room)
        (self.room / "driver.txt").write_text("of the host", encoding="ascii")
        seen.label_for_guests(self.room)
        self.disk = (f"<disk type='dir' device='disk'><driver name='qemu' type='fat'/><source dir='{self.room}'/>"
                     "<target dev='vdb' bus='virtio'/><readonly/></disk>")

    def test_it_lies_where_the_policy_says(self):
        done = self.create(self.name, self.disk, check=False)
        self.assertEqual(3, done.returncode, done.stderr)
        self.assertIn("filesystems.allow", done.stderr)

    def test_it_is_read_through_a_descriptor(self):
        self.policy(f"filesystems:\n  allow: [{self.room}]\n")
        before = seen.whole_state(self.room), seen.whole_state(self.room / "driver.txt")
        self.create(self.name, self.disk)
        pid = seen.main_pid(self.name)
        self.assertIn(str(self.room), [os.readlink(entry) for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir()])
        self.assert_verified(self.name)
        seen.vmwarden("destroy", self.name)
        self.assertEqual(before, (seen.whole_state(self.room), seen.whole_state(self.room / "driver.txt")))


class VsockAddresses(Case):
    hosts = {"vm"}

    def setUp(self):
        subprocess.run(["modprobe", "vhost_vsock"], check=True)
        pathlib.Path("/dev/vhost-vsock").chmod(0o666)
        self.policy("cgroup_device_acl+: [/dev/vhost-vsock]\n")

    def address(self, name):
        words = pathlib.Path(f"/proc/{seen.main_pid(name)}/cmdline").read_bytes().decode().split("\0")
        return next(json.loads(word)["guest-cid"] for word in words if '"vhost-vsock-pci"' in word)

    def test_one_that_a_stranger_has_is_not_taken(self):
        set_guest_cid = 0x4008AF60  # VHOST_VSOCK_SET_GUEST_CID of <linux/vhost.h>
        with open("/dev/vhost-vsock", "r+b", buffering=0) as stranger:
            fcntl.ioctl(stranger, set_guest_cid, struct.pack("=Q", 3))
            self.create("one", "<vsock model='virtio'/>")
            self.assertEqual(4, self.address("one"))

    def test_each_guest_gets_a_free_one(self):
        automatic = "<vsock model='virtio'><cid auto='yes'/></vsock>"
        self.create("one", automatic)
        self.create("two", automatic)
        self.assertEqual([3, 4], [self.address("one"), self.address("two")])
        seen.vmwarden("destroy", "one")
        seen.wait_for_removal("one")
        taken = self.create("three", "<vsock><cid auto='no' address='4'/></vsock>", check=False)
        self.assertEqual(1, taken.returncode, taken.stderr)
        self.assertIn("another guest has the address 4", taken.stderr)
        self.create("three", automatic)
        self.assertEqual(3, self.address("three"))
