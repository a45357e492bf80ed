# SPDX-License-Identifier: LGPL-2.1-or-later
"""Rules: every guest under its own user, by the kernel's view; and what is logged of a guest that is refused."""

import pathlib
import unittest

import seen

SITE = pathlib.Path("/etc/vmwarden/policy.d/60-rules.yaml")
TWO_USERS = """version: 1
rules:
  - match: {name: "web-*"}
    set: {user: "+4101", group: "+4102", limits: {open_files: 3000}}
  - match: {name: web-2}
    set: {user: "+4201"}
"""


class Rules(unittest.TestCase):
    def setUp(self):
        self.addCleanup(seen.vmwarden, "policy", "reload")
        self.addCleanup(SITE.unlink, missing_ok=True)

    def write(self, text):
        SITE.write_text(text, encoding="utf-8")
        seen.vmwarden("policy", "reload")

    def create(self, name, disks=(), check=True):
        done = seen.vmwarden("create", "-", stdin=seen.guest_xml(name, disks), check=check)
        if done.returncode == 0:
            self.addCleanup(seen.vmwarden, "destroy", name)
        return done

    def test_two_guests_under_two_users_and_a_third_under_the_host_s(self):
        self.write(TWO_USERS)
        owners = {}
        for name in ("web-1", "web-2", "db"):
            disk = seen.make_disk(f"{name}.raw")
            self.addCleanup(disk.unlink)
            self.create(name, [(disk, "vda")])
            status = seen.status(seen.main_pid(name))
            self.assertEqual(len(set(status["Uid"])), 1, status["Uid"])
            self.assertEqual(len(set(status["Gid"])), 1, status["Gid"])
            owners[name] = (int(status["Uid"][0]), int(status["Gid"][0]))
            held = disk.stat()
            self.assertEqual((held.st_uid, held.st_gid), owners[name])
            self.assertEqual(seen.vmwarden("verify", name).returncode, 0)
        self.assertEqual(owners["web-1"], (4101, 4102))
        self.assertEqual(owners["web-2"], (4201, 4102))
        self.assertNotIn(owners["db"][0], (0, 4101, 4201))
        limits = pathlib.Path(f"/proc/{seen.main_pid('web-2')}/limits").read_text(encoding="utf-8")
        self.assertRegex(limits, r"Max open files +3000 +3000 ")

    def test_a_refusal_is_logged_with_the_lines_that_said_no(self):
        self.write('version: 1\nlimits: {vcpus: 1}\ndisks: {deny: [/var/lib/vmwarden/images]}\n'
                   'rules: [{match: {name: web-9}, set: {limits: {memory: 1M}}}]\n')
        disk = seen.make_disk("web-9.raw")
        self.addCleanup(disk.unlink)
        cursor = seen.journal_cursor()
        refused = self.create("web-9", [(disk, "vda")], check=False)
        self.assertEqual(refused.returncode, 3, refused.stderr)
        entries = [entry for entry in seen.journal_since(cursor)
                   if entry.get("GUEST") == "web-9" and "POLICY_LINE" in entry]
        self.assertEqual({entry["POLICY_FILE"] for entry in entries}, {str(SITE)})
        self.assertEqual(sorted(entry["POLICY_LINE"] for entry in entries), ["3", "4"])
        for entry in entries:
            self.assertIn(f"{SITE}:{entry['POLICY_LINE']}:", refused.stderr)


if __name__ == "__main__":
    unittest.main()
