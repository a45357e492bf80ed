# SPDX-License-Identifier: LGPL-2.1-or-later
"""SELinux: what all cases before this one have left in the audit log. Its name puts it last. A denial of anything of ours
is a failure, but for those that are listed here with their reason."""

import collections
import pathlib
import re
import shutil
import unittest

import escape
import seen

# A permissive host logs a denial once, and what it would break goes on.
HOSTS = {"vm"} if escape.enforcing() else set()

OURS = re.compile(r"^(vmwarden\w*|svirt\w*|virt_image_t|virt_content_t)$")
DENIAL = re.compile(r"avc:\s+denied\s+\{ (?P<permissions>[^}]*) \}.*?"
                    r"scontext=[^:\s]+:[^:\s]+:(?P<source>[^:\s]+)\S*\s+"
                    r"tcontext=[^:\s]+:[^:\s]+:(?P<target>[^:\s]+)\S*\s+tclass=(?P<object>\w+)")
COMMAND = re.compile(r'\bcomm=(?:"([^"]*)"|(\S+))')

INTRUDER = "qemu-system-cmp"
GUESTS = r"(svirt|vmwarden_tcg|vmwarden_basic)_t"

# (source, target, class, permission, command), each a pattern of the whole word, and why it is meant.
MEANT = {
    (r"vmwardend_t|vmwarden_shim_t", r".*", r"process", r"noatsecure", r".*"):
        "asked at every transition: no means that the loader distrusts the environment, as it shall",
    (GUESTS, GUESTS, r"anon_inode", r"create", r"qemu-system.*"):
        "QEMU tries whether it could have io_uring, and goes without",
    (r".*", r".*", r".*", r".*", f"{INTRUDER}|runcon"):
        "here, below",
    (r".*", r".*", r".*", r".*", r"vmwarden-victim|qemu-system-esc"):
        "the program that tries to escape; test_escape looks at each attempt",
}


def command_of(line):
    found = COMMAND.search(line)
    if found is None:
        return ""
    quoted, plain = found.groups()
    if quoted is not None:
        return quoted
    return bytes.fromhex(plain).decode(errors="replace") if re.fullmatch("([0-9A-F]{2})+", plain) else plain


def denials(log):
    """Of anything of ours, a line of the log for each permission: (source, target, class, permission, command)."""
    for line in log.splitlines():
        found = DENIAL.search(line)
        if " permissive=1" in line:
            continue  # seen.without_enforcing()
        if found is None or not (OURS.match(found["source"]) or OURS.match(found["target"])):
            continue
        for permission in found["permissions"].split():
            yield found["source"], found["target"], found["object"], permission, command_of(line)


def is_meant(denial):
    return any(all(re.fullmatch(pattern, word) for pattern, word in zip(known, denial)) for known in MEANT)


def audit_log():
    return seen.run("ausearch", "--input-logs", "--message", "AVC,USER_AVC,SELINUX_ERR", "--raw", check=False).stdout


class Denials(unittest.TestCase):
    hosts = HOSTS

    def test_none_of_ours(self):
        counted = collections.Counter(denial for denial in denials(audit_log()) if not is_meant(denial))
        told = [f"{count} x {source} -> {target}:{kind} {permission} by {command}"
                for (source, target, kind, permission, command), count in sorted(counted.items())]
        self.assertEqual([], told, "\n".join(told))


class Separation(unittest.TestCase):
    """A program where QEMU would be, in a guest's domain, and what it is denied; which the log must show."""

    hosts = HOSTS
    PROGRAM = pathlib.Path("/usr/bin") / INTRUDER

    def setUp(self):
        shutil.copy("/usr/bin/cmp", self.PROGRAM)
        self.addCleanup(self.PROGRAM.unlink)
        seen.run("restorecon", str(self.PROGRAM))

    def image(self, name, level, kind="svirt_image_t"):
        path = seen.make_disk(name, mode=0o644)
        self.addCleanup(path.unlink)
        seen.run("chcon", "-t", kind, "-l", level, str(path))
        return path

    def can_read(self, domain, path):
        """Its status says whether it could open the file; its output is this case's, and not a guest's to write to."""
        context = f"system_u:system_r:{domain}:s0:c1,c2"
        return seen.run("runcon", context, str(self.PROGRAM), "-s", str(path), str(path), check=False).returncode == 0

    def test_a_guest_reads_its_own_image_and_no_other_guest_s(self):
        own, other = self.image("own.img", "s0:c1,c2"), self.image("other.img", "s0:c3,c4")
        for domain in ("svirt_t", "vmwarden_tcg_t"):
            with self.subTest(domain):
                self.assertTrue(self.can_read(domain, own))
                self.assertFalse(self.can_read(domain, other))

    def test_images_at_rest_are_no_guest_s(self):
        own, at_rest = self.image("used.img", "s0"), self.image("rest.img", "s0", "virt_image_t")
        for domain in ("svirt_t", "vmwarden_tcg_t"):
            with self.subTest(domain):
                self.assertTrue(self.can_read(domain, own))
                self.assertFalse(self.can_read(domain, at_rest))

    def test_the_log_shows_what_was_denied(self):
        self.can_read("vmwarden_tcg_t", self.image("logged.img", "s0:c3,c4"))
        found = [denial for denial in denials(audit_log()) if denial[-1] == INTRUDER]
        self.assertIn(("vmwarden_tcg_t", "svirt_image_t", "file", "read", INTRUDER), found)
        self.assertTrue(all(map(is_meant, found)), found)


if __name__ == "__main__":
    unittest.main()
