# SPDX-License-Identifier: LGPL-2.1-or-later
"""How a command is started inside a test host: as a service of its own, with the caller's streams."""

import shlex

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def shell_text(words):
    """One word is shell text; several are a command and its arguments."""
    return words[0] if len(words) == 1 else shlex.join(words)


def service(words, properties=()):
    """The systemd-run command line that runs WORDS and passes streams and exit status through."""
    return [*_systemd_run(properties), "--pipe", "--", "/bin/sh", "-c", _literal(shell_text(words))]


def shell(terminal, properties=()):
    """The systemd-run command line for an interactive shell."""
    return [*_systemd_run(properties), f"--setenv=TERM={terminal}", "--working-directory=/root", "--pty", "--",
            "/bin/bash", "-l"]


def _systemd_run(properties):
    return ["systemd-run", "--quiet", "--wait", "--collect", "--service-type=exec", "--setenv=HOME=/root",
            f"--setenv=PATH={PATH}", *(f"--property={text}" for text in properties)]


def _literal(text):
    # systemd expands $VARIABLES in command lines before the shell sees them.
    return text.replace("$", "$$")
