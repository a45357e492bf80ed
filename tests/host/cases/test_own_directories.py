# SPDX-License-Identifier: LGPL-2.1-or-later
"""The agent's directories follow the policy's user and group, and nothing else in them does."""

import os
import pathlib
import shutil
import stat
import unittest

import seen
import test_live_limits

SITE = test_live_limits.SITE
LIBRARY = pathlib.Path("/var/lib/vmwarden")
NVRAM = LIBRARY / "nvram"
RECORD = LIBRARY / "policy/owners"
OTHER = (3456, 3457)
STRANGER = (7777, 7778)


def owner(path):
    found = os.lstat(path)
    return (found.st_uid, found.st_gid)


def make(path, account, mode=0o600):
    path.write_bytes(b"x")
    os.chown(path, *account)
    os.chmod(path, mode)
    return path


def restart_agent():
    seen.run("systemctl", "reset-failed", "vmwardend.service", check=False)
    seen.run("systemctl", "restart", "vmwardend.service")


class Case(unittest.TestCase):
    def setUp(self):
        seen.vmwarden("policy", "reload")
        self.account = owner(NVRAM)
        self.assertNotIn(self.account, [(0, 0), OTHER])
        self.addCleanup(self.clean_up)

    def clean_up(self):
        SITE.unlink(missing_ok=True)
        seen.vmwarden("policy", "reload")
        self.assertEqual(owner(NVRAM), self.account)
        for path in NVRAM.iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()

    def use(self, user, group):
        SITE.write_text(f'version: 1\nuser: "{user}"\ngroup: "{group}"\n', encoding="ascii")
        seen.run("systemctl", "reload", "vmwardend.service")

    def use_other(self):
        self.use("+3456", "+3457")

    def start(self, name, **arguments):
        seen.vmwarden("create", "-", stdin=seen.guest_xml(name, **arguments))
        self.addCleanup(seen.vmwarden, "destroy", name, check=False)

    def temporary(self, path):
        self.addCleanup(path.unlink, missing_ok=True)
        return path


class OwnDirectories(Case):
    def test_follow_with_their_files_and_come_back(self):
        (NVRAM / "deep").mkdir()
        os.chown(NVRAM / "deep", *self.account)
        files = [make(NVRAM / "guest.fd", self.account), make(NVRAM / "deep/er.fd", self.account),
                 make(self.temporary(seen.IMAGES / "own.img"), self.account)]
        self.use_other()
        for path in [NVRAM, NVRAM / "deep", *files]:
            self.assertEqual(owner(path), OTHER, path)
        self.assertEqual(NVRAM.stat().st_mode & 0o7777, 0o711)
        SITE.unlink()
        seen.run("systemctl", "reload", "vmwardend.service")
        for path in [NVRAM, NVRAM / "deep", *files]:
            self.assertEqual(owner(path), self.account, path)

    def test_by_themselves(self):
        with test_live_limits.journal_line("gave 1 files and directories of its own to 3456:3457"):
            self.start("keeper")  # an agent that reads the files anew would do it as well
            SITE.write_text('version: 1\nuser: "+3456"\ngroup: "+3457"\n', encoding="ascii")
        self.assertEqual(owner(NVRAM), OTHER)

    def test_files_of_others_stay(self):
        foreign = make(NVRAM / "foreign.fd", STRANGER)
        roots = make(self.temporary(seen.IMAGES / "roots.img"), (0, 0))
        group = make(NVRAM / "group.fd", (self.account[0], STRANGER[1]))
        self.use_other()
        self.assertEqual(owner(foreign), STRANGER)
        self.assertEqual(owner(roots), (0, 0))
        self.assertEqual(owner(seen.IMAGES), (0, 0))
        self.assertEqual(owner(LIBRARY / "save"), (0, 0))
        self.assertEqual(owner(group), (OTHER[0], STRANGER[1]))

    def test_links_lead_nowhere(self):
        outside = make(self.temporary(LIBRARY / "outside"), self.account)
        linked = make(self.temporary(LIBRARY / "linked"), self.account)
        (NVRAM / "link").symlink_to(outside)
        os.lchown(NVRAM / "link", *self.account)
        (NVRAM / "directory").symlink_to("/var/lib/vmwarden")
        os.link(linked, NVRAM / "hard")
        os.mkfifo(NVRAM / "fifo")
        os.chown(NVRAM / "fifo", *self.account)
        with test_live_limits.journal_line(f"{NVRAM}/hard has another name elsewhere"):
            self.use_other()
        self.assertEqual(owner(NVRAM), OTHER)
        for path in [outside, linked, NVRAM / "link", NVRAM / "hard", NVRAM / "fifo"]:
            self.assertEqual(owner(path), self.account, path)

    def test_a_directory_behind_a_link_is_left_alone(self):
        aside = LIBRARY / "aside"
        NVRAM.rename(aside)
        NVRAM.symlink_to(aside)
        try:
            self.use_other()
            self.assertEqual(owner(aside), self.account)
        finally:
            NVRAM.unlink()
            aside.rename(NVRAM)

    def test_set_id_bits_do_not_go_along(self):
        program = make(NVRAM / "program", self.account, 0o6755)
        self.use_other()
        self.assertEqual(owner(program), OTHER)
        self.assertEqual(program.stat().st_mode & (stat.S_ISUID | stat.S_ISGID), 0)

    def test_a_file_in_use_follows_when_its_guest_has_ended(self):
        # The guest's account may use it as it is, so that nothing of it is changed or given back.
        held = make(self.temporary(seen.IMAGES / "held.img"), self.account)
        os.truncate(held, 1024 * 1024)
        free = make(NVRAM / "free.fd", self.account)
        self.start("holder", disks=[(held, "vda", "<driver name='qemu' type='raw'/>")])
        self.use_other()
        self.assertEqual((owner(free), owner(held)), (OTHER, self.account))
        with test_live_limits.journal_line("gave 1 files and directories of its own to 3456:3457"):
            seen.vmwarden("destroy", "holder")
        self.assertEqual(owner(held), OTHER)
        self.assertEqual(RECORD.read_text(), "vmwarden-owners 1\naccount 3456 3457\nend\n")

    def test_a_file_that_is_given_back_follows_then(self):
        # Root's file for a guest of another account: the journal has it, and it is root's again at the end.
        held = make(self.temporary(seen.IMAGES / "held.img"), (0, 0))
        os.truncate(held, 1024 * 1024)
        self.start("holder", disks=[(held, "vda", "<driver name='qemu' type='raw'/>")])
        self.assertEqual(owner(held)[0], self.account[0])
        self.use_other()
        self.assertEqual(owner(held)[0], self.account[0])
        seen.vmwarden("destroy", "holder")
        seen.wait_for_removal("holder")
        seen.vmwarden("policy", "reload")
        self.assertEqual(owner(held), (0, 0))

    def test_another_agent_has_nothing_to_do(self):
        program = make(NVRAM / "guest.fd", self.account)
        self.use_other()
        before = program.stat().st_ctime_ns, RECORD.stat().st_mtime_ns
        late = make(NVRAM / "late.fd", self.account)
        restart_agent()
        seen.vmwarden("policy", "reload")
        self.assertEqual((program.stat().st_ctime_ns, RECORD.stat().st_mtime_ns), before)
        self.assertEqual(owner(late), self.account)
        late.unlink()

    def test_what_was_cut_short_is_finished_by_the_next_agent(self):
        first, second = make(NVRAM / "first.fd", self.account), make(NVRAM / "second.fd", self.account)
        self.use_other()
        self.assertEqual(RECORD.stat().st_mode & 0o7777, 0o600)
        os.chown(second, *self.account)
        RECORD.write_text(f"vmwarden-owners 1\naccount {self.account[0]} {self.account[1]}\n"
                          "account 3456 3457\nend\n", encoding="ascii")
        restart_agent()
        seen.vmwarden("policy", "reload")
        self.assertEqual((owner(first), owner(second)), (OTHER, OTHER))

    def test_an_account_that_does_not_exist_changes_nothing(self):
        with test_live_limits.journal_line("no user 'nobody-knows': our directories keep their owner"):
            self.use("nobody-knows", "+3457")
        self.assertEqual(owner(NVRAM), self.account)

    def test_as_root_and_back(self):
        mine = make(NVRAM / "guest.fd", self.account)
        roots = make(self.temporary(seen.IMAGES / "roots.img"), (0, 0))
        self.use("root", "root")
        self.assertEqual((owner(NVRAM), owner(mine)), ((0, 0), (0, 0)))
        self.use_other()
        self.assertEqual((owner(NVRAM), owner(mine), owner(roots)), (OTHER, OTHER, (0, 0)))

    def test_tmpfiles_leaves_the_owner_that_the_policy_chose(self):
        self.use_other()
        seen.run("systemd-tmpfiles", "--create", "vmwarden.conf")
        self.assertEqual(owner(NVRAM), OTHER)

    def test_tmpfiles_makes_them_for_the_account_of_the_build(self):
        NVRAM.rmdir()
        seen.run("systemd-tmpfiles", "--create", "vmwarden.conf")
        self.assertEqual((owner(NVRAM), NVRAM.stat().st_mode & 0o7777), (self.account, 0o711))


if __name__ == "__main__":
    unittest.main()
