# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ansible and Puppet as Debian has them, offline, with the examples that we install, as they are."""

import json
import pathlib
import re
import tempfile
import unittest

import seen

POLICY_D = pathlib.Path("/etc/vmwarden/policy.d")
SITE = POLICY_D / "60-site.yaml"
LOCAL = POLICY_D / "70-local.yaml"

OLD = "version: 1\nslice: machine-old.slice\n"
NEW = "version: 1\nslice: machine-new.slice\n"
BAD = "version: 1\nslcie: machine-new.slice\ndynamic_ownership: no\n"
BAD_SAYS = (":2:1: error: unknown key 'slcie'; did you mean 'slice'?", ":3:20: error: ")


def release():
    lines = pathlib.Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)["VERSION_CODENAME"]


def put(path, text):
    """A file as an earlier run has left it."""
    path.write_text(text, encoding="ascii")
    path.chmod(0o644)


class Tool(unittest.TestCase):
    # One host and one Debian release are enough: both are slow programs.
    hosts = {"container"} if release() == "bookworm" else set()

    def setUp(self):
        work = tempfile.TemporaryDirectory()
        self.addCleanup(work.cleanup)
        self.work = pathlib.Path(work.name)
        self.definition = self.work / "guest.xml"
        self.definition.write_text(seen.guest_xml("managed"), encoding="ascii")
        for path in (SITE, LOCAL):
            self.addCleanup(path.unlink, missing_ok=True)
        self.assertEqual(self.files(), {})

    @staticmethod
    def files():
        """Everything in the policy directory, to the byte and the instant: tools must not leave anything else there."""
        return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in POLICY_D.iterdir()}

    def slice(self):
        """The slice that the agent would start a guest in, and the line that decided."""
        plan = json.loads(seen.vmwarden("--json", "plan", str(self.definition)).stdout)
        return next((row["value"], row["because"]) for row in plan["decisions"] if row["what"] == "slice")

    def assert_in_force(self, name, line):
        value, because = self.slice()
        self.assertEqual(value, name)
        self.assertIn(f"{SITE}:{line}:", because)
        self.assertIn(f"{SITE}: parsed OK", seen.vmwarden("policy", "check").stdout)

    def assert_says_what_is_wrong(self, text):
        for error in BAD_SAYS:
            self.assertIn(error, text)


class Ansible(Tool):
    def play(self, *arguments, **variables):
        done = seen.run("env", f"HOME={self.work}", "ansible-playbook", "--inventory=localhost,", "--connection=local",
                        f"--extra-vars={json.dumps(variables)}", *arguments,
                        str(seen.EXAMPLES / "ansible/vmwarden-policy.yml"), check=False)
        recap = re.search(r"^localhost +: (.*)$", done.stdout, re.MULTILINE)
        self.assertTrue(recap, done.stdout + done.stderr)
        counts = {name: int(count) for name, count in (word.split("=") for word in recap[1].split())}
        return done, counts

    def played(self, *arguments, **variables):
        """How many tasks changed something, of a play that has to go well."""
        done, counts = self.play(*arguments, **variables)
        self.assertEqual((done.returncode, counts["failed"], counts["ok"]), (0, 0, 3), done.stdout + done.stderr)
        return counts["changed"]

    def refused(self, **variables):
        """The output of a play that has to fail and to leave everything as it was."""
        files, decision = self.files(), self.slice()
        done, counts = self.play(**variables)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        self.assertEqual((counts["failed"], counts["changed"]), (1, 0), done.stdout)
        self.assertEqual(self.files(), files)
        self.assertEqual(self.slice(), decision)
        return done.stdout

    def test_changed_then_ok(self):
        self.assertEqual(self.played(), 3)
        files = self.files()
        self.assertEqual(set(files), {SITE.name, LOCAL.name})
        self.assertEqual(files[LOCAL.name][0], b"version: 1\ndynamic_ownership: true\n")
        self.assert_in_force("machine-guests.slice", 3)
        self.assertEqual(self.played(), 0)
        self.assertEqual(self.files(), files)

    def test_new_values_come_into_force(self):
        put(SITE, OLD)
        put(LOCAL, "# by hand\nversion: 1\ndynamic_ownership: true # why\n")
        self.assertEqual(self.played(vmwarden_site_policy=NEW, vmwarden_dynamic_ownership=False), 2)
        self.assert_in_force("machine-new.slice", 2)
        self.assertEqual(LOCAL.read_text(encoding="ascii"), "# by hand\nversion: 1\ndynamic_ownership: false\n")

    def test_a_bad_file_fails_the_play(self):
        put(SITE, OLD)
        self.assert_says_what_is_wrong(self.refused(vmwarden_site_policy=BAD))
        self.assert_in_force("machine-old.slice", 2)

    def test_a_bad_line_fails_the_play(self):
        put(SITE, OLD)
        put(LOCAL, "version: 1\ndynamic_ownership: true\n")
        said = self.refused(vmwarden_site_policy=OLD, vmwarden_dynamic_ownership="no")
        self.assertRegex(said, r":2:20: error: .*dynamic_ownership")

    def test_a_bad_first_file_is_not_left_behind(self):
        self.assert_says_what_is_wrong(self.refused(vmwarden_site_policy=BAD))
        self.assertEqual(self.files(), {})

    def test_check_mode_changes_nothing(self):
        self.assertEqual(self.played("--check", "--diff"), 3)
        self.assertEqual(self.files(), {})
        put(SITE, OLD)
        put(LOCAL, "version: 1\ndynamic_ownership: true\n")
        files = self.files()
        self.assertEqual(self.played("--check", vmwarden_site_policy=NEW), 1)
        self.assertEqual(self.files(), files)
        self.assert_in_force("machine-old.slice", 2)


class Puppet(Tool):
    def apply(self, *arguments, policy=None):
        """A run with detailed exit codes: 0 nothing to do, 2 changed, 4 failed, 6 both."""
        data = {} if policy is None else {"vmwarden_policy::site_policy": policy}
        (self.work / "data.json").write_text(json.dumps(data), encoding="ascii")
        level = {"name": "test", "data_hash": "json_data", "datadir": str(self.work), "path": "data.json"}
        hiera = self.work / "hiera.yaml"
        hiera.write_text(json.dumps({"version": 5, "hierarchy": [level]}), encoding="ascii")
        places = [f"--{name}={self.work}/puppet/{name}" for name in ("confdir", "vardir", "rundir", "logdir")]
        return seen.run("puppet", "apply", "--detailed-exitcodes", "--color=false", f"--hiera_config={hiera}", *places,
                        *arguments, str(seen.EXAMPLES / "puppet/vmwarden_policy.pp"), check=False)

    def assert_applied(self, code, *arguments, policy=None):
        done = self.apply(*arguments, policy=policy)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)

    def refused(self):
        """A run that has to fail and to leave everything as it was."""
        files, decision = self.files(), self.slice()
        done = self.apply(policy=BAD)
        self.assertIn(done.returncode, (4, 6), done.stdout + done.stderr)
        self.assert_says_what_is_wrong(done.stdout + done.stderr)
        self.assertEqual(self.files(), files)
        self.assertEqual(self.slice(), decision)

    def test_changed_then_nothing_to_do(self):
        self.assert_applied(2)
        files = self.files()
        self.assertEqual(set(files), {SITE.name})
        self.assert_in_force("machine-guests.slice", 3)
        self.assert_applied(0)
        self.assertEqual(self.files(), files)

    def test_a_new_value_comes_into_force(self):
        put(SITE, OLD)
        self.assert_applied(2, policy=NEW)
        self.assert_in_force("machine-new.slice", 2)

    def test_a_bad_file_fails_the_run(self):
        put(SITE, OLD)
        self.refused()
        self.assert_in_force("machine-old.slice", 2)

    def test_a_bad_first_file_is_not_left_behind(self):
        self.refused()
        self.assertEqual(self.files(), {})

    def test_a_dry_run_changes_nothing(self):
        put(SITE, OLD)
        files = self.files()
        self.assert_applied(0, "--noop")
        self.assertEqual(self.files(), files)


if __name__ == "__main__":
    unittest.main()
