"""`plan` from the command line: how changes are written, on which nodes they fall, and what ends with 1."""

import json

import pytest
import yaml

from kubectl_ds.kube.api_server import ApiServer
from tests.clusters import a_daemonset, a_node, a_pod
from tests.program import kubectl_ds
from tests.schema.validation import assert_valid

CNI = a_daemonset("cni")
ROLE = a_daemonset("role", nodeSelector={"role": "edge"})
CLUSTER = [
    CNI,
    ROLE,
    a_node("n1", labels={"pool": "a"}),
    a_node("n2", labels={"pool": "a"}),
    a_node("n3", labels={"pool": "b", "role": "edge"}),
    *(a_pod(CNI, f"n{number}") for number in (1, 2, 3)),
    a_pod(ROLE, "n3"),
]


@pytest.fixture(scope="module")
def server():
    with ApiServer(CLUSTER) as running:
        yield running


def plan(server, *words):
    return kubectl_ds("plan", *words, "--server", server.url)


def document(server, *words):
    return assert_valid(json.loads(plan(server, *words, "-o", "json").out))


def lost_by(server, *words):
    return {item["name"]: [one["node"] for one in item["lost"]] for item in document(server, *words)["items"]}


@pytest.mark.parametrize(
    ("words", "nodes"),
    [
        pytest.param(("--taint", "n1:a=b:NoSchedule"), ["n1"], id="a node in front of the taint"),
        pytest.param(("--taint", "n1:a:NoSchedule"), ["n1"], id="a taint without a value"),
        pytest.param(("--taint", "a=b:NoSchedule", "--node", "n2"), ["n2"], id="a node named apart"),
        pytest.param(
            ("--taint", "a=b:NoSchedule", "--nodes", "pool=a"), ["n1", "n2"], id="nodes with a label"
        ),
        pytest.param(
            ("--taint", "a:NoSchedule", "--nodes", "pool in (a,b)"), ["n1", "n2", "n3"], id="a set of values"
        ),
        pytest.param(
            ("--taint", "a:NoSchedule", "--node", "n3", "--nodes", "pool=a"),
            ["n1", "n2", "n3"],
            id="both together",
        ),
    ],
)
def test_taints_fall_on_the_nodes_that_are_said(server, words, nodes):
    assert lost_by(server, *words)["cni"] == nodes


@pytest.mark.parametrize(
    ("words", "gained"),
    [
        pytest.param(("--label", "n1:role=edge"), ["n1"], id="a node in front of the label"),
        pytest.param(("--label", "role=edge", "--nodes", "pool=a"), ["n1", "n2"], id="nodes with a label"),
        pytest.param(("--add-node", "n3"), ["n3-new-1"], id="a node like another"),
        pytest.param(("--add-node", "n3=2"), ["n3-new-1", "n3-new-2"], id="two of them"),
        pytest.param(
            ("--add-node", "n1", "--label", "n1-new-1:role=edge"), ["n1-new-1"], id="a new node, labelled"
        ),
    ],
)
def test_nodes_are_gained(server, words, gained):
    (item,) = [one for one in document(server, *words)["items"] if one["name"] == "role"]
    assert [one["node"] for one in item["gained"]] == gained


def test_a_label_taken_off(server):
    assert lost_by(server, "--label", "n3:role-") == {"role": ["n3"]}


def test_a_taint_taken_off():
    tainted = [CNI, a_node("n1", taints=["a=b:NoSchedule"])]
    with ApiServer(tainted) as server:
        for word in ("n1:a-", "n1:a:NoSchedule-"):
            (item,) = document(server, "--taint", word)["items"]
            assert [one["node"] for one in item["gained"]] == ["n1"]
        assert document(server, "--taint", "n1:a:NoExecute-")["items"] == []


def test_a_node_of_a_file(server, tmp_path):
    path = tmp_path / "node.yaml"
    path.write_text(yaml.safe_dump(a_node("fresh", labels={"role": "edge"})))
    items = {one["name"]: one for one in document(server, "--add-node", str(path))["items"]}
    assert [one["node"] for one in items["role"]["gained"]] == ["fresh"]


@pytest.mark.parametrize("word", ["kube-system/cni", "cni", "ds/cni"])
def test_a_daemonset_is_deleted(server, word):
    words = ("--delete", word) if "kube-system" in word else ("--delete", word, "-n", "kube-system")
    (item,) = document(server, *words)["items"]
    assert (item["name"], item["action"], len(item["lost"])) == ("cni", "deleted", 3)


def test_manifests_of_a_folder_with_other_objects_among_them(server, tmp_path):
    new = a_daemonset("new")
    del new["metadata"]["namespace"]
    objects = [new, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}]
    (tmp_path / "all.yaml").write_text(yaml.safe_dump_all(objects))
    told = document(server, "-f", str(tmp_path), "-n", "agents")
    assert told["ignored"] == ["ConfigMap"]
    assert [(item["namespace"], item["name"], item["action"]) for item in told["items"]] == [
        ("agents", "new", "created")
    ]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param(("--taint", "n1:a:NoSchedule"), 0, id="without --exit-code it is done"),
        pytest.param(("--taint", "n1:a:NoSchedule", "--exit-code"), 1, id="a node lost"),
        pytest.param(("--add-node", "n1", "--exit-code"), 0, id="a node gained"),
        pytest.param(("--drain", "n1", "--exit-code"), 0, id="nothing happens"),
    ],
)
def test_exit_codes(server, words, code):
    assert plan(server, *words).code == code


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param((), 2, "nothing to plan", id="nothing"),
        pytest.param(("--node", "n1", "--drain", "n2"), 2, "there is none", id="nodes for nothing"),
        pytest.param(("--taint", "a=b:NoSchedule"), 2, "on which nodes", id="a taint without nodes"),
        pytest.param(("--taint", "n1:a=b"), 2, "the effects are", id="a taint without an effect"),
        pytest.param(("--taint", "n1:a=b:Never"), 2, "the effects are", id="an effect that is none"),
        pytest.param(("--label", "n1:role"), 2, "--label takes", id="a label without a value"),
        pytest.param(("--label", "n1:a b=c"), 2, "--label takes", id="a key that is none"),
        pytest.param(
            ("--taint", "a:NoSchedule", "--nodes", "pool in"),
            2,
            "label selector",
            id="a selector that is none",
        ),
        pytest.param(
            ("--taint", "a:NoSchedule", "--nodes", "pool=z"), 2, "no node has", id="a selector for nobody"
        ),
        pytest.param(
            ("--taint", "n9:a:NoSchedule"), 3, 'nodes "n9" not found', id="a node that is not there"
        ),
        pytest.param(("--add-node", "n9"), 3, 'nodes "n9" not found', id="a like that is not there"),
        pytest.param(("--add-node", "n1=0"), 2, "1 to 1000", id="no nodes at all"),
        pytest.param(
            ("--delete", "gone", "-n", "kube-system"),
            3,
            '"gone" not found',
            id="a DaemonSet that is not there",
        ),
        pytest.param(("-f", "/nowhere.yaml"), 2, "does not exist", id="a file that is not there"),
    ],
)
def test_what_cannot_be_planned_says_why(server, words, code, said):
    outcome = plan(server, *words)
    assert outcome.code == code
    assert said in outcome.err
    assert outcome.out == ""
