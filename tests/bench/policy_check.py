# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs on a test host: tests/bench/policy-check boots one."""

import os
import pathlib
import statistics
import subprocess
import sys
import time

DROP_IN = """\
version: 1
# What the site wants to be different, number {number}.
user: "+{uid}"
group: "+{uid}"
dynamic_ownership: true
security_driver: auto
seccomp_sandbox: true
slice: machine-site{number}.slice
cgroup_device_acl:
  - /dev/null
  - /dev/zero
  - /dev/random
  - /dev/urandom
emulators: [/usr/bin/qemu-system-*, /opt/site{number}/bin/qemu-system-*]
"""
CHECK = ("/usr/bin/vmwarden", "policy", "check")
NOTHING = ("/bin/true",)


def milliseconds(command, null):
    begin = time.perf_counter()
    quiet = [(os.POSIX_SPAWN_DUP2, null, 1)]
    _, status = os.waitpid(os.posix_spawn(command[0], command, os.environ, file_actions=quiet), 0)
    elapsed = 1000 * (time.perf_counter() - begin)
    if status != 0:
        sys.exit(f"{' '.join(command)} failed")
    return elapsed


def main():
    runs = max(1, int(sys.argv[1]))
    for number in range(10):
        text = DROP_IN.format(number=number, uid=4000 + number)
        pathlib.Path(f"/etc/vmwarden/policy.d/5{number}-site.yaml").write_text(text, encoding="ascii")
    checked = subprocess.run(CHECK, capture_output=True, text=True, check=True).stdout.splitlines()
    pairs = []
    with open(os.devnull, "wb") as null:
        milliseconds(NOTHING, null.fileno())
        for _ in range(runs):
            pairs.append((milliseconds(CHECK, null.fileno()), milliseconds(NOTHING, null.fileno())))
    agent = subprocess.run(["systemctl", "is-active", "vmwardend.service"], stdout=subprocess.PIPE, text=True).stdout
    print(f"policy check of {len(checked)} files:    median {statistics.median(a for a, _ in pairs):6.1f} ms")
    print(f"/bin/true:                   median {statistics.median(b for _, b in pairs):6.1f} ms")
    print(f"ratio, median of {runs} pairs:  {statistics.median(a / b for a, b in pairs):.1f}")
    print(f"the agent meanwhile:         {agent.strip()}")


main()
