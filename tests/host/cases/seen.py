# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the host cases see: the kernel's and systemd's view, never what vmwarden says of itself."""

import contextlib
import json
import os
import pathlib
import select
import subprocess

IMAGES = pathlib.Path("/var/lib/vmwarden/images")
HELLO_KERNEL = IMAGES / "hello/vmlinuz"
HELLO_INITRAMFS = IMAGES / "hello/initramfs.img"
STATE = pathlib.Path("/run/vmwarden/guests")
RESTORE = pathlib.Path("/var/lib/vmwarden/restore")
EXAMPLES = pathlib.Path("/usr/share/doc/vmwarden/examples")
# Long enough for a guest under nested emulation; nothing waits this long unless it is broken.
PATIENCE = 400


SELINUX = pathlib.Path("/sys/fs/selinux/enforce").exists()
# A server for guests runs at their lowest level.
AT_GUESTS_LEVEL = ("runcon", "-l", "s0", "env") if SELINUX else ()


def run(*command, check=True, stdin=None):
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=PATIENCE, check=False)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(command)} exited {done.returncode}:\n{done.stdout}{done.stderr}")
    return done


def vmwarden(*arguments, check=True, stdin=None):
    return run("vmwarden", *arguments, check=check, stdin=stdin)


def unit_property(unit, name):
    return run("systemctl", "show", "--value", "-p", name, unit).stdout.strip()


def main_pid(guest):
    return int(json.loads(vmwarden("--json", "info", guest).stdout)["MainPID"])


def state(guest):
    return json.loads(vmwarden("--json", "info", guest).stdout)["State"]


def status(pid):
    """/proc/PID/status as a dictionary of words."""
    lines = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return {key: value.split() for key, _, value in (line.partition(":") for line in lines)}


def cgroup_of(pid):
    for line in pathlib.Path(f"/proc/{pid}/cgroup").read_text(encoding="utf-8").splitlines():
        if line.startswith("0::"):
            return line[3:]
    raise AssertionError(f"process {pid} is in no unified cgroup")


def process_label(pid):
    return pathlib.Path(f"/proc/{pid}/attr/current").read_text(encoding="utf-8").rstrip("\0\n")


def file_label(path):
    return os.getxattr(path, "security.selinux").decode().rstrip("\0")


def whole_state(path):
    """Everything of a file that vmwarden may change and must give back."""
    seen = os.stat(path)
    try:
        label = file_label(path)
    except OSError:
        label = None
    return (seen.st_uid, seen.st_gid, seen.st_mode, label)


def wait_until_gone(pid):
    """Waits for the end of a process that is not our child."""
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        if not select.select([pidfd], [], [], PATIENCE)[0]:
            raise AssertionError(f"process {pid} is still there after {PATIENCE} s")
    finally:
        os.close(pidfd)


def wait_for_removal(guest):
    """Waits until the agent has taken a guest's object off the bus: it has given everything back by then."""
    watch = ["busctl", "--system", "monitor", "--match",
             "type=signal,path=/org/vmwarden1,member=InterfacesRemoved", "org.vmwarden1"]
    with subprocess.Popen(watch, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as monitor:
        try:
            # busctl says on stderr that it listens, as of systemd 257 only without --json; only a look after that
            # cannot miss the signal.
            monitor.stderr.readline()
            while guest in vmwarden("list", "--all").stdout:
                if not select.select([monitor.stdout], [], [], PATIENCE)[0]:
                    raise AssertionError(f"{guest} is still listed after {PATIENCE} s")
                os.read(monitor.stdout.fileno(), 65536)
        finally:
            monitor.terminate()


def wait_for_line(path, text):
    """Waits until a guest has written a line that holds `text` to its console."""
    follow = ["tail", "-n", "+1", "-F", str(path)]
    with subprocess.Popen(follow, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as tail:
        try:
            seen = b""
            while text.encode() not in seen:
                if not select.select([tail.stdout], [], [], PATIENCE)[0]:
                    raise AssertionError(f"{path} does not hold '{text}' after {PATIENCE} s, only {seen!r}")
                seen += os.read(tail.stdout.fileno(), 65536)
        finally:
            tail.terminate()


def policy_property(name):
    """Of org.vmwarden1.Policy, asked over the bus."""
    answer = run("busctl", "--json=short", "get-property", "org.vmwarden1", "/org/vmwarden1", "org.vmwarden1.Policy", name)
    return json.loads(answer.stdout)["data"]


@contextlib.contextmanager
def policy_changes():
    """Gives a function that waits for the next change of a policy property, of those since this began."""
    watch = ["busctl", "--system", "monitor", "--match",
             "type='signal',path='/org/vmwarden1',member='PropertiesChanged'", "org.vmwarden1"]
    with subprocess.Popen(watch, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as monitor:
        monitor.stderr.readline()  # it listens now

        def wait():
            if not select.select([monitor.stdout], [], [], PATIENCE)[0]:
                raise AssertionError(f"no property of the policy changed for {PATIENCE} s")
            os.read(monitor.stdout.fileno(), 65536)

        try:
            yield wait
        finally:
            monitor.terminate()


def journal_cursor():
    """Where the journal ends now."""
    return run("journalctl", "--show-cursor", "-n", "0").stdout.rsplit("cursor: ", 1)[1].strip()


def journal_since(cursor):
    """All that has been written since. Not filtered by journalctl, which passes over the first entry that matches
    behind a cursor that does not."""
    run("journalctl", "--sync")
    lines = run("journalctl", "--all", "--after-cursor", cursor, "-o", "json").stdout.splitlines()
    return [json.loads(line) for line in lines]


def make_disk(name, size=1024 * 1024, owner=(0, 0), mode=0o600):
    path = IMAGES / name
    with open(path, "wb") as disk:
        disk.truncate(size)
    os.chown(path, *owner)
    os.chmod(path, mode)
    return path


def without_enforcing(test):
    """For a case in which SELinux would deny before what is looked at could, such as an emulator that is a shell script."""
    enforce = pathlib.Path("/sys/fs/selinux/enforce")
    if SELINUX and enforce.read_text(encoding="ascii") == "1":
        test.addCleanup(enforce.write_text, "1", encoding="ascii")
        enforce.write_text("0", encoding="ascii")


def label_for_guests(path):
    """As an administrator labels what all guests may use, where that keeps its label: sockets made in it have it as well."""
    if SELINUX:
        run("chcon", "-R", "-t", "svirt_image_t", str(path))
        run("setsebool", "vmwarden_use_servers", "on")


def guest_xml(name, disks=(), extra="", memory=128, emulator=None, kernel=True):
    """A small guest. `disks`: (path, target) or (path, target, inner XML)."""
    disk_xml = ""
    for path, target, *inner in disks:
        kind = "block" if str(path).startswith("/dev/") else "file"
        source = "dev" if kind == "block" else "file"
        disk_xml += (f"<disk type='{kind}' device='disk'><source {source}='{path}'/>"
                     f"<target dev='{target}'/>{''.join(inner)}</disk>\n")
    boot = f"<kernel>{HELLO_KERNEL}</kernel><initrd>{HELLO_INITRAMFS}</initrd>" \
           "<cmdline>console=ttyS0 quiet cryptomgr.notests</cmdline>" if kernel else ""
    emulator_xml = f"<emulator>{emulator}</emulator>" if emulator else ""
    return f"""<domain type='qemu'>
  <name>{name}</name>
  <memory unit='MiB'>{memory}</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type>{boot}</os>
  <features><acpi/></features>
  <devices>{emulator_xml}
{disk_xml}{extra}  </devices>
</domain>
"""
