# SPDX-License-Identifier: LGPL-2.1-or-later
"""What lies in the policy directory and is no policy: every one named, with a hint, and none waited for."""

import os
import pathlib
import shutil
import socket
import unittest

import seen

DIRECTORY = pathlib.Path("/etc/vmwarden/policy.d")
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


def check(*arguments, as_user=()):
    return seen.run(*as_user, "vmwarden", "policy", "check", *arguments, check=False)


class BadFiles(unittest.TestCase):
    def setUp(self):
        DIRECTORY.mkdir(parents=True, exist_ok=True)
        self.addCleanup(self.clean)

    @staticmethod
    def clean():
        for path in DIRECTORY.glob("6?-bad.yaml"):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()

    def path(self, number):
        return DIRECTORY / f"6{number}-bad.yaml"

    def test_all_of_them_are_told_at_once(self):
        self.path(0).mkdir()
        os.mkfifo(self.path(1))
        os.mknod(self.path(2), 0o600 | 0o020000, os.makedev(1, 5))
        self.path(3).symlink_to("/dev/zero")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.path(4)))
        self.path(5).symlink_to("nowhere")
        self.path(6).symlink_to(self.path(6).name)
        self.path(7).write_bytes("version: 1\n".encode("utf-16"))
        self.path(8).write_bytes(b"version: 1\nslice: \0.slice\n")
        done = check()
        self.assertEqual(done.returncode, 1)
        for number, what in enumerate(("is a directory, not a file; ", "is a pipe, not a file; ",
                                       "is a device, not a file; ", "is a device, not a file; ",
                                       "is a socket, not a file; ", "a link that leads nowhere; ",
                                       "a link that leads in a circle; ", "is text in UTF-16 or UTF-32; ")):
            self.assertRegex(done.stderr, f"(?m)^{self.path(number)}: error: {what}.")
        self.assertRegex(done.stderr, f"(?m)^{self.path(8)}:2:8: error: control byte 0x00; .")

    def test_what_nobody_may_read_nobody_is_told_of(self):
        self.path(0).write_text("version: 1\n")
        self.path(0).chmod(0)
        self.assertEqual(check().returncode, 0)
        done = check(as_user=NOBODY)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{self.path(0)}: error: cannot be read: Permission denied; make it readable, or run as root\n",
                      done.stderr)

    def test_a_directory_that_nobody_may_list(self):
        mode = DIRECTORY.stat().st_mode & 0o7777
        self.addCleanup(DIRECTORY.chmod, mode)
        DIRECTORY.chmod(0o700)
        self.assertEqual(check().returncode, 0)
        done = check(as_user=NOBODY)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{DIRECTORY}: error: cannot be read: Permission denied; ", done.stderr)

    def test_a_link_out_of_the_directories_is_read_and_not_edited(self):
        target = pathlib.Path("/run/policy-elsewhere.yaml")
        target.write_text("version: 1\nslice: machine-own.slice\n")
        self.addCleanup(target.unlink)
        self.path(0).symlink_to(target)
        self.assertIn("slice: machine-own.slice\n", seen.run("vmwarden", "policy", "show").stdout)
        done = seen.run("vmwarden", "policy", "set", f"--file={self.path(0).name}", "slice", "a.slice", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("which is not in the policy tree; ", done.stderr)
        self.assertIn("machine-own.slice", target.read_text())

    def test_a_file_where_the_directory_should_be(self):
        aside = DIRECTORY.with_suffix(".aside")
        DIRECTORY.rename(aside)
        self.addCleanup(aside.rename, DIRECTORY)
        DIRECTORY.write_text("version: 1\n")
        self.addCleanup(DIRECTORY.unlink)
        done = check()
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{DIRECTORY}: error: is not a directory; make it one, or remove it\n", done.stderr)
        done = seen.run("vmwarden", "policy", "set", "user", "nobody", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot be edited, because of its directory: Not a directory; make it a directory\n",
                      done.stderr)


if __name__ == "__main__":
    unittest.main()
