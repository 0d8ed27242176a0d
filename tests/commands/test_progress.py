"""A read that takes over a second shows how far it is: on a terminal, on standard error, and only meanwhile."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pytest

from kubectl_ds.commands.progress import _counts, _total
from kubectl_ds.kube.api_server import ApiServer
from kubectl_ds.kube.lists import ListProgress
from tests.clusters import a_daemonset, a_node, a_pod
from tests.kube.faults import late, on, refuse

pytestmark = pytest.mark.skipif(os.name == "nt", reason="there are no pseudo-terminals")
if os.name != "nt":
    import fcntl
    import pty
    import struct
    import termios

CNI = a_daemonset("cni")
NODES = [a_node(f"node-{number}") for number in range(40)]
CLUSTER = [
    CNI,
    *NODES,
    *(a_pod(CNI, node["metadata"]["name"], name=f"cni-{node['metadata']['name']}") for node in NODES),
]
PAGES = ["--chunk-size=10"]
SLOW = [on("/nodes", late(0.45)), on("/pods", late(0.45))]


class Run(NamedTuple):
    code: int
    out: str
    terminal: str
    """Everything that was written to the terminal."""

    @property
    def drawn(self) -> list[str]:
        """What stood on the line, drawing by drawing."""
        return [line.rstrip() for line in self.terminal.split("\r") if line.startswith("Reading")]


class Started(NamedTuple):
    process: subprocess.Popen[str]
    received: bytearray
    reader: threading.Thread

    def finished(self) -> Run:
        out, _ = self.process.communicate(timeout=60)
        self.reader.join(timeout=10)
        return Run(self.process.returncode, out, self.received.decode())


@contextmanager
def started(
    server: ApiServer, *words: str, columns: int = 80, script: str = "", **variables: str
) -> Iterator[Started]:
    """The program with a terminal for its standard error, and a pipe for its output."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    program = ["-c", script] if script else ["-m", "kubectl_ds"]
    process = subprocess.Popen(
        [sys.executable, *program, *words, "--server", server.url],
        stdout=subprocess.PIPE,
        stderr=slave,
        stdin=subprocess.DEVNULL,
        text=True,
        env={"PATH": "", "KUBECONFIG": "/dev/null", "TERM": "xterm", **variables},
    )
    os.close(slave)
    received = bytearray()
    reader = threading.Thread(target=_drain, args=(master, received), daemon=True)
    reader.start()
    try:
        yield Started(process, received, reader)
    finally:
        process.kill()
        process.wait()
        reader.join(timeout=10)
        os.close(master)


def _drain(master: int, received: bytearray) -> None:
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:  # Linux's way to say that the other end is closed
            return
        if not part:
            return
        received += part


def run_on_terminal(server: ApiServer, *words: str, **settings: object) -> Run:
    with started(server, *words, **settings) as program:  # type: ignore[arg-type]
        return program.finished()


def screen(terminal: str) -> list[str]:
    """The lines that stand there in the end: a carriage return goes back to the first column, a letter overwrites."""
    lines, line, column = [], "", 0
    for letter in terminal:
        if letter == "\n":
            lines.append(line.rstrip())
            line, column = "", 0
        elif letter == "\r":
            column = 0
        else:
            line = line[:column].ljust(column) + letter + line[column + 1 :]
            column += 1
    return [*lines, line.rstrip()]


@pytest.fixture(scope="module")
def slow_run() -> Run:
    with ApiServer(CLUSTER, faults=SLOW) as server:
        return run_on_terminal(server, "coverage", "-A", *PAGES)


def test_a_slow_read_shows_what_has_come_of_how_much_and_a_bar(slow_run: Run):
    assert slow_run.code == 0
    bars = [line for line in slow_run.drawn if "[" in line]
    # Which page is the first that is seen, a busy machine decides.
    assert any(re.search(r"nodes [123]0 of 40", line) for line in bars)
    assert any(re.search(r"pods [123]0 of 40", line) for line in bars)
    assert any("#" in line and "-" in line for line in bars)
    assert any(re.search(r" [1-9]\d%", line) for line in bars)


def test_several_lists_share_the_one_line(slow_run: Run):
    assert all(line.count("Reading") == 1 for line in slow_run.drawn)
    assert any("nodes" in line and "pods" in line for line in slow_run.drawn)


def test_nothing_of_it_stays_on_the_screen(slow_run: Run):
    assert slow_run.drawn
    assert screen(slow_run.terminal) == [""]
    assert "\n" not in slow_run.terminal


def test_it_needs_no_escape_sequence_and_no_colour(slow_run: Run):
    assert "\x1b" not in slow_run.terminal


def test_the_output_is_that_of_a_quick_read(slow_run: Run):
    with ApiServer(CLUSTER) as server:
        quick = run_on_terminal(server, "coverage", "-A")
    assert slow_run.out == quick.out
    assert "40 of 40 nodes belong" in quick.out


def test_where_the_server_does_not_say_how_much_there_is_the_count_stands_alone():
    with ApiServer(CLUSTER, faults=SLOW) as server:
        drawn = run_on_terminal(server, "coverage", "cni", "-n", "kube-system", *PAGES).drawn
    assert any(re.search(r"nodes [123]0 of 40, pods [123]0", line) for line in drawn)
    assert not any(re.search(r"pods \d+ of", line) for line in drawn)
    # Without a total there is no share to tell, only that something moves.
    assert not any("%" in line and "pods 40" not in line for line in drawn)


@pytest.mark.parametrize("columns", [10, 46, 200])
def test_no_line_is_wider_than_the_terminal(columns: int):
    with ApiServer(CLUSTER, faults=SLOW) as server:
        run = run_on_terminal(server, "coverage", "-A", *PAGES, columns=columns)
    assert run.drawn
    assert max(len(piece) for piece in run.terminal.split("\r")) < columns
    assert screen(run.terminal) == [""]


def test_a_quick_read_shows_nothing_and_loads_nothing_for_it():
    script = (
        "import sys\n"
        "from kubectl_ds.cli import main\n"
        "from kubectl_ds.environment import Environment\n"
        "main(sys.argv[1:], Environment.of_process())\n"
        "print('LOADED', 'click._termui_impl' in sys.modules)"
    )
    with ApiServer(CLUSTER) as server:
        run = run_on_terminal(server, "coverage", "-A", script=script)
    assert "LOADED False" in run.out
    assert run.terminal == ""


@pytest.mark.parametrize(
    ("words", "variables"),
    [
        pytest.param([], {"TERM": "dumb"}, id="a terminal that cannot take a line back"),
        pytest.param(["-v=6"], {}, id="beside a line for every request"),
    ],
)
def test_no_bar_is_drawn(words: list[str], variables: dict[str, str]):
    with ApiServer(CLUSTER, faults=SLOW) as server:
        run = run_on_terminal(server, "coverage", "-A", *PAGES, *words, **variables)
    assert run.code == 0
    assert run.drawn == []


def test_off_a_terminal_nothing_is_shown():
    with ApiServer(CLUSTER, faults=SLOW) as server:
        done = subprocess.run(
            [sys.executable, "-m", "kubectl_ds", "coverage", "-A", *PAGES, "--server", server.url],
            capture_output=True,
            text=True,
            env={"PATH": "", "KUBECONFIG": "/dev/null", "TERM": "xterm"},
        )
    assert (done.returncode, done.stderr) == (0, "")


def interrupted(server: ApiServer, *words: str, once: bytes = b"", after: float = 0.0) -> Run:
    """Ctrl-C as soon as `once` has been written to the terminal, or after so many seconds."""
    with started(server, *words) as program:
        while once not in program.received:
            program.reader.join(0.05)
        program.reader.join(after)
        program.process.send_signal(signal.SIGINT)
        return program.finished()


def test_ctrl_c_takes_the_line_back():
    with ApiServer(CLUSTER, faults=[on("/nodes", late(0.3)), on("/pods", late(30))]) as server:
        run = interrupted(server, "coverage", "-A", *PAGES, once=b"Reading")
    assert (run.code, run.out) == (130, "")
    assert "".join(screen(run.terminal)) == ""


def test_nothing_is_shown_before_the_server_has_answered_since_a_login_may_be_asking_its_own_questions():
    with ApiServer(CLUSTER, faults=[on("", late(30))]) as server:
        run = interrupted(server, "coverage", "-A", after=2.0)
    assert run.code == 130
    assert run.drawn == []


def test_an_error_stands_on_a_clean_line():
    faults = [on("/pods", late(1.6), times=1), on("/pods", refuse(403, "pods is forbidden"))]
    with ApiServer(CLUSTER, faults=faults) as server:
        run = run_on_terminal(server, "coverage", "-A", *PAGES)
    assert run.code == 3
    assert run.drawn
    assert [line for line in screen(run.terminal) if line] == [
        "warning: pods could not be read: Error from server (Forbidden): pods is forbidden"
    ]


# --- the words ------------------------------------------------------------------------------------


def told(resource: str, seen: int, remaining: int | None = None, **more: object) -> ListProgress:
    return ListProgress(number=0, resource=resource, seen=seen, remaining=remaining, **more)


@pytest.mark.parametrize(
    ("lists", "words"),
    [
        pytest.param([told("nodes", 500, 4500)], "nodes 500 of 5,000", id="of a known total"),
        pytest.param([told("pods", 1500)], "pods 1,500", id="of an unknown one"),
        pytest.param(
            [told("pods", 10, 5), told("pods", 7, complete=True)],
            "pods 17 of 22",
            id="lists of one kind add up",
        ),
        pytest.param([told("pods", 10, 5), told("pods", 7)], "pods 17", id="unless one does not say"),
        pytest.param(
            [told("pods", 9, 1), told("nodes", 3, complete=True)], "nodes 3, pods 9 of 10", id="nodes first"
        ),
        pytest.param(
            [told("controllerrevisions", 5, complete=True), told("events", 4, 2)],
            "events 4 of 6",
            id="what is few and has come is left out",
        ),
        pytest.param(
            [told("controllerrevisions", 5, 5)], "revisions 5 of 10", id="in the words of kubectl rollout"
        ),
    ],
)
def test_counts(lists: list[ListProgress], words: str):
    assert _counts(lists) == words


def test_the_total_is_known_once_every_list_says_or_has_come():
    assert _total([told("nodes", 5, 10), told("pods", 3, complete=True)]) == 18
    assert _total([told("nodes", 5, 10), told("pods", 3)]) is None
