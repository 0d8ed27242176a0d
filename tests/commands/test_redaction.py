"""`snapshot --redact`: nobody's names, and the same verdicts."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from kubectl_ds.core.coverage import coverage
from kubectl_ds.core.coverage_report import CoverageReport
from kubectl_ds.core.explain import explain
from kubectl_ds.core.natural_order import natural_key
from kubectl_ds.core.snapshot import ClusterSnapshot, Resource
from kubectl_ds.core.stand_ins import KEPT_NAMESPACES, KnownNames, StandIns
from kubectl_ds.kube.api_server import ApiServer
from kubectl_ds.kube.dump.opening import open_dump
from kubectl_ds.kube.reader import Scope, read_snapshot
from kubectl_ds.kube.sample import sample_cluster
from tests.kube.faults import forbid, on
from tests.program import NOW, kubectl_ds
from tests.schema.validation import assert_valid

SAMPLE = sample_cluster(NOW)
WANTS: frozenset[Resource] = frozenset({"daemonsets", "nodes", "pods", "events", "controllerrevisions"})


@pytest.fixture(scope="module")
def redacted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("redacted") / "cluster.json.gz"
    assert kubectl_ds("demo", "snapshot", "--redact", "-o", str(path)).code == 0
    return path


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plain") / "cluster.json.gz"
    assert kubectl_ds("demo", "snapshot", "-o", str(path)).code == 0
    return path


def content(path: Path) -> dict[str, Any]:
    tree: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
    return tree


def read(path: Path) -> ClusterSnapshot:
    return read_snapshot(open_dump(str(path)).transport, Scope(namespace=None), WANTS)


def texts(tree: Any) -> Iterator[str]:
    """Every value, and every key of a map that a user may have named."""
    if isinstance(tree, dict):
        for key, held in tree.items():
            if "/" in key and "kubernetes.io/" not in key and "nvidia.com/" not in key:
                yield key
            yield from texts(held)
    elif isinstance(tree, list):
        for held in tree:
            yield from texts(held)
    elif isinstance(tree, str):
        yield tree


# --- what is in it -------------------------------------------------------------------------------


def test_no_name_and_no_address_is_left(redacted: Path):
    names = {one["metadata"]["name"] for one in SAMPLE if one["kind"] not in ("PriorityClass", "Namespace")}
    names |= {one["metadata"].get("namespace", "") for one in SAMPLE} - KEPT_NAMESPACES - {""}
    names |= {one["metadata"]["uid"] for one in SAMPLE}
    names |= {one["status"]["addresses"][0]["address"] for one in SAMPLE if one["kind"] == "Node"}
    left = set()
    for text in set(texts(content(redacted)["objects"])):
        for name in names:
            place = text.find(name)
            before, after = text[:place][-1:], text[place + len(name) :][:1]
            if place >= 0 and not before.isalnum() and not after.isalnum():
                left.add((name, text))
    # What a node has is asked for by these words, which happen to be namespaces as well.
    assert {text for _, text in left} <= {"nvidia.com/gpu"}


WORDS = "hush-"
"""Whatever has it in it is not to be seen."""


def talkative() -> dict[str, Any]:
    """A DaemonSet that says something in every field that takes a text."""
    container = {
        "name": "hush-container",
        "image": "hush-registry.example:5000/hush-team/hush-image:1.2@sha256:" + "a" * 64,
        "command": ["hush-command"],
        "args": ["--token=hush-argument"],
        "workingDir": "/hush-folder",
        "env": [{"name": "HUSH", "value": "hush-value"}],
        "envFrom": [{"secretRef": {"name": "hush-secret"}}],
        "ports": [{"containerPort": 80, "hostPort": 80, "hostIP": "10.11.12.13", "name": "hush-port"}],
        "volumeMounts": [{"name": "hush-volume", "mountPath": "/hush-mount"}],
        "lifecycle": {"preStop": {"exec": {"command": ["hush-stop"]}}},
        "livenessProbe": {"httpGet": {"host": "hush-host", "path": "/hush-path"}, "periodSeconds": 7},
        "securityContext": {
            "privileged": True,
            "seLinuxOptions": {"user": "hush-user"},
            "windowsOptions": {"runAsUserName": "hush-domain"},
        },
    }
    spec = {
        "containers": [container],
        "initContainers": [{**container, "name": "hush-init"}],
        "ephemeralContainers": [{**container, "name": "hush-debugger"}],
        "hostname": "hush-name",
        "subdomain": "hush-domain",
        "hostAliases": [{"ip": "10.11.12.14", "hostnames": ["hush-alias"]}],
        "dnsConfig": {"nameservers": ["10.11.12.15"], "searches": ["hush-search"]},
        "imagePullSecrets": [{"name": "hush-pull"}],
        "serviceAccountName": "hush-account",
        "serviceAccount": "hush-account",
        "priorityClassName": "hush-priority",
        "runtimeClassName": "hush-runtime",
        "nodeName": "hush-node",
        "volumes": [
            {"name": "hush-volume", "secret": {"secretName": "hush-secret"}},
            {"name": "hush-share", "nfs": {"server": "hush-server", "path": "/hush-export"}},
            {"name": "hush-claim", "persistentVolumeClaim": {"claimName": "hush-claim"}},
        ],
        "affinity": {
            "podAntiAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": [
                    {
                        "namespaces": ["hush-namespace"],
                        "topologyKey": "kubernetes.io/hostname",
                        "labelSelector": {},
                    }
                ]
            },
            "nodeAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": {
                    "nodeSelectorTerms": [
                        {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["hush-node"]}]}
                    ]
                }
            },
        },
        "anotherField": "hush-future",
    }
    metadata = {
        "name": "hush-daemonset",
        "namespace": "hush-namespace",
        "uid": "u",
        "labels": {"app": "hush-daemonset"},
        "annotations": {"note": "hush-note", "deprecated.daemonset.template.generation": "3"},
        "finalizers": ["example.com/hush-daemonset"],
        "managedFields": [{"manager": "hush-manager"}],
    }
    template = {
        "metadata": {"labels": {"app": "hush-daemonset"}, "annotations": {"note": "hush-note"}},
        "spec": spec,
    }
    conditions = [{"type": "X", "status": "True", "reason": "hush reason", "message": "hush-message"}]
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": metadata,
        "spec": {"selector": {"matchLabels": {"app": "hush-daemonset"}}, "template": template},
        "status": {"numberReady": 1, "conditions": conditions},
    }


def about_it() -> list[dict[str, Any]]:
    """A revision, a pod that is unwell, an event, a node, and a namespace that is going."""
    daemonset = talkative()
    owner = {
        "kind": "DaemonSet",
        "name": "hush-daemonset",
        "uid": "u",
        "controller": True,
        "apiVersion": "apps/v1",
    }
    meta = {"namespace": "hush-namespace", "ownerReferences": [owner], "labels": {"app": "hush-daemonset"}}
    waiting = {"waiting": {"reason": "hush reason", "message": "hush-message"}}
    told = [{"type": "Ready", "status": "False", "reason": "hush reason", "message": "hush-message"}]
    return [
        daemonset,
        {
            "apiVersion": "apps/v1",
            "kind": "ControllerRevision",
            "metadata": {
                **meta,
                "name": "hush-daemonset-abc",
                "annotations": {"kubernetes.io/change-cause": "hush-cause"},
            },
            "revision": 1,
            "data": {"spec": {"template": daemonset["spec"]["template"]}},
        },
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {**meta, "name": "hush-daemonset-x1y2z", "uid": "p"},
            "spec": daemonset["spec"]["template"]["spec"],
            "status": {
                "phase": "Running",
                "message": "hush-message",
                "reason": "hush reason",
                "conditions": told,
                "containerStatuses": [{"name": "hush-container", "state": waiting, "image": "hush-image"}],
            },
        },
        {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": "hush-daemonset-x1y2z.17", "namespace": "hush-namespace"},
            "involvedObject": {
                "kind": "Pod",
                "namespace": "hush-namespace",
                "name": "hush-daemonset-x1y2z",
                "uid": "p",
                "fieldPath": "spec.containers{hush-container}",
            },
            "reason": "Failed",
            "message": "hush-message",
            "source": {"component": "kubelet", "host": "hush-node"},
        },
        {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {
                "name": "hush-node",
                "labels": {"kubernetes.io/hostname": "hush-host", "rack": "hush-node.7"},
            },
            "spec": {
                "providerID": "aws:///hush-zone/i-hush-1",
                "taints": [{"key": "owner", "value": "hush-namespace", "effect": "NoSchedule"}],
            },
            "status": {"conditions": told, "addresses": [{"type": "InternalIP", "address": "10.11.12.16"}]},
        },
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {
                "name": "hush-namespace",
                "labels": {"kubernetes.io/metadata.name": "hush-namespace"},
            },
            "status": {"conditions": [{"type": "X", "status": "True", "message": "hush-message"}]},
        },
    ]


def test_nothing_that_people_write_is_left(tmp_path: Path):
    with ApiServer(about_it(), clock=lambda: NOW) as server:
        for flags in ([], ["--redact"]):
            path = tmp_path / "cluster.json.gz"
            kubectl_ds("snapshot", *flags, "-o", str(path), "--server", server.url)
            said = sorted({text for text in all_texts(content(path)) if WORDS in text or "10.11.12." in text})
            assert bool(said) is not bool(flags), said
    shown = content(path)["objects"]
    container = shown["daemonsets"][0]["spec"]["template"]["spec"]["containers"][0]
    assert container["securityContext"] == {"privileged": True}
    assert container["livenessProbe"] == {"periodSeconds": 7}
    assert container["image"] == f"redacted-image-1:1.2@sha256:{1:064x}"
    assert shown["daemonsets"][0]["metadata"]["annotations"] == {
        "deprecated.daemonset.template.generation": "3"
    }
    assert shown["pods"][0]["spec"]["nodeName"] == shown["nodes"][0]["metadata"]["name"] == "redacted-node-1"
    assert shown["nodes"][0]["metadata"]["labels"]["rack"] == "redacted-node-1.7"
    assert shown["events"][0]["involvedObject"]["name"] == shown["pods"][0]["metadata"]["name"]
    assert shown["controllerrevisions"][0]["metadata"]["name"] == "redacted-daemonset-1-abc"


def all_texts(tree: Any) -> Iterator[str]:
    """Every value and every key."""
    if isinstance(tree, dict):
        yield from tree
    held: Any = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    for one in held:
        yield from all_texts(one)
    if isinstance(tree, str):
        yield tree


def test_revisions_that_differ_in_what_is_dropped_stay_different(tmp_path: Path):
    objects = about_it()
    old = json.loads(json.dumps(objects[1]))
    old["metadata"]["name"] = "hush-daemonset-old"
    old["data"]["spec"]["template"]["spec"]["containers"][0]["env"][0]["value"] = "another"
    with ApiServer([*objects, old], clock=lambda: NOW) as server:
        kubectl_ds("snapshot", "--redact", "-o", str(tmp_path / "x"), "--server", server.url)
    shown = content(tmp_path / "x")["objects"]
    templates = {
        one["metadata"]["name"]: one["data"]["spec"]["template"] for one in shown["controllerrevisions"]
    }
    present = shown["daemonsets"][0]["spec"]["template"]
    assert {**templates["redacted-daemonset-1-abc"], "$patch": None} == {**present, "$patch": None}
    assert templates["redacted-daemonset-1-old"] != templates["redacted-daemonset-1-abc"]


def test_the_file_is_as_its_schema_says_and_says_that_it_is_redacted(redacted: Path):
    assert assert_valid(content(redacted))["redacted"] is True


def test_the_same_cluster_gives_the_same_file(redacted: Path, tmp_path: Path):
    again = tmp_path / "again.json.gz"
    kubectl_ds("demo", "snapshot", "--redact", "-o", str(again))
    assert again.read_bytes() == redacted.read_bytes()


def test_a_gap_keeps_its_resource_and_loses_its_words(tmp_path: Path):
    path = tmp_path / "x"
    with ApiServer(SAMPLE, faults=[on("/events", forbid("jane"))]) as server:
        taken = kubectl_ds("snapshot", "--redact", "-o", str(path), "--server", server.url)
    assert taken.code == 3
    assert "jane" in taken.err
    assert "jane" not in json.dumps(content(path))
    assert [gap.message for gap in read(path).gaps] == [
        "events could not be read: the server refused, in words that were left out"
    ]


def test_what_cannot_be_redacted_is_not_written(tmp_path: Path):
    dump = tmp_path / "dump.json"
    odd = {**talkative(), "spec": {"template": {"spec": {"containers": 7}}}}
    dump.write_text(json.dumps(odd))
    outcome = kubectl_ds("snapshot", "--redact", "-o", str(tmp_path / "x"), "--from", str(dump))
    assert outcome.code == 3
    assert "cannot be redacted" in outcome.err
    assert not (tmp_path / "x").exists()


# --- what it says --------------------------------------------------------------------------------


def states(report: CoverageReport) -> dict[str, Any]:
    """By DaemonSet in natural order what is said of every node in natural order: both orders are kept."""
    items = sorted(report.items, key=lambda one: natural_key(one.name))
    assert [item.nodes is not None for item in items]
    return {
        str(place): (
            item.summary,
            item.controller_disagrees,
            [(node.state, node.eligible, node.duplicate, node.outdated) for node in item.nodes or ()],
        )
        for place, item in enumerate(items)
    }


def test_every_node_is_in_the_same_state_for_every_daemonset(redacted: Path, plain: Path):
    whole, shown = read(plain), read(redacted)
    assert [one.metadata.name for one in shown.nodes] != [one.metadata.name for one in whole.nodes]
    assert states(coverage(shown)) == states(coverage(whole))


def test_every_rule_says_the_same_of_every_node(redacted: Path, plain: Path):
    def verdicts(moment: ClusterSnapshot) -> Mapping[str, Any]:
        daemonsets = sorted(moment.daemonsets, key=lambda one: natural_key(one.metadata.name))
        return {
            str(place): [
                (node.should_run, node.should_continue_running, [rule.reason is None for rule in node.rules])
                for node in explain(moment, daemonset).nodes or ()
            ]
            for place, daemonset in enumerate(daemonsets)
        }

    assert verdicts(read(redacted)) == verdicts(read(plain))


def test_an_audit_finds_as_much(redacted: Path, plain: Path):
    def found(path: Path) -> dict[str, int]:
        outcome = kubectl_ds("audit", "-A", "-o", "json", "--from", str(path))
        assert outcome.code == 1
        return Counter(one["rule"] for one in json.loads(outcome.out)["findings"])

    assert found(redacted) == found(plain)


# --- stand-ins -----------------------------------------------------------------------------------

KNOWN = KnownNames(
    nodes=["node-10", "node-2", "ip-10-0-1-5.ec2.internal"],
    hosts=["ip-10-0-1-5"],
    namespaces=["web", "kube-system"],
    daemonsets=["agent", "agent-v2"],
    pods=[("agent-x7k2p", "agent"), ("web-0", "")],
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("node-2", "redacted-node-2", id="numbers follow the natural order"),
        pytest.param("node-10", "redacted-node-3", id="of all names of a kind"),
        pytest.param("node-1", "node-1", id="the beginning of a name is no name"),
        pytest.param("xnode-2", "xnode-2", id="nor is the end of a word"),
        pytest.param("pool.node-2.rack", "pool.redacted-node-2.rack", id="a name between other characters"),
        pytest.param("agent-v2", "redacted-daemonset-2", id="the longest name counts"),
        pytest.param("agent-v3", "redacted-daemonset-1-v3", id="or what of it there is"),
        pytest.param("agent-x7k2p", "redacted-daemonset-1-1", id="a pod is called after its DaemonSet"),
        pytest.param("web-0", "redacted-pod-2", id="another pod is not"),
        pytest.param("kube-system", "kube-system", id="namespaces of every cluster stay"),
        pytest.param("ip-10-0-1-5", "redacted-host-1", id="a host name"),
        pytest.param("at 10.0.1.5:80", "at redacted-address-1:80", id="an address"),
        pytest.param("1.2.3.400", "1.2.3.400", id="no address"),
        pytest.param(
            "0aeb2b1c-7a3f-4b0e-9a51-2f6b1f0c9d10", "00000000-0000-4000-8000-000000000001", id="a uid"
        ),
        pytest.param("", "", id="nothing"),
    ],
)
def test_a_name_has_one_stand_in_wherever_it_stands(text: str, shown: str):
    assert StandIns(KNOWN).text(text) == shown


def test_a_value_does_not_become_too_long_for_a_label():
    value = "-".join(["web"] * 12)
    assert len(StandIns(KNOWN).label_value(value)) <= 63
