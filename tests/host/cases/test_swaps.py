# SPDX-License-Identifier: LGPL-2.1-or-later
"""The owner of a directory of images exchanges them for links while guests are given their disks: what the links lead
to keeps its owner, mode and label."""

import os
import pathlib
import shutil
import subprocess
import unittest

import seen
import test_crash_matrix
import tool

ROOM = seen.IMAGES / "swapped"
FOREIGN = pathlib.Path("/var/lib/foreign")
SECRET = FOREIGN / "secret.img"
HOSTILE = 6543
SWAPS = 10_000


def foreign_files():
    """With the time of the last change of owner, mode or label: they were not even given away and taken back."""
    return {path: (path.lstat().st_uid, path.lstat().st_gid, path.lstat().st_mode, path.lstat().st_ctime_ns,
                   test_crash_matrix.attributes(path)) for path in (FOREIGN, *FOREIGN.iterdir())}


class Swaps(unittest.TestCase):
    nightly = {"vm"}

    def setUp(self):
        FOREIGN.mkdir()
        self.addCleanup(shutil.rmtree, FOREIGN)
        FOREIGN.chmod(0o755)
        for path in (SECRET, FOREIGN / "other"):
            path.write_bytes(bytes(1 << 20))
            path.chmod(0o600)
        ROOM.mkdir()
        self.addCleanup(shutil.rmtree, ROOM)
        ROOM.chmod(0o755)
        os.chown(ROOM, HOSTILE, HOSTILE)
        self.before = foreign_files()
        self.swapper = subprocess.Popen([tool.PAYLOAD / "swapper", ROOM, SECRET], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, user=HOSTILE, group=HOSTILE,
                                        extra_groups=[])
        self.addCleanup(self.end_swapper)
        self.assertEqual(self.swapper.stdout.readline(), "ready\n")

    def end_swapper(self):
        self.swapper.kill()
        self.swapper.wait()
        self.swapper.stdout.close()
        self.swapper.stdin.close()

    def swaps(self):
        """The number of them, which ends them."""
        self.swapper.stdin.close()
        count = int(self.swapper.stdout.readline())
        self.assertEqual(self.swapper.wait(), 0)
        return count

    def grants(self, path, rounds):
        """How many times the executor has given the file away and taken it back, and how many it has refused to."""
        done = seen.run(str(tool.TOOL), "grants", str(path), str(rounds))
        given, refused = map(int, done.stdout.split())
        self.assertEqual(given + refused, rounds)
        return given, refused

    def test_grants(self):
        for path in (ROOM / "disk.img", ROOM / "sub/secret.img", ROOM / "hard.img"):
            given, refused = self.grants(path, 2000)
            self.assertGreater(given, 20, f"{path}: the image itself was never met")
            if path.name != "hard.img":
                self.assertGreater(refused, 20, f"{path}: a link was never met")
            self.assertEqual(self.before, foreign_files())
        self.assertGreaterEqual(self.swaps(), SWAPS)
        self.assertEqual(self.before, foreign_files())

    def test_starts(self):
        outcomes = []
        for number, path in enumerate([ROOM / "disk.img", ROOM / "sub/secret.img", ROOM / "hard.img"] * 8):
            name = f"swap-{number}"
            xml = seen.guest_xml(name, [(path, "vda", "<driver name='qemu' type='raw'/>")], kernel=False)
            done = seen.vmwarden("create", "-", stdin=xml, check=False)
            outcomes.append(done.returncode)
            if done.returncode == 0:
                seen.vmwarden("destroy", name)
            else:
                self.assertEqual(done.returncode, 1, done.stderr)
            self.assertEqual(self.before, foreign_files())
        self.assertGreater(outcomes.count(1), 3, outcomes)
        self.assertGreaterEqual(self.swaps(), SWAPS)
        self.assertEqual(self.before, foreign_files())


if __name__ == "__main__":
    unittest.main()
