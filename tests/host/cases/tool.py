# SPDX-License-Identifier: LGPL-2.1-or-later
"""The executor without an agent around it: plans made by hand, started by executor-tool."""

import json
import pathlib
import shutil
import subprocess
import threading

import seen

PAYLOAD = pathlib.Path("/opt/vmwarden-tests/payload")
TOOL = PAYLOAD / "executor-tool"
VICTIM = PAYLOAD / "vmwarden-victim"
QEMU = "/usr/bin/qemu-system-x86_64"
UID, GID = 4321, 4322


# The tool runs in a shell's domain, as do its guests without a label: QEMU makes code as it runs, and on this host a
# switch says whether a shell's programs may.
if pathlib.Path("/sys/fs/selinux/booleans/allow_execmem").exists():
    seen.run("setsebool", "allow_execmem", "on")


def plan(name, **changes):
    """A plan for the victim; None removes a key."""
    made = {"name": name, "executable": str(VICTIM), "uid": UID, "gid": GID,
            "devices": ["/dev/char/1:3", "/dev/char/1:9"], "log": f"/var/log/vmwarden-{name}.log"}
    made["argv"] = [made["executable"]]
    made.update(changes)
    return {key: value for key, value in made.items() if value is not None}


def qemu_plan(name, *arguments, sandbox=True, **changes):
    made = [QEMU, "-nodefaults", "-no-user-config", "-S", "-display", "none", "-machine", "none",
            "-chardev", "socket,id=qmp,fd=10,server=on,wait=off", "-mon", "chardev=qmp,mode=control",
            "-chardev", "socket,id=shim,fd=11", "-mon", "chardev=shim,mode=control", *arguments]
    if sandbox:
        made += ["-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"]
    changes.setdefault("argv", made)
    return plan(name, executable=QEMU, expect_seccomp=sandbox, **changes)


def launch(made):
    """The running guest's pids."""
    return json.loads(run_launch(made, check=True).stdout)


def launch_as_agent(made):
    """Likewise, in the agent's own SELinux domain: guests' domains are entered from there, not from a shell."""
    agent = pathlib.Path("/var/tmp/executor-tool") # /run is nosuid, which keeps programs in their domain
    shutil.copy(TOOL, agent)
    seen.run("chcon", "-t", "vmwardend_exec_t", str(agent))
    try:
        done = seen.run("runcon", "system_u:system_r:vmwardend_t:s0", str(agent), "launch", stdin=json.dumps(made))
    finally:
        agent.unlink()
    return json.loads(done.stdout)


def run_launch(made, check=False):
    return seen.run(str(TOOL), "launch", stdin=json.dumps(made), check=check)


def refusal(made):
    """Why the launch failed; that it did not fail is an error."""
    done = run_launch(made)
    if done.returncode != 1:
        raise AssertionError(f"the launch did not fail: {done.returncode} {done.stdout}{done.stderr}")
    return done.stderr.strip()


def take_back(name):
    return json.loads(seen.run(str(TOOL), "take-back", name).stdout)


def kill(name):
    seen.run(str(TOOL), "kill", name)


def survey():
    return json.loads(seen.run(str(TOOL), "survey").stdout)


def start_without_end(made):
    """A launch that hangs because its emulator never answers; the caller ends it."""
    process = subprocess.Popen([str(TOOL), "launch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    process.stdin.write(json.dumps(made))
    process.stdin.close()
    return process


def end_hard(process):
    process.kill()
    process.wait()
    process.stdout.close()
    process.stderr.close()


def leftovers(name):
    """What a guest has left behind; an empty list when all is gone."""
    found = [str(path) for path in (seen.STATE / name, seen.RESTORE / f"{name}.journal") if path.exists()]
    unit = f"vmwarden-{name}.scope"
    load = seen.unit_property(unit, "LoadState"), seen.unit_property(unit, "ActiveState")
    if load != ("not-found", "inactive"):
        found.append(f"{unit} {load}")
    found += [str(path) for path in pathlib.Path("/sys/fs/cgroup").rglob(f"*{name}*")]
    for process in pathlib.Path("/proc").iterdir():
        if process.name.isdigit() and name in command_line(process):
            found.append(f"process {process.name}: {command_line(process)}")
    return found


def command_line(process):
    try:
        return (process / "cmdline").read_text(errors="replace").replace("\0", " ")
    except OSError:
        return ""


def wait_for_line(path, wanted):
    """The lines of a file once `wanted` is among them; woken by inotify through tail."""
    with subprocess.Popen(["tail", "-n", "+1", "--follow=name", "--retry", str(path)], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True) as tail:
        patience = threading.Timer(seen.PATIENCE, tail.kill)
        patience.start()
        try:
            lines = []
            for line in tail.stdout:
                lines.append(line.rstrip("\n"))
                if lines[-1] == wanted:
                    return lines
        finally:
            patience.cancel()
            tail.kill()
    raise AssertionError(f"{path} never said {wanted}")
