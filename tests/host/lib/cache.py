# SPDX-License-Identifier: LGPL-2.1-or-later
"""Directories built once and kept: named after a hash of what they are made from, published by one rename."""

import contextlib
import fcntl
import hashlib
import os
import shutil

import paths
from report import say


def content_key(files, *words):
    """A short hash of WORDS and of the names and contents of FILES below the repository."""
    digest = hashlib.sha256(repr(words).encode())
    for path in sorted(files):
        digest.update(f"\0{path.relative_to(paths.REPO)}\0{path.stat().st_mode:o}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@contextlib.contextmanager
def locked(path, waiting):
    """Holds the lock file PATH; says WAITING when somebody else has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(waiting)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Slot:
    """The cached directory for (KIND, KEY); other keys of the same kind are pruned when it is built."""

    def __init__(self, kind, key):
        self.kind = kind
        self.top = paths.cache() / "hosts"
        self.directory = self.top / f"{kind}-{key}"
        self.lock_file = self.top / f"{kind}.lock"

    def ensure(self, build):
        """Returns the directory, made by BUILD(temporary directory) if it is not there yet, and marked as in use."""
        while True:
            if (in_use := self._hold()) is not None:
                return in_use
            with locked(self.lock_file, f"another run is building {self.kind}; waiting for it"):
                if (self.directory / "in-use").exists():
                    continue
                remove_tree(self.directory)  # one whose removal was cut short
                unfinished = self.top / f".{self.kind}.unfinished"
                remove_tree(unfinished)
                unfinished.mkdir()
                build(unfinished)
                (unfinished / "in-use").touch()
                unfinished.rename(self.directory)
                self.prune()

    def discard(self):
        """Makes the next ensure() build anew; whoever is using the directory keeps it until done."""
        with locked(self.lock_file, f"another run is building {self.kind}; waiting for it"):
            with contextlib.suppress(FileNotFoundError):
                self.directory.rename(self.directory.with_name(f"{self.directory.name}.replaced-{os.getpid()}"))

    def _hold(self):
        """An open file whose shared lock keeps the directory from being pruned, or None if there is no directory."""
        try:
            handle = open(self.directory / "in-use")
        except FileNotFoundError:
            return None
        fcntl.flock(handle, fcntl.LOCK_SH)
        if os.fstat(handle.fileno()).st_nlink == 0:
            handle.close()
            return None
        return handle

    def prune(self):
        """Removes what earlier recipes made, except what a host is still using."""
        for other in self.top.glob(f"{self.kind}-*"):
            if other == self.directory:
                continue
            with contextlib.suppress(FileNotFoundError, BlockingIOError):
                with open(other / "in-use") as handle:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    (other / "in-use").unlink()
                    remove_tree(other)


def remove_tree(path):
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(path)
