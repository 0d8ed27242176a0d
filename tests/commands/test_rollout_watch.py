"""`rollout --watch`: a picture on a terminal, lines in a pipe, documents for scripts; and how it ends."""

import copy
import json

import pytest

from kubectl_ds.kube.api_server import ApiServer
from tests.clusters import OLD_HASH, a_container_status, a_daemonset, a_node, a_pod, a_revision
from tests.commands.screens import Running
from tests.program import kubectl_ds
from tests.schema.validation import assert_valid

CNI = a_daemonset("cni", max_unavailable=1)
OLD = copy.deepcopy(CNI["spec"]["template"])
OLD["spec"]["containers"][0]["image"] = "registry.example/main:0.9"
BASE = [
    CNI,
    a_revision(CNI, 1, revision_hash=OLD_HASH, template=OLD),
    a_revision(CNI, 2),
    a_node("n1"),
    a_node("n2"),
]
HALF = [*BASE, a_pod(CNI, "n1", name="cni-1"), a_pod(CNI, "n2", name="cni-2", revision_hash=OLD_HASH)]
DONE = [*BASE, a_pod(CNI, "n1", name="cni-1"), a_pod(CNI, "n2", name="cni-3")]
WATCHED = ("rollout", "cni", "-n", "kube-system", "--watch")


def finish(server: ApiServer) -> None:
    """The last old pod goes, its successor comes and becomes Ready."""
    server.delete("Pod", "cni-2", "kube-system")
    server.add(a_pod(CNI, "n2", name="cni-3"))


def test_in_a_pipe_each_change_is_a_line_and_it_ends_when_it_is_done():
    with ApiServer(HALF) as server, Running(server, *WATCHED) as running:
        running.out.wait_for(lambda text: "1 of 2 nodes done" in text)
        finish(server)
        text = running.out.wait_for(lambda text: "done on all of its 2 nodes" in text)
        assert running.ended() == 0
    lines = [line.split(" ", 1)[1] for line in text.splitlines()]
    assert lines[0] == "kube-system/cni revision 2: progressing, 1 of 2 nodes done"
    assert lines[-1] == "kube-system/cni revision 2: done on all of its 2 nodes"
    assert any(line.startswith("kube-system/cni n2: ") for line in lines[1:-1])


def test_scripts_get_one_document_a_line():
    with ApiServer(HALF) as server, Running(server, *WATCHED, "-o", "json") as running:
        running.out.wait_for(lambda text: "Progressing" in text)
        finish(server)
        text = running.out.wait_for(lambda text: '"verdict":"Done"' in text)
    documents = [assert_valid(json.loads(line)) for line in text.splitlines()]
    assert [documents[0]["verdict"], documents[-1]["verdict"]] == ["Progressing", "Done"]


def test_a_terminal_gets_a_progress_bar_and_the_nodes_in_motion():
    crashing = a_pod(
        CNI,
        "n1",
        name="cni-1",
        ready=False,
        container_statuses=[a_container_status(waiting="CrashLoopBackOff")],
    )
    cluster = [*BASE, crashing, HALF[-1]]
    with (
        ApiServer(cluster) as server,
        Running(
            server, *WATCHED, is_terminal=True, TERM="xterm", COLUMNS="100", LINES="30", NO_COLOR=""
        ) as running,
    ):
        text = running.out.wait_for(lambda text: "will not finish" in text)
        assert "] 0/2" in text
        assert "CrashLoopBackOff" in text
        server.update(a_pod(CNI, "n1", name="cni-1"))
        running.out.wait_for(lambda text: "####################-" in text)
        finish(server)
        running.out.wait_for(lambda text: "] 2/2" in text)
        assert running.ended() == 0


def test_a_rollout_that_is_done_ends_at_once():
    with ApiServer(DONE) as server:
        outcome = kubectl_ds(*WATCHED, "--server", server.url)
    assert outcome.code == 0
    assert outcome.out.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param((*WATCHED, "--timeout", "0.1s"), 1, "", id="time is up"),
        pytest.param((*WATCHED, "--timeout", "soon"), 2, "no duration", id="no duration"),
        pytest.param(
            ("rollout", "cni", "-n", "kube-system", "--timeout", "1s"),
            2,
            "goes with --watch",
            id="for nothing",
        ),
        pytest.param(
            ("rollout", "gone", "-n", "kube-system", "--watch"), 3, '"gone" not found', id="not there"
        ),
    ],
)
def test_how_else_it_ends(words, code, said):
    with ApiServer(HALF) as server:
        outcome = kubectl_ds(*words, "--server", server.url)
    assert outcome.code == code
    assert said in outcome.err
