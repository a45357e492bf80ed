# SPDX-License-Identifier: LGPL-2.1-or-later
"""`user: per-guest`: guests of different ids, as the kernel has them, who cannot get at each other's disks."""

import grp
import json
import os
import pathlib
import pwd
import unittest

import seen

POLICY = pathlib.Path("/etc/vmwarden/policy.d/60-per-guest.yaml")
IDS = pathlib.Path("/var/lib/vmwarden/ids/guests")
NVRAM = pathlib.Path("/var/lib/vmwarden/nvram")
TPM = pathlib.Path("/var/lib/vmwarden/tpm")
RAW = "<driver name='qemu' type='raw'/>"
FIRST, LAST = 2100000000, 2100065535


def ids(pid):
    """User, group and the other groups that the kernel has for a process; all four of each alike."""
    status = seen.status(pid)
    users, groups = set(map(int, status["Uid"])), set(map(int, status["Gid"]))
    assert len(users) == 1 and len(groups) == 1, status
    return users.pop(), groups.pop(), sorted(map(int, status["Groups"]))


def opens_as(account, path, flags):
    """Whether a process of these ids, and without a capability, may open the file."""
    uid, gid, groups = account
    code = f"import os, sys\ntry:\n os.open(sys.argv[1], {flags})\nexcept PermissionError:\n sys.exit(9)\n"
    done = seen.run("setpriv", f"--reuid={uid}", f"--regid={gid}", f"--groups={','.join(map(str, groups))}",
                    "--inh-caps=-all", "--bounding-set=-all", "python3", "-c", code, str(path), check=False)
    if done.returncode not in (0, 9):
        raise AssertionError(done.stderr)
    return done.returncode == 0


def listed():
    lines = IDS.read_text(encoding="ascii").splitlines()[1:-1]
    return {name: int(number) for number, name in (line.split(" ") for line in lines)}


class Case(unittest.TestCase):
    def policy(self, text):
        POLICY.write_text(f"version: 1\n{text}", encoding="ascii")
        seen.vmwarden("policy", "reload")

    def setUp(self):
        self.addCleanup(self.clean_up)

    def clean_up(self):
        POLICY.unlink(missing_ok=True)
        IDS.unlink(missing_ok=True)
        seen.vmwarden("policy", "reload")

    def disk(self, name, **options):
        path = seen.make_disk(name, **options)
        self.addCleanup(path.unlink, missing_ok=True)
        return path

    def start(self, name, disks=(), check=True, **options):
        self.addCleanup(seen.vmwarden, "destroy", name, check=False)
        disks = [(path, f"vd{letter}", RAW) for path, letter in zip(disks, "abc")]
        return seen.vmwarden("create", "-", stdin=seen.guest_xml(name, disks, **options), check=check)

    def identity(self, name):
        return ids(seen.main_pid(name))

    def assert_verified(self, name):
        rows = json.loads(seen.vmwarden("--json", "verify", name).stdout)["rows"]
        self.assertEqual([], [row for row in rows if not row["holds"]])
        return {row["protection"]: row["found"] for row in rows}


class PerGuest(Case):
    def test_two_guests_are_kept_apart(self):
        self.policy("user: per-guest\n")
        disks = {name: self.disk(f"{name}.img") for name in ("one", "two")}
        before = {name: seen.whole_state(disk) for name, disk in disks.items()}
        for name, disk in disks.items():
            self.start(name, [disk])
        who = {name: self.identity(name) for name in disks}
        self.assertNotEqual(who["one"][0], who["two"][0])
        for name, (uid, gid, groups) in who.items():
            self.assertTrue(FIRST <= uid <= LAST, who)
            self.assertEqual(uid, gid)
            self.assertEqual(groups, [grp.getgrnam("kvm").gr_gid])
            self.assertEqual(listed()[name], uid)
            rows = self.assert_verified(name)
            self.assertEqual((rows["uid"], rows["gid"]), (str(uid), str(gid)))
        for name, other in (("one", "two"), ("two", "one")):
            for flags in (os.O_RDONLY, os.O_WRONLY):
                self.assertTrue(opens_as(who[name], disks[name], flags))
                self.assertFalse(opens_as(who[name], disks[other], flags))
        for name, disk in disks.items():
            seen.vmwarden("destroy", name)
            self.assertEqual(before[name], seen.whole_state(disk))

    def test_an_id_stays_a_guest_s(self):
        self.policy("user: per-guest\n")
        for name in ("first", "second"):
            self.start(name)
        second = self.identity("second")
        for name in ("first", "second"):
            seen.vmwarden("destroy", name)
        seen.run("systemctl", "restart", "vmwardend.service")
        self.start("third")
        self.start("second")
        self.assertEqual(second, self.identity("second"))
        self.assertEqual(3, len({listed()[name] for name in ("first", "second", "third")}))

    def test_an_id_that_something_carries_is_not_given_again(self):
        self.policy(f"user: per-guest\nper_guest_ids: {FIRST}-{FIRST + 1}\n")
        self.start("first")
        seen.vmwarden("destroy", "first")
        carried = NVRAM / "left.fd"
        carried.write_bytes(b"x")
        self.addCleanup(carried.unlink, missing_ok=True)
        os.chown(carried, 0, FIRST)
        self.start("second")
        self.assertEqual(FIRST + 1, self.identity("second")[0])
        done = self.start("third", check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(f"all ids of {FIRST}-{FIRST + 1} are taken", done.stderr)
        self.assertIn("widen `per_guest_ids`", done.stderr)
        self.assertIn(str(POLICY), done.stderr)
        carried.unlink()
        self.start("third")
        self.assertEqual(FIRST, self.identity("third")[0], "the first one has no definition and nothing carries its id")
        seen.vmwarden("destroy", "second")

    def test_a_defined_guest_keeps_its_id_though_it_is_not_running(self):
        self.policy(f"user: per-guest\nper_guest_ids: {FIRST}-{FIRST}\n")
        seen.vmwarden("define", "-", stdin=seen.guest_xml("defined"))
        self.addCleanup(seen.vmwarden, "undefine", "defined", check=False)
        seen.vmwarden("start", "defined")
        seen.vmwarden("destroy", "defined")
        self.assertNotEqual(self.start("other", check=False).returncode, 0)
        seen.vmwarden("undefine", "defined")
        self.start("other")
        self.assertEqual(FIRST, self.identity("other")[0])

    def test_of_a_rule(self):
        self.policy("rules:\n  - match: {name: \"own-*\"}\n    set: {user: per-guest}\n")
        self.start("own-one")
        self.start("shared-one")
        self.assertTrue(FIRST <= self.identity("own-one")[0] <= LAST)
        self.assertEqual(pwd.getpwnam("qemu").pw_uid, self.identity("shared-one")[0])

    def test_supplementary_groups(self):
        gid = 4567
        seen.run("groupadd", "-g", str(gid), "images")
        self.addCleanup(seen.run, "groupdel", "images")
        self.policy("user: per-guest\nsupplementary_groups: [images, not-here]\n")
        base = self.disk("base.img", owner=(0, gid), mode=0o640)
        before = seen.whole_state(base)
        for name in ("one", "two"):
            self.start(name, extra=f"<disk type='file' device='disk'>{RAW}<source file='{base}'/>"
                                   "<target dev='vda'/><readonly/></disk>")
            self.assertEqual([gid], self.identity(name)[2])
            self.assertEqual(before[:3], seen.whole_state(base)[:3], "the group suffices")  # a label goes on even so
        plan = seen.vmwarden("plan", "one").stdout
        self.assertIn("not-here not on this host", plan)
        self.policy("supplementary_groups: [images]\n")
        self.start("named")
        self.assertIn(gid, self.identity("named")[2])
        self.assertIn(pwd.getpwnam("qemu").pw_gid, self.identity("named")[2])

    def test_a_base_that_one_guest_was_given_is_closed_to_others(self):
        self.policy("user: per-guest\n")
        base = self.disk("base.img", owner=(1234, 1234), mode=0o600)
        extra = (f"<disk type='file' device='disk'>{RAW}<source file='{base}'/>"
                 "<target dev='vda'/><readonly/></disk>")
        self.start("one", extra=extra)
        given = seen.whole_state(base)
        done = self.start("two", extra=extra, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("in use by guest one", done.stderr)
        self.assertEqual(given, seen.whole_state(base))
        seen.vmwarden("destroy", "one")
        self.assertEqual((1234, 1234), seen.whole_state(base)[:2])
        self.start("two", extra=extra)

    def test_files_that_a_guest_keeps(self):
        self.policy("user: per-guest\n")
        template = self.disk("template.fd", mode=0o644)
        code = self.disk("code.fd", mode=0o644)
        firmware = (f"<loader readonly='yes' type='pflash'>{code}</loader>"
                    f"<nvram template='{template}'>{NVRAM}/keeper.fd</nvram>")
        xml = seen.guest_xml("keeper", kernel=False,
                             extra="<tpm><backend type='emulator' version='2.0'/></tpm>").replace("</os>", firmware + "</os>")
        for path in (NVRAM / "keeper.fd",):
            self.addCleanup(path.unlink, missing_ok=True)
        seen.vmwarden("define", "-", stdin=xml)
        self.addCleanup(seen.vmwarden, "undefine", "keeper", check=False)
        self.addCleanup(seen.vmwarden, "destroy", "keeper", check=False)
        for _ in range(2):
            seen.vmwarden("start", "keeper")
            uid, gid, _ = self.identity("keeper")
            self.assert_verified("keeper")
            for path in (NVRAM / "keeper.fd", TPM / "keeper"):
                status = path.stat()
                self.assertEqual((uid, gid), (status.st_uid, status.st_gid), path)
                self.assertEqual(0, status.st_mode & 0o077, path)
            self.assertEqual(oct(0o711), oct(NVRAM.stat().st_mode & 0o7777))
            seen.vmwarden("destroy", "keeper")

    def test_of_a_policy_that_is_shown_and_checked(self):
        self.policy("user: per-guest\n")
        self.assertIn("user: per-guest", seen.vmwarden("policy", "show").stdout)
        self.assertIn("per-guest", seen.vmwarden("policy", "explain", "user").stdout)
        plan = seen.vmwarden("plan", "-", stdin=seen.guest_xml("planned")).stdout
        self.assertIn("the guest's own", plan)
        self.assertFalse(IDS.exists(), "a plan takes nothing")
        self.assertEqual(0, seen.vmwarden("capabilities").returncode)


class Roots(Case):
    """A guest that runs as root has no capabilities."""

    def test_has_none(self):
        self.policy("user: root\ngroup: root\n")
        disk = self.disk("roots.img")
        self.start("roots", [disk])
        pid = seen.main_pid("roots")
        self.assertEqual(ids(pid)[:2], (0, 0))
        status = seen.status(pid)
        for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            self.assertEqual(0, int(status[kind][0], 16), kind)
        self.assert_verified("roots")

    def test_is_refused_a_foreign_file_by_its_name(self):
        self.policy("user: root\ngroup: root\ndynamic_ownership: false\n")
        disk = self.disk("foreign.img", owner=(1234, 4321))
        before = seen.whole_state(disk)
        done = self.start("roots", [disk], check=False)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn(f"'{disk}', which belongs to 1234:4321", done.stderr)
        self.assertIn("have no capabilities", done.stderr)
        self.assertEqual(before, seen.whole_state(disk))


if __name__ == "__main__":
    unittest.main()
