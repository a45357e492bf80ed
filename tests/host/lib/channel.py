# SPDX-License-Identifier: LGPL-2.1-or-later
"""The near end of a VM host's control port; the far end, image/overlay/usr/lib/testhost/agent, describes the frames."""

import fcntl
import json
import os
import selectors
import signal
import struct
import termios
import tty

_HEADER = struct.Struct(">cI")
_CHUNK = 1 << 15


class Closed(Exception):
    """The virtual machine has gone away."""


class Channel:
    def __init__(self, connection):
        self.connection = connection

    def fileno(self):
        return self.connection.fileno()

    def send(self, kind, data=b""):
        try:
            self.connection.sendall(_HEADER.pack(kind, len(data)) + data)
        except BrokenPipeError:
            raise Closed from None

    def receive(self):
        kind, length = _HEADER.unpack(self._exactly(_HEADER.size))
        return kind, self._exactly(length)

    def run(self, argv, stdin=None, stdout=1, stderr=2, terminal=False):
        """Runs ARGV in the host with these descriptors; returns its exit status.

        TERMINAL makes descriptor 0 raw; whoever called restores it."""
        self.send(b"R", json.dumps({"argv": argv, "terminal": terminal}).encode())
        sinks = {b"O": stdout, b"E": stderr}
        resized = _notice_resizing() if terminal else None
        # poll, not epoll: that one refuses plain files.
        with selectors.PollSelector() as selector:
            for source in (self, stdin, resized):
                if source is not None:
                    selector.register(source, selectors.EVENT_READ)
            if terminal:
                tty.setraw(0)
                self._send_size()
            if stdin is None:
                self.send(b"I")
            while True:
                for key, _ in selector.select():
                    if key.fileobj is self:
                        kind, data = self.receive()
                        if kind == b"S":
                            return int(data)
                        _write(sinks[kind], data)
                    elif key.fileobj == resized:
                        os.read(resized, _CHUNK)
                        self._send_size()
                    else:
                        data = os.read(stdin, _CHUNK)
                        self.send(b"I", data)
                        if not data:
                            selector.unregister(stdin)

    def _send_size(self):
        rows, columns = struct.unpack("HHHH", fcntl.ioctl(0, termios.TIOCGWINSZ, b"\0" * 8))[:2]
        self.send(b"W", struct.pack(">HH", rows, columns))

    def _exactly(self, length):
        data = bytearray()
        while len(data) < length:
            more = self.connection.recv(length - len(data))
            if not more:
                raise Closed
            data += more
        return bytes(data)


def _notice_resizing():
    """A descriptor that becomes readable when the terminal changes its size."""
    read, write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    signal.set_wakeup_fd(write)
    signal.signal(signal.SIGWINCH, lambda *_: None)
    return read


def _write(descriptor, data):
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest):]
    except BrokenPipeError:
        pass  # nobody reads it any more; the command still gets to its end
