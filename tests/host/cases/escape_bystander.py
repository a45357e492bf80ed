#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whom the victim tries to get at: a process with secrets in its memory, a descriptor, IPC objects, a key, files
and sockets.
`escape_bystander.py WHO` prints where they are, as the victim's targets, an empty line, and ends with its input."""

import contextlib
import ctypes
import os
import socket
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
IPC_PRIVATE, IPC_CREAT, IPC_RMID = 0, 0o1000, 0
SYS_ADD_KEY, SYS_KEYCTL, KEYCTL_SETPERM, PROCESS_KEYRING = 248, 250, 5, -2
WORK = "/var/tmp/escape"
SECRET = ctypes.create_string_buffer(b"a secret of the bystander's")


def called(function, *arguments):
    result = function(*arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), f"{function}{arguments}")
    return result


def key():
    """One that its owner's other processes may read; None where the host has no keys."""
    number = LIBC.syscall(SYS_ADD_KEY, b"user", b"escape-bystander", SECRET, 8, PROCESS_KEYRING)
    if number < 0:
        return None
    called(LIBC.syscall, SYS_KEYCTL, KEYCTL_SETPERM, number, ctypes.c_uint(0x3F3F0000))
    return number


def main():
    who = sys.argv[1]
    mode = 0o666 if who == "root" else 0o600
    os.umask(0)
    with contextlib.ExitStack() as stack:
        shm = called(LIBC.shmget, IPC_PRIVATE, 4096, IPC_CREAT | mode)
        stack.callback(LIBC.shmctl, shm, IPC_RMID, None)
        semaphore = called(LIBC.semget, IPC_PRIVATE, 1, IPC_CREAT | mode)
        stack.callback(LIBC.semctl, semaphore, 0, IPC_RMID)
        queue = f"/escape-{who}"
        called(LIBC.mq_open, queue.encode(), os.O_CREAT | os.O_RDWR, mode, None)
        stack.callback(LIBC.mq_unlink, queue.encode())
        memory = f"/dev/shm/escape-{who}"
        descriptor = os.open(memory, os.O_CREAT | os.O_RDWR, mode)
        stack.callback(os.unlink, memory)
        state, disk, monitor = (f"{WORK}/{who}-{what}" for what in ("state", "disk", "monitor"))
        os.mkdir(state, 0o700)
        os.close(os.open(disk, os.O_CREAT, 0o600))
        own_monitor = stack.enter_context(socket.socket(socket.AF_UNIX))
        own_monitor.bind(monitor)
        os.chmod(monitor, 0o600)
        own_monitor.listen(64)
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        abstract = stack.enter_context(socket.socket(socket.AF_UNIX))
        abstract.bind(f"\0escape-{who}")
        abstract.listen(64)
        made = {f"{who}-pid": os.getpid(), f"{who}-address": ctypes.addressof(SECRET), f"{who}-fd": descriptor,
                f"{who}-shm": shm, f"{who}-semaphore": semaphore, f"{who}-queue": queue, f"{who}-memory": memory,
                f"{who}-key": key(), f"{who}-port": listener.getsockname()[1], f"{who}-socket": f"@escape-{who}",
                f"{who}-state": state, f"{who}-disk": disk, f"{who}-monitor": monitor}
        for name, value in made.items():
            if value is not None:
                print(name, value)
        print(flush=True)
        sys.stdin.read()


main()
