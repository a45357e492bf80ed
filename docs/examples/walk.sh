#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A walk through one guest's life, on a host where vmwarden is installed. ./demo runs it in a fresh
# test host; on your own host it needs a kernel and an initramfs where hello.xml names them.
set -eu
images=/var/lib/vmwarden/images/hello
hello=/usr/share/doc/vmwarden/examples/hello.xml
console=/var/log/vmwarden/hello-console.log

say() { printf '\n\033[1m-- %s\033[0m\n' "$1"; }
show() {
    printf '\033[2m# %s\033[0m\n' "$*"
    "$@"
}

say "The policy this host ships with, checked without a daemon"
show vmwarden policy check

say "A disk for the guest: it belongs to root now"
show qemu-img create -q -f raw "$images/disk.img" 16M
show ls -lnZ "$images/disk.img"

say "What starting the guest would do, each decision with the line that made it"
echo "(nothing of vmwarden runs yet: $(systemctl is-active vmwardend.service || true); this D-Bus call activates the agent)"
show vmwarden plan "$hello"

say "Start it"
show vmwarden create "$hello"
show vmwarden list

say "The guest is a transient scope of systemd, with a device filter and a delegated cgroup"
show systemctl status --no-pager --full vmwarden-hello.scope
show systemctl show -p Slice,Delegate,DevicePolicy,DeviceAllow,TasksMax vmwarden-hello.scope

say "Its serial console"
show timeout 300 sh -c "tail -n +1 -F $console 2>/dev/null | grep -m 1 'hello from'"

say "Its disk belongs to the guest's user while it runs"
show ls -lnZ "$images/disk.img"

say "What the kernel says about QEMU, compared with the plan"
show vmwarden verify hello

say "The policy changes while it runs: one key is set, and the guest's limit follows"
show vmwarden policy set limits.processes 700
show vmwarden policy reload
show vmwarden policy explain limits.processes
show systemctl show -p TasksMax vmwarden-hello.scope

say "What another policy would mean for it, and that policy on trial: nothing is written before confirm"
candidate=$(mktemp --suffix=.yaml)
printf 'version: 1\nlimits: {processes: 300}\nrules: [{match: {name: "hel*"}, set: {user: "+4101"}}]\n' >"$candidate"
show vmwarden policy simulate --as 70-candidate.yaml "$candidate"
show vmwarden policy try --as 70-candidate.yaml --timeout 60 "$candidate"
show vmwarden policy diff || true
show vmwarden policy revert
show vmwarden policy diff
rm "$candidate"

say "An orderly shutdown: the ACPI power button, then the guest ends itself"
show vmwarden shutdown --timeout=300 hello

say "Nothing is left: no scope, no state, and the disk is root's again"
show systemctl is-active vmwarden-hello.scope || true
show ls -A /run/vmwarden/guests
show ls -lnZ "$images/disk.img"
