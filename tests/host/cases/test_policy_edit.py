# SPDX-License-Identifier: LGPL-2.1-or-later
"""vmwarden policy set, unset and get on the installed policy of a real host, as a config-management tool calls them."""

import os
import pathlib
import unittest

import seen

DIRECTORY = pathlib.Path("/etc/vmwarden/policy.d")
SITE = DIRECTORY / "60-site.yaml"
OURS = "# our site\nversion: 1\n\nuser:  root   # for now\nslice: machine.slice\n# end\n"


def vmwarden(*words):
    return seen.run("vmwarden", "policy", *words, check=False)


def looks():
    """What an edit that changes nothing must not touch."""
    return [(entry.st_ino, entry.st_mtime_ns, entry.st_ctime_ns) for entry in (SITE.stat(), DIRECTORY.stat())]


class Edited(unittest.TestCase):
    def setUp(self):
        DIRECTORY.mkdir(parents=True, exist_ok=True)
        SITE.write_text(OURS)
        self.addCleanup(SITE.unlink, missing_ok=True)

    def test_set_changes_one_value_and_get_sees_it(self):
        done = vmwarden("set", "user", "+64055")
        self.assertEqual((done.returncode, done.stdout), (0, f"{SITE}: changed\n"), done.stderr)
        self.assertEqual(SITE.read_text(), OURS.replace("root", '"+64055"'))
        self.assertEqual(vmwarden("get", "user").stdout, "+64055\n")
        self.assertEqual(seen.run("vmwarden", "policy", "check", check=False).returncode, 0)

    def test_the_second_run_touches_nothing(self):
        self.assertEqual(vmwarden("set", "cgroup_controllers", "[cpu, memory]").returncode, 0)
        before = looks()
        again = vmwarden("set", "cgroup_controllers", "[cpu, memory]")
        self.assertEqual((again.returncode, again.stdout), (0, f"{SITE}: no difference\n"), again.stderr)
        self.assertEqual(vmwarden("unset", "emulators").stdout, f"{SITE}: no difference\n")
        self.assertEqual(looks(), before)

    def test_unset_gives_the_file_back_and_the_vendor_s_value_holds(self):
        vendor = vmwarden("get", "cgroup_controllers").stdout
        self.assertIn("cpu\n", vendor)
        vmwarden("set", "cgroup_controllers", "[cpu]")
        self.assertEqual(vmwarden("get", "cgroup_controllers").stdout, "cpu\n")
        self.assertEqual(vmwarden("unset", "cgroup_controllers").returncode, 0)
        self.assertEqual(SITE.read_text(), OURS)
        self.assertEqual(vmwarden("get", "cgroup_controllers").stdout, vendor)

    def test_a_bad_value_is_refused_with_its_place(self):
        done = vmwarden("set", "seccomp_sandbox", "maybe")
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{SITE}:7:18: error: ", done.stderr)
        self.assertEqual(SITE.read_text(), OURS)

    def test_owner_and_mode_stay(self):
        os.chown(SITE, 1234, 1235)
        SITE.chmod(0o640)
        self.assertEqual(vmwarden("set", "user", "nobody").returncode, 0)
        now = SITE.stat()
        self.assertEqual((now.st_uid, now.st_gid, now.st_mode & 0o7777), (1234, 1235, 0o640))

    def test_others_than_root_change_nothing(self):
        done = seen.run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                        "vmwarden", "policy", "set", "user", "nobody", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("Permission denied", done.stderr)
        self.assertEqual(SITE.read_text(), OURS)


class FullDisk(unittest.TestCase):
    """A file system with room for two pages, one of them the policy's and one somebody else's."""

    def setUp(self):
        DIRECTORY.mkdir(parents=True, exist_ok=True)
        seen.run("mount", "-t", "tmpfs", "-o", "size=8k,mode=755", "tmpfs", str(DIRECTORY))
        self.addCleanup(seen.run, "umount", str(DIRECTORY))
        SITE.write_text(OURS)

    def fill(self):
        (DIRECTORY / "filler").write_bytes(b"#" * 4096)
        with self.assertRaises(OSError), open(DIRECTORY / "more", "wb", buffering=0) as more:
            more.write(b"#")
        (DIRECTORY / "more").unlink()

    def test_the_old_file_stays_whole_and_nothing_is_left_behind(self):
        self.fill()
        before = sorted(os.listdir(DIRECTORY))
        done = vmwarden("set", "user", "nobody")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn(f"{SITE}: error: cannot be written: No space left on device", done.stderr)
        self.assertEqual(SITE.read_text(), OURS)
        self.assertEqual(sorted(os.listdir(DIRECTORY)), before)

    def test_with_room_again_the_same_command_works(self):
        self.fill()
        self.assertEqual(vmwarden("set", "user", "nobody").returncode, 1)
        (DIRECTORY / "filler").unlink()
        self.assertEqual(vmwarden("set", "user", "nobody").returncode, 0)
        self.assertEqual(SITE.read_text(), OURS.replace("root", "nobody"))
        self.assertEqual(os.listdir(DIRECTORY), [SITE.name])


class Label(unittest.TestCase):
    hosts = {"vm"}

    def test_a_label_of_its_own_stays(self):
        DIRECTORY.mkdir(parents=True, exist_ok=True)
        SITE.write_text(OURS)
        self.addCleanup(SITE.unlink)
        seen.run("chcon", "-t", "etc_runtime_t", str(SITE))
        before = os.getxattr(SITE, "security.selinux")
        self.assertEqual(vmwarden("set", "user", "nobody").returncode, 0)
        self.assertIn(b"etc_runtime_t", before)
        self.assertEqual(os.getxattr(SITE, "security.selinux"), before)
