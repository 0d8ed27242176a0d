"""A shell at a terminal of its own, with keys that are pressed and what is on its command line."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

SHOW = "\x07"
"""Ctrl-G, which each shell here is told to answer with its command line between two marks."""
PATIENCE = 60.0


class Terminal:
    """The shell's output as it comes. Escape sequences are left out of it."""

    def __init__(self, words: Sequence[str], variables: Mapping[str, str]) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 60, 160, 0, 0))
        self._process = subprocess.Popen(
            words,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=dict(variables),
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)
        self._written = ""

    def press(self, keys: str) -> None:
        self._written = ""
        os.write(self._master, keys.encode())

    def wait_for(self, pattern: str) -> re.Match[str]:
        """What was written since keys were pressed last, once it matches."""
        end = time.monotonic() + PATIENCE
        while not (found := re.search(pattern, self.text, re.DOTALL)):
            assert time.monotonic() < end, f"no {pattern!r} in {self.text!r}"
            if select.select([self._master], [], [], 0.1)[0]:
                self._written += os.read(self._master, 65536).decode(errors="replace")
        return found

    @property
    def text(self) -> str:
        """Without escape sequences and what else steers a terminal."""
        plain = re.sub(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07]*\x07|[()=>][0-9A-Za-z]?|.)", "", self._written)
        return plain.replace("\r", "")

    def line(self, keys: str) -> str:
        """The command line after these keys on an empty one."""
        self.press(keys + SHOW)
        shown = self.wait_for(r"<\[(.*?)\]>")[1]
        self.press("\x15")
        return shown

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._master)


@contextmanager
def terminal(words: Sequence[str], variables: Mapping[str, str]) -> Iterator[Terminal]:
    shell = Terminal(words, variables)
    try:
        yield shell
    finally:
        shell.end()
