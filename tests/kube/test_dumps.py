"""What a dump answers: kinds, namespaces and moments that it holds, and one sentence for those that it does not."""

import gzip
import json
import os
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubectl_ds.core.coverage import coverage
from kubectl_ds.core.snapshot import ClusterSnapshot, Resource
from kubectl_ds.errors import KubectlDsError, NotHeld, UsageError
from kubectl_ds.kube.connection import Session
from kubectl_ds.kube.dump.opening import open_dump
from kubectl_ds.kube.reader import Scope, read_snapshot
from kubectl_ds.kube.sample import sample_cluster
from tests.program import NOW

Raw = dict[str, Any]
SAMPLE = sample_cluster(NOW)
WANTS: frozenset[Resource] = frozenset({"daemonsets", "nodes", "pods", "events", "controllerrevisions"})
COVERAGE: frozenset[Resource] = frozenset({"daemonsets", "nodes", "pods"})
MIXED = ("DaemonSet", "Node", "Pod", "Event", "ControllerRevision")


def of(*kinds: str, namespace: str = "") -> list[Raw]:
    return [
        one
        for one in SAMPLE
        if one["kind"] in kinds and (not namespace or one["metadata"].get("namespace") in (namespace, None))
    ]


def listed(objects: Iterable[Raw]) -> Raw:
    """As `kubectl get -o json` prints them."""
    return {"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": list(objects)}


def typed(kind: str) -> Raw:
    """As the API server lists them: items without kind and apiVersion."""
    items = of(kind)
    bare = [{key: value for key, value in one.items() if key not in ("kind", "apiVersion")} for one in items]
    return {"apiVersion": items[0]["apiVersion"], "kind": f"{kind}List", "metadata": {}, "items": bare}


def as_json(*documents: Raw) -> bytes:
    return "\n".join(json.dumps(one, indent=4) for one in documents).encode()


def as_yaml(*documents: Raw) -> bytes:
    return yaml.dump_all(documents, Dumper=yaml.CSafeDumper, sort_keys=False).encode()


def taken(
    session: Session, namespace: str | None = None, wants: frozenset[Resource] = WANTS
) -> ClusterSnapshot:
    return read_snapshot(session.transport, Scope(namespace=namespace), wants)


def dumped(tmp_path: Path, content: bytes) -> str:
    path = tmp_path / "dump"
    path.write_bytes(content)
    return str(path)


FORMS: dict[str, Callable[[], bytes]] = {
    "one List of several kinds": lambda: as_json(listed(of(*MIXED))),
    "one List of several kinds in YAML": lambda: as_yaml(listed(of(*MIXED))),
    "a List a kind, one behind the other": lambda: as_json(*(listed(of(kind)) for kind in MIXED)),
    "several YAML documents": lambda: as_yaml(*(listed(of(kind)) for kind in MIXED)),
    "lists as the API server has them": lambda: as_json(*(typed(kind) for kind in MIXED)),
    "compressed": lambda: gzip.compress(as_json(listed(of(*MIXED)))),
    "UTF-16, as PowerShell writes files": lambda: as_json(listed(of(*MIXED))).decode().encode("utf-16"),
    "with kinds that nobody reads": lambda: as_json(
        listed([*of(*MIXED), {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}, "data": {}}])
    ),
    "with a Node of another group": lambda: as_json(
        listed(
            [*of(*MIXED), {"apiVersion": "longhorn.io/v1beta2", "kind": "Node", "metadata": {"name": "x"}}]
        )
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_dump_holds_the_cluster_in_whatever_form(form: str, tmp_path: Path):
    read = taken(open_dump(dumped(tmp_path, FORMS[form]())))
    assert not read.gaps
    assert len(read.daemonsets) == len(of("DaemonSet"))
    assert len(read.nodes) == len(of("Node"))
    assert len(read.pods) == len(of("Pod"))
    assert len(read.revisions) == len(of("ControllerRevision"))
    assert read.all_pods


def test_a_pipe_is_read_once(tmp_path: Path):
    """`--from <(kubectl get …)`."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    content = gzip.compress(as_json(listed(of(*MIXED))))
    writer = threading.Thread(target=pipe.write_bytes, args=(content,))
    writer.start()
    read = taken(open_dump(str(pipe)))
    writer.join()
    assert len(read.pods) == len(of("Pod"))


def test_kinds_that_a_dump_lacks_are_gaps_and_not_empty_lists(tmp_path: Path):
    path = dumped(tmp_path, as_json(listed(of("DaemonSet", "Node", "Pod"))))
    read = taken(open_dump(path))
    assert [gap.message for gap in read.gaps] == [
        f"the dump at {path} holds no events",
        f"the dump at {path} holds no controllerrevisions",
    ]
    assert not read.lacks("pods")


def test_without_daemonsets_there_is_nothing_to_say(tmp_path: Path):
    path = dumped(tmp_path, as_json(listed(of("Node", "Pod"))))
    with pytest.raises(NotHeld, match=f"^the dump at {path} holds no daemonsets$"):
        taken(open_dump(path))


def test_the_moment_of_a_dump_is_the_newest_that_it_tells_of(tmp_path: Path):
    ahead = {**of("Pod")[0]["metadata"], "deletionTimestamp": "2031-01-01T00:00:00Z"}
    pods = [{**of("Pod")[0], "metadata": ahead}, *of("Pod")[1:]]
    node = json.loads(json.dumps(of("Node")[0]))
    node["status"]["conditions"][0]["lastHeartbeatTime"] = "2026-09-01T12:34:56Z"
    content = as_json(listed([*of("DaemonSet"), *pods, node, *of("Node")[1:]]))
    read = taken(open_dump(dumped(tmp_path, content)))
    assert read.taken_at == datetime(2026, 9, 1, 12, 34, 56, tzinfo=UTC)


@pytest.mark.parametrize("text", ["=", "<<"])
def test_what_yaml_has_a_use_for_is_a_text_as_kubectl_prints_it(text: str, tmp_path: Path):
    daemonset = {**of("DaemonSet")[0]}
    printed = as_yaml(listed([daemonset])).replace(
        b"kind: DaemonSet", f"kind: DaemonSet\n  note: {text}".encode(), 1
    )
    session = open_dump(dumped(tmp_path, printed))
    read = taken(session, wants=frozenset({"daemonsets"}))
    assert [one["note"] for one in read.daemonset_objects.values()] == [text]


def test_a_day_that_there_is_not_is_no_moment(tmp_path: Path):
    node = {
        **of("Node")[0],
        "metadata": {**of("Node")[0]["metadata"], "creationTimestamp": "2999-02-31T00:00:00Z"},
    }
    session = open_dump(dumped(tmp_path, as_json(listed([*of("DaemonSet"), node]))))
    assert taken(session, wants=frozenset({"daemonsets"})).taken_at <= NOW


# --- namespaces ----------------------------------------------------------------------------------


def test_without_a_namespace_everything_is_meant(tmp_path: Path):
    session = open_dump(dumped(tmp_path, as_json(listed(of(*MIXED)))))
    assert session.namespace_of(()) is None
    assert session.namespace_of(["falco"]) == "security"
    assert session.namespace_of(["falco", "cilium"]) is None
    assert session.namespace_of(["nowhere"]) is None


def test_a_dump_of_one_namespace_is_about_that_one(tmp_path: Path):
    session = open_dump(dumped(tmp_path, as_json(listed(of("DaemonSet", namespace="security")))))
    assert session.namespace_of(()) == session.namespace == "security"


def test_a_name_in_two_namespaces_asks_for_one(tmp_path: Path):
    falco = next(one for one in of("DaemonSet") if one["metadata"]["name"] == "falco")
    second = {**falco, "metadata": {**falco["metadata"], "namespace": "staging"}}
    session = open_dump(dumped(tmp_path, as_json(listed([*of(*MIXED), second]))))
    with pytest.raises(UsageError, match="falco is in namespaces security, staging"):
        session.namespace_of(["falco"])


def test_a_list_of_one_namespace_may_be_of_that_one_alone(tmp_path: Path):
    """`kubectl get ds,pods -n security`: what runs in others takes room too, and nobody knows of it."""
    content = as_json(listed(of("DaemonSet", "Pod", namespace="security")), listed(of("Node")))
    path = dumped(tmp_path, content)
    here = taken(open_dump(path), "security", COVERAGE)
    assert [gap.message.partition(": ")[0] for gap in here.gaps] == [
        "free room on nodes cannot be computed, since the pods of all namespaces could not be read"
    ]
    assert coverage(here).items[0].summary.ready == 19
    everywhere = taken(open_dump(path), None, COVERAGE)
    assert [gap.message for gap in everywhere.gaps] == [
        f"the dump at {path} may hold daemonsets of some namespaces alone: security",
        f"the dump at {path} may hold pods of some namespaces alone: security",
    ]
    with pytest.raises(NotHeld, match=f"^the dump at {path} holds no daemonsets of namespace batch$"):
        taken(open_dump(path), "batch", COVERAGE)


@pytest.mark.parametrize(
    ("ours", "theirs", "lacking"),
    [
        pytest.param("Event", (), [], id="events of a quiet cluster"),
        pytest.param("DaemonSet", (), [], id="DaemonSets, and every daemon pod's is among them"),
        pytest.param(
            "DaemonSet", ("monitoring",), ["daemonsets"], id="DaemonSets, and pods of others are there"
        ),
        pytest.param(
            "Pod", ("monitoring",), ["pods"], id="pods, and others' DaemonSets say that they have some"
        ),
        pytest.param(
            "ControllerRevision",
            ("monitoring",),
            ["controllerrevisions"],
            id="revisions, and others have DaemonSets",
        ),
    ],
)
def test_a_list_of_one_namespace_beside_lists_of_several(
    ours: str, theirs: tuple[str, ...], lacking: list[str], tmp_path: Path
):
    """People ask for all kinds alike: it is of all namespaces, unless the dump shows that there are more."""
    daemonsets = {"security", *theirs}
    objects = {
        kind: [
            one
            for one in of(kind)
            if kind == "Node"
            or one["metadata"]["namespace"] in daemonsets
            or (kind == "Pod" and not is_daemons(one))
        ]
        for kind in MIXED
    }
    objects[ours] = [one for one in objects[ours] if one["metadata"]["namespace"] == "security"]
    objects["Event"] = objects["Event"] or of("Event")
    read = taken(open_dump(dumped(tmp_path, as_json(*(listed(held) for held in objects.values())))))
    assert [gap.resource for gap in read.gaps] == lacking


def is_daemons(pod: Raw) -> bool:
    owners = pod["metadata"].get("ownerReferences", ())
    return any(one["kind"] == "DaemonSet" for one in owners)


def test_an_object_by_itself_says_nothing_of_others(tmp_path: Path):
    """`kubectl get node worker-a-1 -o yaml`: the other nodes are not known, and none of them is said not to be there."""
    content = as_yaml(listed(of("DaemonSet", "Pod")), of("Node")[0])
    path = dumped(tmp_path, content)
    read = taken(open_dump(path), None, COVERAGE)
    assert [gap.message for gap in read.gaps] == [
        f"the dump at {path} holds single nodes, which may not be all of them"
    ]


# --- what is no dump -----------------------------------------------------------------------------


def laughs(each: bytes) -> bytes:
    """Twenty lines, each of them nine times the one before."""
    lines = [b"n0: &n0 {%s: y}\n" % (b"x" * 100)]
    for number in range(1, 20):
        aliases = b", ".join([b"*n%d" % (number - 1)] * 9)
        lines.append(b"n%d: &n%d %s\n" % (number, number, each % aliases))
    return b"".join(lines)


NO_DUMPS: dict[str, tuple[bytes, str]] = {
    "nothing at all": (b"", "holds nothing that could be read here"),
    "text": (b"no resources found\n", "neither JSON nor YAML with objects in it"),
    "a table": (b"NAME   DESIRED\ncilium 35\n", "neither JSON nor YAML with objects in it"),
    "JSON that is cut short": (as_json(listed(of("DaemonSet")))[:5000], "is no JSON, or is cut short"),
    "gzip that is cut short": (gzip.compress(as_json(listed(of("DaemonSet"))))[:900], "is cut short"),
    "gzip that is damaged": (b"\x1f\x8b" + b"x" * 100, "is damaged"),
    "binary": (bytes(range(128, 256)), "neither JSON nor YAML"),
    "JSON that is no object": (b"[1, 2, 3]", "holds no Kubernetes objects"),
    "a DaemonSet without a name": (
        b'{"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {}}',
        "holds a DaemonSet that is not as the API has it",
    ),
    "kinds that nobody reads": (
        b'{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}}',
        "holds nothing that could be read here",
    ),
    "lists in lists without end": (b'{"kind":"List","items":[' * 5000, "is no JSON, or is cut short"),
    "arrays without end": (b"[" * 200_000, "is no JSON, or is cut short"),
    "YAML without end": (b"a: " + b"[" * 200_000, "it is nested deeper than 200 levels in line 1"),
    "YAML lists without end": (b"- " * 200_000, "it is nested deeper than 200 levels in line 1"),
    "YAML blocks without end": (
        b"".join(b" " * depth + b"a:\n" for depth in range(5000)),
        "it is nested deeper than 200 levels in line 201",
    ),
    "aliases that stand for a billion": (laughs(b"[%s]"), "its aliases stand for more than"),
    "merges that stand for a billion": (laughs(b"{<<: [%s]}"), "its aliases stand for more than"),
    "an alias that is its own part": (b"a: &a [*a]\n", "the alias in line 1 stands for what it is a part of"),
    "YAML that makes Python objects": (
        b"a: !!python/object/apply:os.system ['true']\n",
        "neither JSON nor YAML",
    ),
    "a snapshot of times to come": (
        b'{"apiVersion":"kubectl-ds/v9","kind":"ClusterSnapshot","objects":{},"takenAt":"2026-01-01T00:00:00Z"}',
        "which this version does not read",
    ),
    "a snapshot that is cut short": (
        b'{"apiVersion":"kubectl-ds/v1","kind":"ClusterSnapshot","scope":"","objects":{"daemonsets":[',
        "is no snapshot that can be read",
    ),
}


@pytest.mark.parametrize("what", NO_DUMPS)
def test_what_is_no_dump_is_refused_in_one_sentence(what: str, tmp_path: Path):
    content, said = NO_DUMPS[what]
    with pytest.raises(KubectlDsError) as caught:
        open_dump(dumped(tmp_path, content))
    assert said in caught.value.message
    assert "\n" not in caught.value.message
    assert len(caught.value.message) < 500


def test_a_bomb_is_noticed_before_it_goes_off(tmp_path: Path):
    path = dumped(tmp_path, gzip.compress(b" " * 50_000_000))
    with pytest.raises(KubectlDsError, match="unpacks to more than 1,048,576 bytes"):
        open_dump(path, variables={"KUBECTL_DS_DUMP_LIMIT": "1Mi"})


@pytest.mark.parametrize("text", ["x", "-1", "0", "1 GB"])
def test_a_bound_that_is_no_amount_is_refused(text: str, tmp_path: Path):
    with pytest.raises(UsageError, match="KUBECTL_DS_DUMP_LIMIT"):
        open_dump(dumped(tmp_path, b"{}"), variables={"KUBECTL_DS_DUMP_LIMIT": text})
