"""An hour of a cluster of 1,000 nodes, played in a minute: memory stays level, and the last state is right."""

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from kubectl_ds.kube.api_server import ApiServer
from tests.clusters import a_node
from tests.kube.playing import Play

PROGRAM = Path(sys.executable).with_name("kubectl-ds")
PART = 6_000
"""Events, which is ten minutes of ten a second."""
WARM_UP = 2
"""Parts until the heap has its shape: every pod has changed once, and everything has been listed anew twice."""
AN_HOUR = 6
ALIVE = {"KUBECONFIG": "/nonexistent", "PATH": ""}
MIB = 1 << 20


class Follower:
    """`coverage -A --watch -o json` as a process, and the states that its documents add up to."""

    def __init__(self, server: ApiServer) -> None:
        words = ("coverage", "-A", "--watch", "-o", "json", "--server", server.url)
        self._process = subprocess.Popen([PROGRAM, *words], stdout=subprocess.PIPE, env=ALIVE)
        self.states: dict[tuple[str, str], Any] = {}
        self._changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            document = json.loads(line)
            with self._changed:
                if document["kind"] == "CoverageReport":
                    self.states = states_of(document)
                elif document["after"] is None:
                    del self.states[document["name"], document["node"]]
                else:
                    self.states[document["name"], document["node"]] = said(document["after"])
                self._changed.notify_all()

    def wait_for_node(self, name: str) -> None:
        with self._changed:
            there = lambda: any(node == name for _, node in self.states)  # noqa: E731
            assert self._changed.wait_for(there, timeout=300), f"{name} was never told of"

    def memory(self) -> int:
        """Resident bytes."""
        pages = Path(f"/proc/{self._process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def close(self) -> None:
        self._process.kill()
        self._process.wait(60)


def said(node: dict[str, Any]) -> tuple[object, ...]:
    codes = tuple(reason["code"] for reason in node["reasons"])
    return node["state"], node["eligible"], node["duplicate"], node["outdated"], codes, node.get("outlook")


def states_of(report: dict[str, Any]) -> dict[tuple[str, str], Any]:
    return {(item["name"], node["node"]): said(node) for item in report["items"] for node in item["nodes"]}


def fresh_states(server: ApiServer) -> dict[tuple[str, str], Any]:
    words = ("coverage", "-A", "-o", "json", "--server", server.url)
    done = subprocess.run([PROGRAM, *words], capture_output=True, check=True, env=ALIVE, timeout=300)
    return states_of(json.loads(done.stdout))


def opened(server: ApiServer) -> Counter[str]:
    return Counter(one.path.rsplit("/", 1)[-1] for one in server.requests if one.watches)


def wait_for_one_watch_a_kind(server: ApiServer) -> int:
    """How many watches of each kind have been asked for, once it is the same number for all five."""
    end = time.monotonic() + 60
    while len(opened(server)) < 5 or len(set(opened(server).values())) > 1:
        assert time.monotonic() < end, opened(server)
        time.sleep(0.1)
    return opened(server)["nodes"]


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_an_hour_of_events_on_1000_nodes_holds_memory_level_and_the_last_state():
    play = Play(nodes=1000, daemonsets=5)
    memory: list[int] = []
    with ApiServer(play.objects()) as server:
        follower = Follower(server)
        try:
            for part in range(WARM_UP + AN_HOUR):
                streams = wait_for_one_watch_a_kind(server)
                for _ in range(PART):
                    play.act(server)
                if part < WARM_UP or part == WARM_UP + AN_HOUR // 2:
                    # As when a laptop has slept: what the streams would go on from is gone, and so they end. To cut
                    # them off as well would let one that is behind ask once more than the others.
                    server.compact()
                else:
                    assert set(opened(server).values()) == {streams}, "the watches that were open stay open"
                server.add(a_node(f"milestone-{part}"))
                follower.wait_for_node(f"milestone-{part}")
                memory.append(follower.memory())
            assert wait_for_one_watch_a_kind(server) == WARM_UP + 2, (
                "one a kind, and one more after each break"
            )
            assert follower.states == fresh_states(server)
        finally:
            follower.close()
    print("resident, ten minutes apart:", *[f"{one / MIB:.1f}" for one in memory], "MiB")
    assert max(memory[WARM_UP:]) <= memory[WARM_UP - 1] * 1.1 + 4 * MIB, memory
