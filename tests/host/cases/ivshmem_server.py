#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A server of shared memory with interrupts, as QEMU's docs/specs/ivshmem-spec has its protocol: `PATH` is where it
listens. Each client is told its number, gets the memory, and interrupts of its own."""

import os
import socket
import struct
import sys

SIZE = 1024 * 1024
VECTORS = 2


def send(link, number, *descriptors):
    socket.send_fds(link, [struct.pack("<q", number)], descriptors)


def main():
    memory = os.memfd_create("shared", os.MFD_CLOEXEC)
    os.ftruncate(memory, SIZE)
    clients = []
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(sys.argv[1])
        os.chmod(sys.argv[1], 0o666)
        listener.listen()
        print("ready", flush=True)
        while True:
            link, _ = listener.accept()
            clients.append(link)
            number = len(clients) - 1
            send(link, 0)
            send(link, number)
            send(link, -1, memory)
            for _ in range(VECTORS):
                send(link, number, os.eventfd(0))
            print(number, flush=True)


main()
