# SPDX-License-Identifier: LGPL-2.1-or-later
"""Launches by the executor alone: what is set up, what fails closed, what is given back."""

import os
import pathlib
import shutil
import signal
import stat
import subprocess
import unittest

import escape
import seen
import tool

CAPABILITY_SETS = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")


class Launches(unittest.TestCase):
    """Every case must leave the host as it was."""

    name = "subject"

    def setUp(self):
        self.disk = pathlib.Path("/var/tmp/subject-disk.img")
        self.disk.write_bytes(b"\0" * 4096)
        os.chmod(self.disk, 0o640)
        os.chown(self.disk, 17, 18)
        self.before = seen.whole_state(self.disk)

    def tearDown(self):
        tool.take_back(self.name)
        self.assertEqual([], tool.leftovers(self.name))
        self.assertEqual(self.before, seen.whole_state(self.disk))
        self.disk.unlink()

    def grant(self, **changes):
        return {"path": str(self.disk), "uid": tool.UID, "gid": tool.GID, **changes}


class TheGuest(Launches):
    def test_real_qemu_has_no_privilege_and_lives_in_its_node(self):
        guest = tool.launch(tool.qemu_plan(self.name, files=[self.grant()]))
        for who, uid, gid in (("qemu", tool.UID, tool.GID), ("shim", 65534, 65534)):
            status = seen.status(guest[who])
            self.assertEqual([str(uid)] * 4, status["Uid"], who)
            self.assertEqual([str(gid)] * 4, status["Gid"], who)
            self.assertEqual([], status["Groups"], who)
            for capability_set in CAPABILITY_SETS:
                self.assertEqual(["0000000000000000"], status[capability_set], f"{capability_set} of {who}")
            self.assertEqual(["1"], status["NoNewPrivs"], who)
        self.assertEqual(["2"], seen.status(guest["qemu"])["Seccomp"])
        scope = "/machine.slice/vmwarden-subject.scope"
        self.assertEqual(f"{scope}/emulator", seen.cgroup_of(guest["qemu"]))
        self.assertEqual(f"{scope}/shim", seen.cgroup_of(guest["shim"]))
        self.assertEqual((tool.UID, tool.GID), seen.whole_state(self.disk)[:2])

    def test_session_limits_umask_and_directory_are_the_plans(self):
        qemu = tool.launch(tool.plan(self.name, limits=[[7, 123], [4, 0]], directory="/var/tmp"))["qemu"]
        self.assertEqual(qemu, os.getsid(qemu))
        self.assertEqual(["0077"], seen.status(qemu)["Umask"])
        self.assertEqual("/var/tmp", os.readlink(f"/proc/{qemu}/cwd"))
        limits = pathlib.Path(f"/proc/{qemu}/limits").read_text()
        self.assertRegex(limits, r"Max open files +123 +123")
        self.assertRegex(limits, r"Max core file size +0 +0")

    def test_scope_has_the_planned_properties(self):
        tool.launch(tool.plan(self.name, stop_timeout_usec=7_000_000))
        wanted = {"Slice": "machine.slice", "Delegate": "yes", "DevicePolicy": "strict", "TasksMax": "512",
                  "KillSignal": str(int(signal.SIGWINCH)), "TimeoutStopUSec": "7s", "SendSIGHUP": "no",
                  "CollectMode": "inactive-or-failed"}
        for name, value in wanted.items():
            self.assertEqual(value, seen.unit_property("vmwarden-subject.scope", name), name)
        allowed = seen.unit_property("vmwarden-subject.scope", "DeviceAllow").splitlines()
        self.assertEqual(["/dev/char/1:3 rw", "/dev/char/1:9 rw"], sorted(allowed))

    def test_the_shim_keeps_only_what_it_needs(self):
        guest = tool.launch(tool.plan(self.name))
        fds = {int(entry.name): os.readlink(entry) for entry in pathlib.Path(f"/proc/{guest['shim']}/fd").iterdir()}
        kept = sorted(target.split(":")[0] for number, target in fds.items() if number > 2)
        self.assertEqual(["/run/vmwarden/guests/subject/exit", "anon_inode", "pipe", "socket"], kept, fds)
        self.assertEqual("/dev/null", fds[0])

    def test_an_agent_hands_nothing_of_its_own_on(self):
        # Descriptor 9, an ignored signal and an oom score of the tool's parent.
        script = ("import os,signal,subprocess,sys; f=os.open('/etc/shadow',os.O_RDONLY); os.dup2(f,9,True);"
                  "signal.signal(signal.SIGUSR1,signal.SIG_IGN); open('/proc/self/oom_score_adj','wb',0).write(b'500');"
                  f"sys.exit(subprocess.run(['{tool.TOOL}','launch'],close_fds=False).returncode)")
        done = subprocess.run(["python3", "-c", script], input=seen.json.dumps(tool.plan(self.name)), text=True,
                              capture_output=True, check=True)
        qemu = seen.json.loads(done.stdout)["qemu"]
        self.assertNotIn("/etc/shadow", [os.readlink(e) for e in pathlib.Path(f"/proc/{qemu}/fd").iterdir()])
        self.assertEqual("0", pathlib.Path(f"/proc/{qemu}/oom_score_adj").read_text().strip())
        ignored = int(seen.status(qemu)["SigIgn"][0], 16)
        self.assertFalse(ignored & (1 << (signal.SIGUSR1 - 1)))
        self.assertEqual("", pathlib.Path(f"/proc/{qemu}/environ").read_text())


class Labels(Launches):
    """With SELinux: one pair of categories on the process and on its disk."""

    hosts = {"vm"}

    def test_process_and_disk_have_the_planned_labels(self):
        process, image = (f"system_u:{middle}:s0:c11,c22" for middle in ("system_r:vmwarden_tcg_t", "object_r:svirt_image_t"))
        made = tool.qemu_plan(self.name, process_label=process, no_new_privs=False, files=[self.grant(label=image)],
                              log=f"/var/log/vmwarden/{self.name}.log")
        guest = tool.launch_as_agent(made)
        self.assertEqual(process, seen.process_label(guest["qemu"]))
        self.assertEqual(image, seen.file_label(self.disk))
        self.assertEqual([], tool.take_back(self.name)["log"])
        self.assertEqual(self.before, seen.whole_state(self.disk))

    def test_a_disk_of_two_guests_takes_one_label(self):
        pair = "system_u:object_r:svirt_image_t:s0:c11,c22"
        tool.launch(tool.plan(self.name, files=[self.grant(label=pair)]))
        message = tool.refusal(tool.plan("second", files=[self.grant(label=pair.replace("c11", "c12"))]))
        self.assertIn("label", message)
        self.assertEqual(pair, seen.file_label(self.disk))


class TheVictim(Launches):
    """What every plan denies; all walls together, and each alone, are test_escape's business."""

    DENIED = {"host-disk-read", "host-disk-write", "dev-mem", "dev-outside-the-plan", "mknod-char", "mknod-block",
              "setgroups", "capset", "ambient", "bounding-set", "securebits", "keepcaps", "ptrace-init", "ptrace-shim",
              "proc-mem-root", "mount"}
    # What belongs to root stays its own, its processes and files: why guests should not be root.
    DENIED_TO_USERS = {"setuid", "setgid", "etc-shadow", "write-etc", "cgroup-leave", "kill-init",
                       "kill-shim", "regain-root"}

    def report(self, **changes):
        with escape.files() as targets, escape.bystander("root") as root:
            path = pathlib.Path("/var/tmp/escape-targets.img")
            escape.write_targets(path, targets | root)
            self.addCleanup(path.unlink)
            made = tool.plan(self.name, argv=[str(tool.VICTIM), "--targets", str(path)], **changes)
            tool.launch(made)
            return escape.report_in(made["log"])

    def assert_denied(self, names, report):
        self.assertEqual(names, names & set(report.denied))
        # The filter, not the node's mode: everybody may write to it.
        self.assertEqual("EPERM", report.denied["dev-outside-the-plan"])

    def test_what_it_tries_is_denied(self):
        report = self.report()
        self.assert_denied(self.DENIED | self.DENIED_TO_USERS, report)
        self.assertEqual([0, 1, 2, 10, 11, 12], sorted(report.descriptors))

    def test_as_root_it_is_denied_as_well(self):
        self.assert_denied(self.DENIED, self.report(uid=0, gid=0))

    def test_what_the_plan_lists_is_allowed(self):
        self.assertIn("dev-outside-the-plan", self.report(devices=["/dev/char/1:11"]).allowed)


class Failures(Launches):
    """A launch that fails at any stage names it and leaves nothing."""

    def fails(self, step, **changes):
        changes.setdefault("files", [self.grant()])
        make = tool.qemu_plan if changes.pop("qemu", False) else tool.plan
        made = make(self.name, **changes)
        message = tool.refusal(made)
        self.assertTrue(message.startswith(step + ": "), message)
        self.assertNotIn("besides", message)
        self.assertEqual([], tool.leftovers(self.name))
        self.assertEqual(self.before, seen.whole_state(self.disk))
        return message

    def test_scope_name_that_is_taken(self):
        with subprocess.Popen(["systemd-run", "--scope", "--unit=vmwarden-taken.scope", "cat"], stdin=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True) as holder:
            holder.stderr.readline()
            self.fails("scope", unit="vmwarden-taken.scope")

    def test_file_that_is_another_one_by_now(self):
        self.fails("disk vda", files=[self.grant(), self.grant(wrong_inode=1)])

    def test_label_that_cannot_be_set(self):
        """Nor does a host without SELinux take one, though its file systems would."""
        self.fails("disk vda", files=[self.grant(label="no:such:label")])

    def test_link_in_the_place_of_a_log(self):
        link = pathlib.Path("/var/log/vmwarden-link.log")
        link.symlink_to("/etc/shadow")
        self.addCleanup(link.unlink)
        before = pathlib.Path("/etc/shadow").stat().st_size
        self.fails("log file", log=str(link))
        self.assertEqual(before, pathlib.Path("/etc/shadow").stat().st_size)

    def test_emulator_that_cannot_be_run(self):
        self.assertIn("No such file", self.fails("exec", executable="/usr/bin/qemu-system-missing"))

    def test_ids_that_do_not_exist(self):
        self.fails("uid", uid=4294967295)
        self.fails("gid", gid=4294967295)

    def test_shim_that_cannot_drop_its_own_privilege(self):
        self.fails("shim privileges", shim_uid=4294967295)

    def test_limit_that_the_kernel_does_not_take(self):
        self.fails("resource limits", limits=[[7, 18446744073709551614]])

    def test_directory_that_is_not_there(self):
        self.fails("working directory", directory="/nonexistent")

    def test_process_label_that_cannot_be_had(self):
        self.fails("exec label", process_label="no:such:label")

    def test_emulator_that_ends_at_once_is_quoted(self):
        message = self.fails("emulator", qemu=True, argv=[tool.QEMU, "-machine", "no-such-machine"])
        self.assertIn("unsupported machine type", message)
        self.assertIn("status 1", message)

    def test_guest_that_runs_before_it_was_checked(self):
        made = tool.qemu_plan(self.name)
        argv = [word for word in made["argv"] if word != "-S"]
        self.assertIn("before its confinement", self.fails("emulator", qemu=True, argv=argv))

    def test_protection_that_does_not_hold(self):
        message = self.fails("verify", no_new_privs=False)
        self.assertIn("new", message)
        self.assertIn("does not hold", message)


class TheEnd(Launches):
    def test_systemctl_stop_is_an_orderly_shutdown(self):
        guest = tool.launch(tool.plan(self.name, files=[self.grant()]))
        seen.run("systemctl", "stop", "vmwarden-subject.scope")
        self.assertFalse(pathlib.Path(f"/proc/{guest['qemu']}").exists())
        end = tool.take_back(self.name)
        # The victim exits with 0 for system_powerdown alone.
        self.assertEqual((True, False, 0, []), (end["known"], end["signalled"], end["code"], end["log"]))

    def test_poweroff_by_machinectl_is_one_too(self):
        guest = tool.launch(tool.plan(self.name))
        os.kill(guest["shim"], signal.SIGRTMIN + 4)
        seen.wait_until_gone(guest["shim"])
        self.assertEqual(0, tool.take_back(self.name)["code"])

    def test_kill_ends_qemu_and_the_shim_still_says_how(self):
        tool.launch(tool.plan(self.name, files=[self.grant()]))
        tool.kill(self.name)
        end = tool.take_back(self.name)
        self.assertEqual((True, True, int(signal.SIGKILL)), (end["known"], end["signalled"], end["code"]))

    def test_a_disk_changed_meanwhile_is_left_alone_and_named(self):
        tool.launch(tool.plan(self.name, files=[self.grant()]))
        os.chown(self.disk, 77, 77)
        end = tool.take_back(self.name)
        self.assertEqual((77, 77), seen.whole_state(self.disk)[:2])
        self.assertIn(str(self.disk), end["log"][0])
        os.chown(self.disk, 17, 18)

    def test_a_shared_disk_goes_back_with_its_last_user(self):
        tool.launch(tool.plan(self.name, files=[self.grant()]))
        tool.launch(tool.plan("second", files=[self.grant()]))
        self.addCleanup(tool.take_back, "second")
        tool.take_back(self.name)
        self.assertEqual((tool.UID, tool.GID), seen.whole_state(self.disk)[:2])
        self.assertEqual([], tool.take_back("second")["log"])
        self.assertEqual(self.before, seen.whole_state(self.disk))

    def test_a_guest_that_wants_a_shared_disk_otherwise_is_refused(self):
        tool.launch(tool.plan(self.name, files=[self.grant()]))
        message = tool.refusal(tool.plan("second", files=[self.grant(uid=1)]))
        self.assertIn("'subject'", message)
        self.assertEqual([], tool.leftovers("second"))
        self.assertEqual((tool.UID, tool.GID), seen.whole_state(self.disk)[:2])

    def test_set_id_bits_come_back(self):
        os.chmod(self.disk, 0o4755)
        before = seen.whole_state(self.disk)
        tool.launch(tool.plan(self.name, files=[self.grant(readonly=True)]))
        tool.take_back(self.name)
        self.assertEqual(before, seen.whole_state(self.disk))
        self.assertTrue(before[2] & stat.S_ISUID)
        os.chmod(self.disk, 0o640)

    def test_a_file_with_set_id_bits_is_not_given_to_be_written(self):
        os.chmod(self.disk, 0o4755)
        before = seen.whole_state(self.disk)
        self.assertIn("set-id bits", tool.refusal(tool.plan(self.name, files=[self.grant()])))
        self.assertEqual(before, seen.whole_state(self.disk))
        os.chmod(self.disk, 0o640)

    def test_a_file_with_a_set_group_id_bit_is_not_given(self):
        os.chmod(self.disk, 0o2755)
        before = seen.whole_state(self.disk)
        refusal = tool.refusal(tool.plan(self.name, files=[self.grant(readonly=True)]))
        self.assertIn("set-group-id bit", refusal)
        self.assertEqual(before, seen.whole_state(self.disk))
        os.chmod(self.disk, 0o640)

    def test_a_program_with_capabilities_is_not_given(self):
        seen.run("setcap", "cap_net_raw=ep", str(self.disk))
        capabilities = os.getxattr(self.disk, "security.capability")
        refusal = tool.refusal(tool.plan(self.name, files=[self.grant(readonly=True)]))
        self.assertIn("file capabilities", refusal)
        self.assertEqual(capabilities, os.getxattr(self.disk, "security.capability"))
        os.removexattr(self.disk, "security.capability")

    def test_a_guest_that_needs_no_change_keeps_a_file_that_another_was_given(self):
        tool.launch(tool.plan(self.name, files=[self.grant(readonly=True)]))
        tool.launch(tool.plan("second", files=[{"path": str(self.disk), "readonly": True}]))
        self.addCleanup(tool.take_back, "second")
        tool.take_back(self.name)
        self.assertEqual((tool.UID, tool.GID), seen.whole_state(self.disk)[:2])
        self.assertEqual([], tool.take_back("second")["log"])
        self.assertEqual(self.before, seen.whole_state(self.disk))


class TheAgentsDeath(Launches):
    def test_a_guest_outlives_its_agent_and_is_found_again(self):
        tool.launch(tool.qemu_plan(self.name))
        self.assertEqual({"alive": True, "answers": True, "paused": False}, tool.survey()[self.name])

    def test_a_launch_cut_short_is_found_and_taken_back(self):
        log = f"/var/log/vmwarden-{self.name}.log"
        pathlib.Path(log).unlink(missing_ok=True)
        made = tool.plan(self.name, argv=[str(tool.VICTIM), "--silent"], files=[self.grant()])
        process = tool.start_without_end(made)
        self.addCleanup(tool.end_hard, process)
        tool.wait_for_line(log, "done")
        process.kill()
        process.wait()
        self.assertFalse(tool.survey()[self.name]["alive"])
        self.assertEqual([], tool.take_back(self.name)["log"])

    def test_a_journal_without_a_state_directory_is_replayed(self):
        tool.launch(tool.plan(self.name, files=[self.grant()]))
        seen.run("systemctl", "kill", "--signal=KILL", "vmwarden-subject.scope")
        shutil.rmtree(seen.STATE / self.name)
        self.assertFalse(tool.survey()[self.name]["alive"])
        self.assertEqual([], tool.take_back(self.name)["log"])
        self.assertEqual(self.before, seen.whole_state(self.disk))

    def test_two_launches_at_once_do_not_meet(self):
        names = [f"{self.name}-{number}" for number in range(6)]
        running = [tool.start_without_end(tool.plan(name, files=[self.grant()])) for name in names]
        for process in running:
            self.assertEqual("", process.stderr.read())
            self.assertEqual(0, process.wait())
            process.stdout.close()
            process.stderr.close()
        for name in names:
            self.assertEqual((tool.UID, tool.GID), seen.whole_state(self.disk)[:2])
            self.assertEqual([], tool.take_back(name)["log"])


if __name__ == "__main__":
    unittest.main()
