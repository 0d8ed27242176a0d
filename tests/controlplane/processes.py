"""Servers as processes that never outlive the block that started them, nor us."""

import queue
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_PATIENCE = 300.0
"""Seconds; a loaded machine takes its time."""


@dataclass(frozen=True)
class Running:
    """A process and where it writes."""

    name: str
    process: "subprocess.Popen[str]"
    log: Path

    def must_run(self) -> None:
        """Raises `RuntimeError` with the end of the log when it does not."""
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended with {self.process.returncode}:\n{self.last_words()}")

    def last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-25:])

    def first_line(self) -> str:
        """What it prints first. Raises `RuntimeError` when it ends or takes too long before."""
        lines: queue.Queue[str] = queue.Queue()
        output = self.process.stdout
        assert output is not None
        threading.Thread(target=lambda: lines.put(output.readline()), daemon=True).start()
        try:
            line = lines.get(timeout=START_PATIENCE).strip()
        except queue.Empty:
            raise RuntimeError(
                f"{self.name} is not ready after {START_PATIENCE:.0f} s:\n{self.last_words()}"
            ) from None
        if not line:
            raise RuntimeError(f"{self.name} ended at once:\n{self.last_words()}")
        return line


@contextmanager
def running(command: Sequence[str], log: Path) -> Iterator[Running]:
    """A program that ends when its standard input does, as it does when we die."""
    with log.open("w") as stderr:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, text=True
        )
    try:
        yield Running(log.stem, process, log)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                stream.close()


def wait_until(ready: Callable[[], bool], what: str, servers: Sequence[Running]) -> None:
    """Raises `RuntimeError` as soon as one of the servers ends, or after a long while."""
    deadline = time.monotonic() + START_PATIENCE
    while not ready():
        for server in servers:
            server.must_run()
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what}: not so after {START_PATIENCE:.0f} s:\n{servers[-1].last_words()}")
        time.sleep(0.2)
