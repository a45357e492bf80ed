# SPDX-License-Identifier: LGPL-2.1-or-later
"""What this host can run: emulators are asked once, confined, and nobody can hold the agent up."""

import os
import pathlib
import stat
import unittest
import xml.etree.ElementTree as etree

import seen

QEMU = "/usr/bin/qemu-system-x86_64"
POLICY = pathlib.Path("/etc/vmwarden/policy.d/95-emulators.yaml")
PLACE = pathlib.Path("/opt/vmwarden-emulators")
CACHE = pathlib.Path("/var/cache/vmwarden/capabilities")


def capabilities():
    return etree.fromstring(seen.vmwarden("capabilities").stdout)


def emulators():
    return [guest.findtext("arch/emulator") for guest in capabilities().findall("guest")]


def restart_agent():
    seen.run("systemctl", "stop", "vmwardend.service")
    seen.run("systemctl", "reset-failed", "vmwardend.service", check=False)  # its limit of starts


def journal():
    return seen.run("journalctl", "--unit", "vmwardend.service", "--output", "cat").stdout


class Capabilities(unittest.TestCase):
    def setUp(self):
        PLACE.mkdir(exist_ok=True)
        # Emulators under test write here, whoever they run as, unless something keeps them from it.
        self.notes = PLACE / "notes"
        self.notes.mkdir(exist_ok=True)
        self.notes.chmod(0o1777)
        self.addCleanup(seen.run, "rm", "-rf", str(PLACE))
        self.addCleanup(restart_agent)
        self.addCleanup(POLICY.unlink, missing_ok=True)

    def emulator(self, name, *lines):
        """A program in place of an emulator."""
        seen.without_enforcing(self)
        path = PLACE / name
        path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
        path.chmod(0o755)
        return path

    def counting(self, name):
        """A real emulator behind a program that notes each start by a directory: files it may not write."""
        return self.emulator(name, f"/usr/bin/mkdir {self.notes}/$$", f'exec {QEMU} "$@"')

    def allow(self, *paths):
        POLICY.write_text("version: 1\nemulators: [" + ", ".join(map(str, paths)) + "]\n")
        seen.vmwarden("policy", "reload")

    def starts(self):
        return len(list(self.notes.iterdir()))

    def test_the_real_emulators_are_there_with_their_machines(self):
        found = capabilities()
        self.assertEqual(found.findtext("host/cpu/arch"), os.uname().machine)
        uid, gid = seen.run("sh", "-c", "id -u qemu; id -g qemu").stdout.split()
        labels = {each.findtext("model"): each.findtext("baselabel") for each in found.findall("host/secmodel")}
        self.assertEqual(labels["dac"], f"+{uid}:+{gid}")
        self.assertEqual("selinux" in labels, pathlib.Path("/sys/fs/selinux/enforce").exists())
        guest = found.findall("guest")[0]
        self.assertEqual(guest.findtext("os_type"), "hvm")
        self.assertEqual(guest.find("arch").get("name"), "x86_64")
        self.assertEqual(guest.findtext("arch/emulator"), QEMU)
        machines = {each.text: each for each in guest.findall("arch/machine")}
        listed = {line.split()[0] for line in seen.run(QEMU, "-machine", "help").stdout.splitlines()[1:]}
        self.assertEqual(set(machines), listed - {"none"})
        self.assertIn(machines["pc"].get("canonical"), machines)
        self.assertEqual(guest.find("arch/domain").get("type"), "qemu")
        kvm = pathlib.Path("/dev/kvm").exists()
        offers = [each.get("type") for each in guest.findall("arch/domain")]
        self.assertTrue(kvm or "kvm" not in offers, offers)

    def test_a_second_call_starts_no_emulator_and_neither_does_another_agent(self):
        path = self.counting("counting")
        self.allow(path)
        self.assertIn(str(path), emulators())
        self.assertEqual(self.starts(), 1)
        self.assertIn(str(path), emulators())
        restart_agent()
        self.assertIn(str(path), emulators())
        self.assertEqual(self.starts(), 1)
        kept = list(CACHE.iterdir())
        self.assertEqual(len(kept), 1, kept)
        self.assertEqual(stat.S_IMODE(CACHE.stat().st_mode), 0o700)

        # Replaced as a package manager does it.
        os.replace(self.counting("fresh"), path)
        self.assertIn(str(path), emulators())
        self.assertEqual(self.starts(), 2)

        restart_agent()
        kept = list(CACHE.iterdir())
        kept[0].write_bytes(kept[0].read_bytes()[:-100])
        self.assertIn(str(path), emulators())
        self.assertEqual(self.starts(), 3)

    def test_who_is_asked_has_nothing_but_its_questions(self):
        path = self.emulator("naked", "while read -r line; do d=${line%%:*}; v=$(echo ${line#*:} | /usr/bin/tr ' /' '__')",
                             f"/usr/bin/mkdir {self.notes}/$d=$v; done </proc/self/status",
                             f"/usr/bin/mkdir {self.notes}/env=$(/usr/bin/env | /usr/bin/grep -vcE '^(PWD|OLDPWD|SHLVL|_)=')",
                             f"i=0; while [ $i -lt 64 ]; do [ -e /proc/$$/fd/$i ] && /usr/bin/mkdir {self.notes}/fd-$i",
                             "i=$((i+1)); done",
                             f"echo x >{self.notes}/written")
        self.allow(path)
        self.assertEqual(emulators(), [])
        notes = dict(each.name.partition("=")[::2] for each in self.notes.iterdir())
        uid = seen.run("id", "-u", "qemu").stdout.strip()
        self.assertEqual(notes["Uid"], "_".join([uid] * 4))
        for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            self.assertEqual(int(notes[name], 16), 0, name)
        self.assertEqual(notes["NoNewPrivs"], "1")
        self.assertEqual(notes["env"], "0")
        # 10 is the script itself, which sh reads.
        self.assertEqual({name for name in notes if name.startswith("fd-")}, {"fd-0", "fd-1", "fd-2", "fd-10"})
        written = self.notes / "written"
        self.assertTrue(not written.exists() or written.stat().st_size == 0)

    def test_who_does_not_answer_is_left_out_and_holds_nobody_up(self):
        hanging = self.emulator("hanging", f"/usr/bin/mkdir {self.notes}/$$", "exec /usr/bin/tail -f /dev/null")
        talking = self.emulator("talking", "echo this is no QMP", "exec /usr/bin/tail -f /dev/null")
        ending = self.emulator("ending", "echo cannot find my libraries >&2", "exit 3")
        crashing = self.emulator("crashing", "kill -SEGV $$")
        self.allow(hanging, talking, ending, crashing, QEMU)
        self.assertEqual(emulators()[0], QEMU)
        log = journal()
        self.assertIn(f"capabilities: {hanging}: QEMU did not answer in time: its greeting", log)
        self.assertIn(f"capabilities: {talking}: QEMU does not speak QMP: not a QMP message: this is no QMP", log)
        self.assertIn(f"capabilities: {ending}: QEMU has ended; it says: cannot find my libraries", log)
        self.assertIn(f"capabilities: {crashing}: QEMU has ended", log)
        self.assertEqual(seen.run("pgrep", "--full", "tail -f /dev/null", check=False).stdout, "")
        self.assertEqual(emulators()[0], QEMU)
        self.assertEqual(self.starts(), 1, "the one that hangs is asked once")

    def test_who_is_asked_ends_with_the_agent(self):
        fifo = self.notes / "alive"
        os.mkfifo(fifo, 0o666)
        os.chmod(fifo, 0o666)
        self.allow(self.emulator("hanging", f"exec 9>{fifo}", "exec /usr/bin/tail -f /dev/null"))
        call = seen.subprocess.Popen(["vmwarden", "capabilities"], stdout=seen.subprocess.DEVNULL,
                                     stderr=seen.subprocess.DEVNULL)
        self.addCleanup(call.wait)
        with open(fifo, "rb") as alive:  # once it has started
            seen.run("systemctl", "kill", "--kill-who=main", "--signal=KILL", "vmwardend.service")
            self.assertEqual(alive.read(), b"", "EOF: its end has closed the pipe")

    def test_everybody_may_ask(self):
        done = seen.run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "vmwarden", "-c",
                        "qemu:///system", "capabilities")
        self.assertIn("<capabilities>", done.stdout)

    def test_a_directory_that_the_guests_account_has_put_there_is_not_used(self):
        restart_agent()
        seen.run("rm", "-rf", str(CACHE))
        seen.run("install", "-d", "-o", "qemu", "-m", "0700", str(CACHE))
        self.addCleanup(seen.run, "rm", "-rf", str(CACHE))
        self.assertEqual(emulators()[0], QEMU)
        self.assertEqual(list(CACHE.iterdir()), [])
        self.assertIn("what emulators answer is not kept", journal())


if __name__ == "__main__":
    unittest.main()
