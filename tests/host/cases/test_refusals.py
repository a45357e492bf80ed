# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bad input, by hand: every error at once, with its place; nothing started, nothing changed."""

import os
import pathlib
import pwd
import shutil
import stat
import unittest

import seen


class Refusals(unittest.TestCase):
    def refused(self, *arguments, stdin=None, code=1):
        units = seen.run("systemctl", "list-units", "--all", "--plain", "--no-legend", "vmwarden-*.scope").stdout
        done = seen.vmwarden(*arguments, stdin=stdin, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        after = seen.run("systemctl", "list-units", "--all", "--plain", "--no-legend", "vmwarden-*.scope").stdout
        self.assertEqual(units, after)
        self.assertEqual(done.stdout, "")
        return done.stderr

    def test_unknown_guest_is_exit_4(self):
        for verb in ("start", "destroy", "info", "dumpxml", "verify", "plan"):
            with self.subTest(verb):
                self.assertIn("no-such-guest", self.refused(verb, "no-such-guest", code=4))

    def test_wrong_usage_is_exit_2(self):
        self.assertIn("did you mean 'create'", self.refused("craete", "x", code=2))
        self.refused("start", code=2)
        self.refused("list", "--al", code=2)

    def test_all_errors_of_a_definition_with_their_places(self):
        xml = "<domain type='qemu'>\n  <name>bad</name>\n  <memry>1</memry>\n  <vcpu>0</vcpu>\n" \
              "  <os><type>hvm</type></os>\n  <devices><disk type='fiel'/></devices>\n</domain>\n"
        text = self.refused("create", "-", stdin=xml)
        self.assertIn("<stdin>:3:", text)
        self.assertIn("did you mean 'memory'", text)
        self.assertIn("<stdin>:4:", text)
        self.assertIn("<stdin>:6:", text)
        self.assertIn("^", text)

    def test_missing_disk_and_missing_emulator_are_named(self):
        xml = seen.guest_xml("missing", [("/var/lib/vmwarden/images/not-there.img", "vda")],
                             emulator="/usr/bin/qemu-system-none")
        text = self.refused("create", "-", stdin=xml)
        self.assertIn("/var/lib/vmwarden/images/not-there.img", text)
        self.assertIn("/usr/bin/qemu-system-none", text)

    def test_emulator_outside_the_policy_is_exit_3(self):
        text = self.refused("create", "-", stdin=seen.guest_xml("shell", emulator="/bin/sh"), code=3)
        self.assertIn("10-vendor.yaml:", text)

    def test_blocking_directory_is_named_with_the_command_that_mends_it(self):
        home = pathlib.Path("/home/closed")
        home.mkdir(mode=0o700)
        self.addCleanup(home.rmdir)
        disk = home / "disk.img"
        disk.write_bytes(b"\0" * 65536)
        self.addCleanup(disk.unlink)
        before = seen.whole_state(disk)
        text = self.refused("create", "-", stdin=seen.guest_xml("closed", [(disk, "vda")]))
        self.assertIn("chmod o+x /home/closed", text)
        self.assertEqual(seen.whole_state(disk), before)

    def test_image_in_use_by_another_guest_is_named(self):
        disk = seen.make_disk("contested.img")
        self.addCleanup(disk.unlink)
        seen.vmwarden("create", "-", stdin=seen.guest_xml("holder", [(disk, "vda")]))
        self.addCleanup(seen.vmwarden, "destroy", "holder")
        held = seen.whole_state(disk)
        text = self.refused("create", "-", stdin=seen.guest_xml("taker", [(disk, "vda")]))
        self.assertIn("holder", text)
        self.assertEqual(seen.whole_state(disk), held)

    def test_hostile_documents(self):
        bomb = "<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
            f"<!ENTITY b{i} '&b{i - 1};&b{i - 1};'>" for i in range(1, 40)) + "]><domain>&b39;</domain>"
        for name, text in (("bomb", bomb), ("deep", "<a>" * 10000), ("large", "<domain>" + "x" * 10_000_000)):
            with self.subTest(name):
                self.assertIn("<stdin>", self.refused("create", "-", stdin=text))
        broken = pathlib.Path("/tmp/broken.xml")
        broken.write_bytes(b"<domain type='qemu'><name>\xff</name></domain>")
        self.addCleanup(broken.unlink)
        self.assertIn("UTF-8", self.refused("create", str(broken)))

    def test_policy_check_lists_every_mistake(self):
        bad = pathlib.Path("/tmp/ansible-tmp.x")
        bad.write_text("version: 1\nusr: qemu\nseccomp_sandbox: yes\n", encoding="ascii")
        self.addCleanup(bad.unlink)
        text = self.refused("policy", "check", str(bad))
        self.assertIn("ansible-tmp.x:2:1", text)
        self.assertIn("did you mean 'user'", text)
        self.assertIn("ansible-tmp.x:3:18", text)

    def test_another_user_is_refused_by_polkit(self):
        nobody = pwd.getpwnam("nobody")
        done = seen.run("setpriv", f"--reuid={nobody.pw_uid}", "--clear-groups", "vmwarden", "-c", "qemu:///system",
                        "--no-ask-password", "create", "-", stdin=seen.guest_xml("stranger"), check=False)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertFalse((seen.STATE / "stranger").exists())


class PolicyTree(unittest.TestCase):
    def test_a_relative_link_to_the_null_device_masks(self):
        root = pathlib.Path("/tmp/policy-root")
        for directory in ("dev", "usr/lib/vmwarden/policy.d", "etc/vmwarden/policy.d"):
            (root / directory).mkdir(parents=True)
        self.addCleanup(shutil.rmtree, root)
        (root / "usr/lib/vmwarden/policy.d/a.yaml").write_text("not a policy\n", encoding="ascii")
        self.assertEqual(seen.vmwarden("policy", "check", f"--root={root}", check=False).returncode, 1)
        os.mknod(root / "dev/null", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        (root / "etc/vmwarden/policy.d/a.yaml").symlink_to("../../../dev/null")
        self.assertEqual(seen.vmwarden("policy", "check", f"--root={root}").returncode, 0)


class PolicyDecides(unittest.TestCase):
    """The user in the policy is the user in the kernel."""

    def test_user_and_group_of_a_drop_in(self):
        site = pathlib.Path("/etc/vmwarden/policy.d/60-site.yaml")
        site.write_text("version: 1\nuser: \"+3456\"\ngroup: \"+3457\"\nseccomp_sandbox: false\n", encoding="ascii")
        self.addCleanup(site.unlink)
        seen.vmwarden("create", "-", stdin=seen.guest_xml("other-user"))
        self.addCleanup(seen.vmwarden, "destroy", "other-user")
        pid = seen.main_pid("other-user")
        status = seen.status(pid)
        self.assertEqual(status["Uid"], ["3456"] * 4)
        self.assertEqual(status["Gid"], ["3457"] * 4)
        # Not /proc's Seccomp: a container's processes inherit a filter of its own.
        self.assertIn(b"-sandbox\0off\0", pathlib.Path(f"/proc/{pid}/cmdline").read_bytes())
        plan = seen.vmwarden("plan", "other-user").stdout
        self.assertIn("60-site.yaml:2", plan)

    def test_root_guest_has_no_capability(self):
        site = pathlib.Path("/etc/vmwarden/policy.d/60-site.yaml")
        site.write_text("version: 1\nuser: root\ngroup: root\n", encoding="ascii")
        self.addCleanup(site.unlink)
        seen.vmwarden("create", "-", stdin=seen.guest_xml("as-root"))
        self.addCleanup(seen.vmwarden, "destroy", "as-root")
        status = seen.status(seen.main_pid("as-root"))
        self.assertEqual(status["Uid"], ["0"] * 4)
        for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            self.assertEqual(int(status[name][0], 16), 0, name)


if __name__ == "__main__":
    unittest.main()
