"""`node` from the command line: what is read of a large cluster, exit codes, and words that mean nothing."""

import json

import pytest

from kubectl_ds.kube.api_server import ApiServer
from tests.clusters import a_daemonset, a_node, a_pod, a_revision
from tests.commands.screens import Running
from tests.program import kubectl_ds
from tests.schema.validation import assert_valid

CNI = a_daemonset("cni")
TENANT = a_daemonset(
    "agent", namespace="team", status={"desiredNumberScheduled": 7, "currentNumberScheduled": 3}
)
CLUSTER = [
    *(CNI, TENANT, a_revision(CNI), a_revision(TENANT)),
    *(a_node(f"n{number}") for number in range(1, 8)),
    *(a_pod(CNI, f"n{number}") for number in range(1, 8)),
    *(a_pod(TENANT, f"n{number}") for number in (1, 3)),
    a_pod(TENANT, "n2", bound=False),
    a_pod(None, "n2", name="web"),
]


def node(*words):
    with ApiServer(CLUSTER) as server:
        outcome = kubectl_ds("node", *words, "-v=6", "--server", server.url)
    asked = [line for line in outcome.err.splitlines() if "/api/v1/" in line]
    return outcome, asked


def document(*words):
    return assert_valid(json.loads(node(*words, "-o", "json")[0].out))


def test_of_one_node_only_what_is_on_it_is_read():
    _, asked = node("n2")
    assert any("fieldSelector=metadata.name%3Dn2" in line for line in asked)
    pods = [line for line in asked if "/pods?" in line]
    assert len(pods) == 2
    assert all("fieldSelector=spec.nodeName%3D" in line for line in pods)


def test_of_many_nodes_the_lists_are_read_once():
    _, asked = node("n1", "n2", "n3", "n4", "n5", "n6")
    assert len([line for line in asked if "/pods?" in line or "/nodes?" in line]) == 2


@pytest.mark.parametrize("names", [("n2",), ("n1", "n2", "n3", "n4", "n5")], ids=["few", "many"])
def test_the_answer_is_the_same_however_it_is_read(names):
    narrow = {item["node"]: item for item in document(*names)["items"]}
    wide = {item["node"]: item for item in document()["items"]}
    assert list(narrow) == list(names)
    assert narrow == {name: wide[name] for name in names}


def test_an_unbound_pod_is_told_from_none():
    (item,) = document("n2")["items"]
    assert [(one["name"], one["state"]) for one in item["daemonSets"]] == [
        ("cni", "Ready"),
        ("agent", "Pending"),
    ]


def test_a_namespace_narrows_what_counts():
    (item,) = document("n2", "-n", "kube-system")["items"]
    assert (item["covered"], len(item["daemonSets"])) == (True, 1)


@pytest.mark.parametrize("word", ["n1", "node/n1", "no/n1", "nodes/n1"])
def test_a_node_is_named_as_kubectl_lets_it_be_named(word):
    assert [item["node"] for item in document(word)["items"]] == ["n1"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param(("n2",), 0, id="without --exit-code it is done"),
        pytest.param(("n2", "--exit-code"), 1, id="something is not Ready"),
        pytest.param(("n1", "--exit-code"), 0, id="all are Ready"),
        pytest.param(("n2", "--exit-code", "--require", "kube-system/cni"), 0, id="what counts is Ready"),
        pytest.param(("n1", "--exit-code", "--require", "team/gone"), 1, id="what counts does not exist"),
        pytest.param(("n9",), 3, id="a node that is not there"),
        pytest.param(("n1", "--require", "cni"), 2, id="a requirement without a namespace"),
        pytest.param(("pod/n1",), 2, id="another type"),
        pytest.param((".."), 2, id="a path"),
    ],
)
def test_exit_codes(words, code):
    words = words if isinstance(words, tuple) else (words,)
    assert node(*words)[0].code == code


# --- followed --------------------------------------------------------------------------------------


def test_every_change_on_a_followed_node_is_a_line():
    with ApiServer(CLUSTER) as server, Running(server, "node", "n1", "n9", "--watch") as running:
        running.out.wait_for(lambda text: "node n1  all 2 DaemonSets ready" in text)
        server.update(a_pod(CNI, "n1", ready=False))
        running.out.wait_for(lambda text: "Ready -> NotReady" in text)
        server.add(a_node("n9"))
        text = running.out.wait_for(lambda text: " n9 is Ready; 0 of 2 DaemonSets ready" in text)
    lines = [line.split(" ", 1)[1] for line in text.splitlines() if line.startswith("2026-")]
    assert lines[:2] == [
        "n1 is Ready; 1 of 2 DaemonSets ready",
        "n1 kube-system/cni Ready -> NotReady ReadinessProbeFailing",
    ]


def test_scripts_get_a_document_for_each_change_and_terminals_a_picture():
    with ApiServer(CLUSTER) as server:
        with Running(server, "node", "n1", "--watch", "-o", "json") as running:
            running.out.wait_for(lambda text: text.endswith("\n"))
            server.update(a_pod(CNI, "n1", ready=False))
            text = running.out.wait_for(lambda text: text.count("\n") == 2)
        with Running(server, "node", "n1", "--watch", is_terminal=True, TERM="xterm") as running:
            running.out.wait_for(lambda text: "1 of 2 DaemonSets ready" in text)
    assert [assert_valid(json.loads(line))["covered"] for line in text.splitlines()] == [True, False]
