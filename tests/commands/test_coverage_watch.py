"""`coverage --watch` and `--wait`: what is, then every change, on terminals, in pipes and for scripts."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kubectl_ds.kube.api_server import ApiServer
from tests.clusters import a_container_status, a_daemonset, a_node, a_pod, a_revision
from tests.commands.screens import Running
from tests.kube.faults import forbid, on
from tests.kube.reading import watches
from tests.program import kubectl_ds
from tests.schema.validation import assert_valid
from tests.waiting import until

COUNTERS = (
    "desiredNumberScheduled",
    "currentNumberScheduled",
    "numberReady",
    "updatedNumberScheduled",
    "numberAvailable",
)
CNI = a_daemonset("cni", status=dict.fromkeys(COUNTERS, 2))
LOGS = a_daemonset("logs")
FAILING = [a_container_status(waiting="CrashLoopBackOff")]
CLUSTER = [CNI, a_revision(CNI), a_node("n1"), a_node("n2"), a_pod(CNI, "n1"), a_pod(CNI, "n2")]
WATCHED = ("coverage", "-n", "kube-system", "--watch")
CHANGE = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ ", re.MULTILINE)


def lines(text: str) -> list[str]:
    """The lines of changes without their time."""
    return [line.split(" ", 1)[1] for line in text.splitlines() if CHANGE.match(line)]


def has_lines(count: int) -> Callable[[str], bool]:
    return lambda text: len(lines(text)) >= count


def until_followed(server: ApiServer) -> None:
    """Wait until all that there is has been read and is followed."""
    until(lambda: len(watches(server)) == 5, "a watch of each kind")


def documents(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


# --- lines ------------------------------------------------------------------------------------------


def test_off_a_terminal_the_report_comes_first_and_then_a_line_for_each_change():
    with ApiServer(CLUSTER) as server, Running(server, *WATCHED) as running:
        report = running.out.wait_for(lambda text: "belong" in text)
        assert report.startswith("ds kube-system/cni  2 of 2 nodes belong; 2 ready\n")
        server.update(a_pod(CNI, "n2", ready=False, container_statuses=FAILING))
        running.out.wait_for(has_lines(1))
        server.update(a_pod(CNI, "n2"))
        running.out.wait_for(has_lines(2))
        server.add(a_node("n10", taints=["a=b:NoSchedule"]))
        running.out.wait_for(has_lines(3))
        server.delete("Node", "n10")
        text = running.out.wait_for(has_lines(4))
    assert lines(text) == [
        "kube-system/cni n2 Ready -> NotReady CrashLoopBackOff (stuck)",
        "kube-system/cni n2 NotReady -> Ready",
        "kube-system/cni n10 - -> Excluded UntoleratedTaint",
        "kube-system/cni n10 Excluded -> -",
    ]


def test_a_reason_or_a_flag_that_changes_is_a_change_too():
    waiting = [a_container_status(waiting="ContainerCreating")]
    with ApiServer(CLUSTER) as server, Running(server, *WATCHED) as running:
        running.out.wait_for(lambda text: "belong" in text)
        for number, pod in enumerate(
            [
                a_pod(CNI, "n2", phase="Pending", ready=False, container_statuses=waiting),
                a_pod(CNI, "n2", ready=False, container_statuses=FAILING),
                a_pod(CNI, "n2", revision_hash="old"),
            ],
            start=1,
        ):
            server.update(pod)
            text = running.out.wait_for(has_lines(number))
    assert [line.split("-> ")[1] for line in lines(text)] == [
        "NotReady ContainerCreating (unknown)",
        "NotReady CrashLoopBackOff (stuck)",
        "Ready outdated",
    ]


def test_states_and_problems_narrow_the_changes_that_are_told():
    with ApiServer(CLUSTER) as server, Running(server, *WATCHED, "--problems") as running:
        running.out.wait_for(lambda text: "belong" in text)
        server.add(a_node("n3", taints=["a=b:NoSchedule"]))
        server.update(a_pod(CNI, "n2", ready=False, container_statuses=FAILING))
        running.out.wait_for(has_lines(1))
        server.update(a_pod(CNI, "n2"))
        text = running.out.wait_for(has_lines(2))
    assert [line.split()[1] for line in lines(text)] == ["n2", "n2"], "an excluded node is no problem"
    with ApiServer(CLUSTER) as server, Running(server, *WATCHED, "--state", "Excluded") as running:
        running.out.wait_for(lambda text: "belong" in text)
        server.update(a_pod(CNI, "n2", ready=False, container_statuses=FAILING))
        server.add(a_node("n3", taints=["a=b:NoSchedule"]))
        text = running.out.wait_for(has_lines(1))
    assert [line.split()[1] for line in lines(text)] == ["n3"]


def test_a_daemonset_that_comes_and_one_that_goes_are_changes_of_their_nodes():
    with ApiServer(CLUSTER) as server, Running(server, *WATCHED) as running:
        running.out.wait_for(lambda text: "belong" in text)
        server.add(LOGS)
        running.out.wait_for(has_lines(2))
        server.delete("DaemonSet", "cni", "kube-system")
        text = running.out.wait_for(has_lines(4))
    assert sorted(line.split(" ControllerBehind")[0] for line in lines(text)) == [
        "kube-system/cni n1 Ready -> -",
        "kube-system/cni n2 Ready -> -",
        "kube-system/logs n1 - -> Missing",
        "kube-system/logs n2 - -> Missing",
    ]


def test_names_of_a_cluster_cannot_steer_what_reads_the_lines():
    with ApiServer(CLUSTER) as server, Running(server, *WATCHED) as running:
        running.out.wait_for(lambda text: "belong" in text)
        server.add(a_node("n\x1b[31m\n3"))
        text = running.out.wait_for(has_lines(1))
    assert lines(text)[0].startswith("kube-system/cni n^[[31m\\n3 - -> Missing")


# --- documents --------------------------------------------------------------------------------------


def test_in_json_the_report_and_each_change_are_a_document_on_a_line():
    with ApiServer(CLUSTER) as server, Running(server, *WATCHED, "-o", "json") as running:
        running.out.wait_for(lambda text: text.count("\n") == 1)
        server.update(a_pod(CNI, "n2", ready=False, container_statuses=FAILING))
        running.out.wait_for(lambda text: text.count("\n") == 2)
        server.delete("Node", "n1")
        text = running.out.wait_for(lambda text: text.count("\n") == 3)
    report, failing, gone = (assert_valid(one) for one in documents(text))
    assert (report["kind"], report["items"][0]["summary"]["ready"]) == ("CoverageReport", 2)
    assert (failing["kind"], failing["namespace"], failing["name"]) == (
        "CoverageChange",
        "kube-system",
        "cni",
    )
    assert (failing["before"]["state"], failing["after"]["state"]) == ("Ready", "NotReady")
    assert failing["after"]["reasons"][0]["code"] == "CrashLoopBackOff"
    assert (gone["node"], gone["before"]["state"], gone["after"]) == ("n1", "Ready", None)


def test_in_yaml_documents_are_parted():
    with ApiServer(CLUSTER) as server, Running(server, *WATCHED, "-o", "yaml") as running:
        running.out.wait_for(lambda text: "items" in text)
        server.delete("Node", "n1")
        text = running.out.wait_for(lambda text: "kind: CoverageChange" in text and "after: null" in text)
    assert text.splitlines().count("---") == 1


def test_what_can_no_longer_be_read_is_another_report():
    with ApiServer(CLUSTER) as server, Running(server, *WATCHED, "-o", "json") as running:
        running.out.wait_for(lambda text: text.count("\n") == 1)
        server.faults.append(on("/pods", forbid()))
        server.compact()
        text = running.out.wait_for(lambda text: text.count("\n") == 2)
    (_, report) = documents(text)
    assert report["items"][0]["nodes"][0]["state"] is None
    assert report["incomplete"][0].startswith("pods could not be read")


# --- pictures ---------------------------------------------------------------------------------------

HOME = "\x1b[H"


def pictures(text: str) -> list[list[str]]:
    """Each picture as lines, without what steers the terminal."""
    plain = [re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", part) for part in text.split(HOME)[1:]]
    return [part.split("\n") for part in plain]


def on_a_terminal(server: ApiServer, *words: str, columns: int = 70, lines: int = 30) -> Running:
    return Running(server, *WATCHED, *words, is_terminal=True, COLUMNS=str(columns), LINES=str(lines))


def test_a_terminal_shows_one_picture_that_is_drawn_anew():
    with ApiServer(CLUSTER) as server, on_a_terminal(server) as running:
        running.out.wait_for(lambda text: "2 ready" in text)
        server.update(a_pod(CNI, "n2", ready=False, container_statuses=FAILING))
        running.out.wait_for(lambda text: "CrashLoopBackOff" in pictures(text)[-1][-1])
        server.update(a_pod(CNI, "n2"))
        text = running.out.wait_for(lambda text: "2 ready" in pictures(text)[-1][2])
    header, _, first = pictures(text)[-1][:3]
    assert re.match(r"\d{4}-\S+Z  namespace kube-system  \(Ctrl-C ends it\)", header)
    assert first == "ds kube-system/cni  2 of 2 nodes belong; 2 ready"
    assert text.startswith("\n" * 29 + HOME), "what stood there is scrolled away and not erased"
    assert "\x1b[2J" not in text, "nothing is cleared, so that nothing flickers"


def test_a_picture_is_never_larger_than_the_terminal():
    nodes = [a_node(f"node-with-a-name-that-is-long-{number}") for number in range(9)]
    with ApiServer([*CLUSTER, *nodes]) as server, on_a_terminal(server, columns=50, lines=12) as running:
        running.out.wait_for(lambda text: "more lines" in text)
        for picture in pictures(running.out.getvalue()):
            assert len(picture) == 12
            assert max(map(len, picture)) <= 50
            assert re.match(r"… \d+ more lines", picture[-1])


def test_a_broken_connection_stands_above_the_picture_until_it_is_mended():
    with ApiServer(CLUSTER) as server, on_a_terminal(server) as running:
        running.out.wait_for(lambda text: "2 ready" in text)
        server.go_down()
        running.out.wait_for(lambda text: "no longer followed" in pictures(text)[-1][1])
        server.add(a_node("n3"))
        server.come_back()
        running.out.wait_for(
            lambda text: pictures(text)[-1][1] == "" and "1 missing" in pictures(text)[-1][2]
        )
    assert running.err.getvalue() == ""


def test_where_a_terminal_cannot_be_drawn_anew_there_are_lines():
    with (
        ApiServer(CLUSTER) as server,
        Running(server, *WATCHED, is_terminal=True, TERM="dumb") as running,
    ):
        running.out.wait_for(lambda text: "belong" in text)
        server.delete("Node", "n1")
        text = running.out.wait_for(has_lines(1))
    assert "\x1b" not in text


# --- the ends of it ---------------------------------------------------------------------------------


@contextmanager
def process(server: ApiServer, *words: str, **streams: object) -> Iterator[subprocess.Popen]:
    program = Path(sys.executable).with_name("kubectl-ds")
    environment = {"KUBECONFIG": "/nonexistent", "PATH": "", "TERM": "xterm"}
    started = subprocess.Popen(
        [program, *WATCHED, "--server", server.url, *words],
        **{"stdin": subprocess.DEVNULL, "stderr": subprocess.PIPE, "env": environment, **streams},
    )
    try:
        yield started
    finally:
        started.kill()
        started.wait(60)


def test_ctrl_c_ends_it_with_130():
    with ApiServer(CLUSTER) as server, process(server, stdout=subprocess.PIPE) as running:
        assert running.stdout.readline().startswith(b"ds kube-system/cni")
        running.send_signal(signal.SIGINT)
        assert running.wait(60) == 130
        assert running.stderr.read() == b""


def test_a_reader_that_goes_away_ends_it_with_141_though_nothing_happens():
    with ApiServer(CLUSTER) as server, process(server, stdout=subprocess.PIPE) as running:
        assert running.stdout.readline().startswith(b"ds kube-system/cni")
        running.stdout.close()
        assert running.wait(60) == 141
        assert running.stderr.read() == b""


class Window:
    """A terminal of some size, and all that has been written on it."""

    def __init__(self) -> None:
        self._ours, self.theirs = os.openpty()
        self.text = ""

    def resize(self, lines: int, columns: int) -> None:
        import fcntl
        import struct
        import termios

        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def wait_for(self, holds: Callable[[list[str]], bool]) -> list[str]:
        end = time.monotonic() + 60
        while not self.text.count(HOME) or not holds(pictures(self.text.replace("\r\n", "\n"))[-1]):
            assert time.monotonic() < end, self.text
            self.text += os.read(self._ours, 65536).decode()
        return pictures(self.text.replace("\r\n", "\n"))[-1]

    def close(self) -> None:
        os.close(self._ours)
        os.close(self.theirs)


@pytest.fixture
def window() -> Iterator[Window]:
    opened = Window()
    yield opened
    opened.close()


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo terminals are of Unix")
def test_a_window_that_is_resized_is_filled_anew_and_left_with_its_picture(window):
    window.resize(8, 60)
    with ApiServer(CLUSTER) as server, process(server, stdout=window.theirs) as running:
        window.wait_for(lambda shown: len(shown) == 7)
        server.add(a_node("n3"))
        window.wait_for(lambda shown: len(shown) == 8 and "more lines" in shown[-1])
        window.resize(40, 90)
        running.send_signal(signal.SIGWINCH)
        shown = window.wait_for(lambda shown: len(shown) > 8 and "n3" in shown[-1])
        running.send_signal(signal.SIGINT)
        assert running.wait(60) == 130
        assert window.text.count("\x1b[?") == 0, "no mode is switched on that would have to be switched off"
        assert shown[-1].split()[:2] == ["n3", "Missing"]


@pytest.mark.parametrize(
    "words", [("--wait",), ("--exit-code",), ("--timeout", "5s"), ("-o", "name")], ids=" ".join
)
def test_what_does_not_go_with_it_is_refused(words):
    outcome = kubectl_ds(*WATCHED, *words)
    assert outcome.code == 2


def test_it_does_not_begin_without_a_connection():
    with ApiServer(CLUSTER) as server:
        server.go_down()
        outcome = kubectl_ds(*WATCHED, "--server", server.url)
    assert (outcome.code, outcome.out) == (3, "")


def test_it_costs_the_server_one_list_and_one_watch_a_kind():
    with ApiServer(CLUSTER) as server, Running(server, *WATCHED) as running:
        running.out.wait_for(lambda text: "belong" in text)
        for number in range(6):
            server.update(
                a_pod(CNI, "n2", ready=bool(number % 2), container_statuses=[] if number % 2 else FAILING)
            )
            running.out.wait_for(has_lines(number + 1))
        asked = Counter((one.path.rsplit("/", 1)[-1], one.watches) for one in server.requests)
    assert set(asked.values()) == {1}
    assert len(asked) == 10


# --- waiting ----------------------------------------------------------------------------------------

MISSING = CLUSTER[:-1]
WAITING = ("coverage", "cni", "-n", "kube-system", "--wait")


def test_waiting_ends_with_0_once_covered_by_watching_alone():
    with ApiServer(MISSING) as server, Running(server, *WAITING, "--timeout", "60s") as running:
        until_followed(server)
        server.add(a_pod(CNI, "n2"))
        assert running.ended() == 0
        out, err = running.out.getvalue(), running.err.getvalue()
        asked = Counter((one.path.rsplit("/", 1)[-1], one.watches) for one in server.requests)
    assert err == ""
    assert "2 of 2 nodes belong; 2 ready" in out
    assert set(asked.values()) == {1}


def test_waiting_ends_with_1_and_what_is_left_when_time_is_up():
    with ApiServer(MISSING) as server:
        outcome = kubectl_ds(*WAITING, "--timeout", "1s", "--server", server.url)
    assert outcome.code == 1
    assert "1 missing" in outcome.out


def test_waiting_ends_with_3_when_the_server_is_away_at_the_end():
    with ApiServer(MISSING) as server, Running(server, *WAITING, "--timeout", "4s") as running:
        until_followed(server)
        server.go_down()
        assert (running.ended(), running.out.getvalue()) == (3, "")
    assert "no longer followed" in running.err.getvalue()
    assert "refused" in running.err.getvalue()


def test_waiting_outlives_a_server_that_restarts():
    with ApiServer(MISSING) as server, Running(server, *WAITING, "--timeout", "60s") as running:
        until_followed(server)
        server.go_down()
        running.err.wait_for(lambda text: "no longer followed" in text)
        server.add(a_pod(CNI, "n2"))
        server.come_back()
        assert running.ended() == 0
        assert "2 ready" in running.out.getvalue()


@pytest.mark.parametrize(
    ("resource", "code"),
    [
        pytest.param("/pods", 3, id="without the pods nothing is waited for"),
        pytest.param("/nodes", 3, id="without the nodes nothing is waited for"),
    ],
)
def test_waiting_ends_with_3_when_what_it_rests_on_cannot_be_read(resource, code):
    with ApiServer(MISSING, faults=[on(resource, forbid())]) as server:
        outcome = kubectl_ds(*WAITING, "--timeout", "60s", "--server", server.url)
    assert outcome.code == code


def test_waiting_for_a_daemonset_that_goes_ends_with_3():
    with ApiServer(MISSING) as server, Running(server, *WAITING, "--timeout", "60s") as running:
        until_followed(server)
        server.delete("DaemonSet", "cni", "kube-system")
        assert running.ended() == 3
    assert 'daemonsets.apps "cni" not found' in running.err.getvalue()
