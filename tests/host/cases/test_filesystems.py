# SPDX-License-Identifier: LGPL-2.1-or-later
"""Directories that guests see: as far as the policy lists them, through one descriptor, never given away."""

import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import unittest

import seen

ROOM = pathlib.Path("/srv/vmwarden-share")
SHARED = "<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>"
SERVERS = pathlib.Path("/run/vmwarden-test-servers")


def share(directory, more="", mode="mapped"):
    return (f"<filesystem type='mount' accessmode='{mode}'><source dir='{directory}'/><target dir='share'/>{more}"
            "</filesystem>")


def virtiofs(path):
    return ("<filesystem type='mount'><driver type='virtiofs'/>"
            f"<source socket='{path}'/><target dir='share'/></filesystem>")


class Shares(unittest.TestCase):
    name = "sharing"

    def setUp(self):
        ROOM.mkdir(parents=True)
        self.addCleanup(shutil.rmtree, ROOM)
        self.open = ROOM / "open"
        self.closed = ROOM / "closed"
        for made in (self.open, self.closed):
            made.mkdir()
            made.chmod(0o700)
        (self.open / "file").write_text("of the host", encoding="ascii")
        self.user = pwd.getpwnam("qemu")
        os.chown(self.open, self.user.pw_uid, 0)
        seen.label_for_guests(ROOM)
        self.addCleanup(seen.vmwarden, "destroy", self.name, check=False)
        self.policy(f"filesystems:\n  allow: [{ROOM}, {SERVERS}]\n")

    def policy(self, text):
        site = pathlib.Path("/etc/vmwarden/policy.d/60-shares.yaml")
        site.write_text(f"version: 1\n{text}", encoding="ascii")
        self.addCleanup(site.unlink, missing_ok=True)

    def create(self, extra, check=True):
        return seen.vmwarden("create", "-", stdin=seen.guest_xml(self.name, extra=extra), check=check)

    def test_without_a_policy_there_are_none(self):
        self.policy("")
        done = self.create(share(self.open), check=False)
        self.assertEqual(3, done.returncode, done.stderr)
        self.assertIn("filesystems.allow", done.stderr)

    def test_a_directory_is_shown_through_a_descriptor_and_left_as_it_is(self):
        before = seen.whole_state(self.open), seen.whole_state(self.open / "file")
        self.create(share(self.open))
        pid = seen.main_pid(self.name)
        links = [os.readlink(entry) for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir()]
        self.assertIn(str(self.open), links)
        words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().decode()
        self.assertIn("path=/proc/self/fd/", words)
        seen.vmwarden("verify", self.name)
        self.assertEqual(before, (seen.whole_state(self.open), seen.whole_state(self.open / "file")))
        seen.vmwarden("destroy", self.name)
        seen.wait_for_removal(self.name)
        self.assertEqual(before, (seen.whole_state(self.open), seen.whole_state(self.open / "file")))

    def test_a_directory_that_the_guest_may_not_enter_is_refused_and_not_given_away(self):
        before = seen.whole_state(self.closed)
        done = self.create(share(self.closed), check=False)
        self.assertEqual(1, done.returncode, done.stderr)
        self.assertIn("setfacl -R -m u:qemu:rwX", done.stderr)
        self.assertEqual(before, seen.whole_state(self.closed))

    def test_a_link_out_of_the_listed_directories_is_refused(self):
        outside = pathlib.Path("/srv/vmwarden-outside")
        outside.mkdir()
        self.addCleanup(outside.rmdir)
        outside.chmod(0o777)
        (ROOM / "link").symlink_to(outside)
        done = self.create(share(ROOM / "link"), check=False)
        self.assertEqual(3, done.returncode, done.stderr)

    def test_passthrough_is_refused_where_the_guest_writes(self):
        done = self.create(share(self.open, mode="passthrough"), check=False)
        self.assertEqual(1, done.returncode)
        self.assertIn("accessmode='mapped'", done.stderr)
        self.create(share(self.open, more="<readonly/>", mode="passthrough"))
        seen.vmwarden("verify", self.name)

    def test_a_virtiofsd_of_the_administrator_s(self):
        SERVERS.mkdir()
        self.addCleanup(shutil.rmtree, SERVERS)
        seen.label_for_guests(SERVERS)
        path = SERVERS / "share.sock"
        command = next(one for one in (["/usr/lib/qemu/virtiofsd", "-o", f"source={self.open}", "-o", "sandbox=chroot"],
                                       ["/usr/libexec/virtiofsd", "--shared-dir", str(self.open), "--sandbox=chroot"])
                       if os.access(one[0], os.X_OK))
        with subprocess.Popen([*seen.AT_GUESTS_LEVEL, *command, f"--socket-path={path}", "--socket-group=qemu"], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True) as server:
            try:
                for line in server.stdout:
                    if "aiting for vhost-user socket" in line:
                        break
                whole = seen.guest_xml(self.name, extra=virtiofs(path)).replace("<os>", SHARED + "<os>")
                seen.vmwarden("create", "-", stdin=whole)
                seen.vmwarden("verify", self.name)
                seen.vmwarden("destroy", self.name)
                self.assertEqual(0, server.wait(seen.PATIENCE))
            finally:
                server.kill()

    def test_a_server_s_socket_must_be_open_to_the_guest(self):
        SERVERS.mkdir()
        self.addCleanup(shutil.rmtree, SERVERS)
        path = SERVERS / "share.sock"
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(path))
            path.chmod(0o600)
            done = self.create(virtiofs(path), check=False)
            self.assertIn("<memoryBacking>", done.stderr)
            whole = seen.guest_xml(self.name, extra=virtiofs(path)).replace("<os>", SHARED + "<os>")
            done = seen.vmwarden("create", "-", stdin=whole, check=False)
            self.assertIn("may not connect", done.stderr)
