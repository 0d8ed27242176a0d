"""The bundled sample cluster: real objects, and every state and reason where its docstrings put them.

`TROUBLE` says, node by node, what is the matter and was written from the intent, not from the program's
answer; so the sample and the coverage rules hold each other.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from kubernetes import client

from kubectl_ds.core.coverage import coverage
from kubectl_ds.core.coverage_reasons import code_of
from kubectl_ds.core.coverage_report import STATES, DaemonSetCoverage, NodeCoverage
from kubectl_ds.core.explain import explain
from kubectl_ds.core.feature_gates import FeatureGates
from kubectl_ds.core.health import health
from kubectl_ds.core.near_miss import near_miss
from kubectl_ds.kube.api_server import ApiServer
from kubectl_ds.kube.reader import read_snapshot
from kubectl_ds.kube.sample import DAEMONSETS, nodes, sample_cluster
from kubectl_ds.kube.scope import Scope
from tests.clusters import model, snapshot_of
from tests.kube.reading import transport_to

DOCUMENT = Path(__file__).parents[2] / "docs" / "demo.md"
NOW = datetime(2026, 9, 1, 12, 0, 0, tzinfo=UTC)
CLUSTER = sample_cluster(NOW)
REPORT = {item.name: item for item in coverage(snapshot_of(*CLUSTER, now=NOW)).items}

LOST = ("NotReady", "NodeNotReady")
CODES_OF_THE_INTERFACE = (
    "NodeNameMismatch",
    "NodeSelectorMismatch",
    "NodeAffinityMismatch",
    "UntoleratedTaint",
    "FailedCreate",
    "QuotaExceeded",
    "AdmissionDenied",
    "ControllerBehind",
    "CreateBackoff",
    "NodeNotReady",
    "DaemonSetDeleted",
    "Unknown",
    "InsufficientCPU",
    "InsufficientMemory",
    "HostPortConflict",
    "TooManyPods",
    "VolumeConflict",
    "SchedulingGated",
    "NoScheduler",
    "PreemptionCannotHelp",
    "AdmissionChangedPod",
    "NodeCannotHost",
    "CrashLoopBackOff",
    "ImagePullBackOff",
    "Evicted",
)

TROUBLE: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "cilium": {
        "worker-c-6": LOST,
        "edge-3": ("Missing", "PodTerminating", "NodeNotReady"),
        "worker-c-10": ("NotReady", "NodeNotReady", "InitContainerRunning"),
    },
    "kube-proxy": {"worker-c-6": LOST, "edge-3": LOST, "worker-c-3": ("Missing", "Unknown")},
    "csi-node": {
        "worker-c-1": ("NotReady", "ContainerCreating"),
        "worker-c-2": ("NotReady", "ContainerCreating"),
        "worker-c-3": ("Missing", "PodTerminating"),
        "worker-c-5": ("Extra", "UntoleratedTaint", "PodTerminating"),
    },
    "nvidia-device-plugin": {},
    "node-exporter": {
        "worker-c-6": LOST,
        "edge-3": LOST,
        "worker-b-2": ("Pending", "TooManyPods", "PreemptionCannotHelp"),
        "worker-b-5": ("Pending", "HostPortConflict", "PreemptionCannotHelp"),
        "worker-c-5": ("Extra", "UntoleratedTaint", "ControllerDeletesPod"),
    },
    "windows-exporter": {"win-2": ("NotReady", "ImagePullBackOff")},
    "fluent-bit": {
        "worker-c-6": LOST,
        "edge-3": LOST,
        "worker-a-5": ("NotReady", "CrashLoopBackOff"),
        "worker-a-6": ("Pending", "InsufficientCPU", "PreemptionCannotHelp"),
        "worker-c-4": ("Missing", "Evicted", "CreateBackoff"),
        "worker-c-10": ("NotReady", "NodeNotReady", "ContainerCreating"),
        "fargate-1": ("Pending", "NodeCannotHost"),
        "virtual-node-1": ("NotReady", "NodeCannotHost", "ProviderFailed"),
    },
    "falco": {
        "storage-2": ("NotReady", "ReadinessProbeFailing"),
        "worker-b-3": ("Pending", "InsufficientMemory", "PreemptionCannotHelp"),
        "worker-b-6": ("Extra", "UntoleratedTaint", "ControllerLeavesPod"),
        "worker-c-5": ("Extra", "UntoleratedTaint", "PodTerminating"),
        "worker-c-6": ("Extra", "UntoleratedTaint", "ControllerLeavesPod"),
    },
    "file-audit": dict.fromkeys(("storage-2", "storage-3"), ("Missing", "ControllerBehind")),
    "image-scanner": dict.fromkeys(
        (
            *(
                "worker-a-6",
                "worker-b-2",
                "worker-b-3",
                "worker-b-4",
                "worker-b-5",
                "worker-c-2",
                "worker-c-3",
            ),
            *("worker-c-4", "arm-2", "arm-3", "storage-1", "storage-2", "storage-3"),
        ),
        ("Missing", "QuotaExceeded"),
    ),
    "gpu-health-check": {"gpu-4": ("Pending", "InsufficientResource", "PreemptionCannotHelp")},
    "volume-scrubber": {
        "storage-2": ("Pending", "VolumeConflict"),
        "storage-3": ("Pending", "SchedulingGated"),
    },
    "edge-agent": {
        "edge-1": ("Missing", "NodeAffinity", "CreateBackoff"),
        "edge-2": ("Pending", "NoScheduler"),
        "edge-3": ("Pending", "NoScheduler"),
    },
    "edge-gateway": {},
    "cache-warmer": {
        "worker-b-2": ("Pending", "AdmissionChangedPod"),
        "worker-b-3": ("Pending", "AdmissionChangedPod"),
        "worker-b-5": ("Pending", "AdmissionChangedPod"),
        "worker-b-6": ("Extra", "UntoleratedTaint", "ControllerLeavesPod"),
    },
    "kernel-tuner": dict.fromkeys(nodes.STORAGE, ("Missing", "AdmissionDenied")),
    "sandbox-warmer": dict.fromkeys(nodes.ARM, ("Missing", "FailedCreate")),
    "spot-handler": {},
    "fpga-driver": {},
    "kernel-module": {},
    "agent-v1": dict.fromkeys(nodes.ARM, ("Missing", "DaemonSetDeleted")),
}
"""DaemonSet, node: the state and the leading reason codes; a node that is not here is Ready or Excluded."""

ELIGIBLE: Mapping[str, tuple[str, ...]] = {
    "cilium": nodes.LINUX,
    "kube-proxy": nodes.LINUX,
    "csi-node": tuple(
        name
        for name in (*nodes.WORKERS, *nodes.GPU, *nodes.ARM, *nodes.STORAGE)
        if name not in ("worker-c-5", "worker-c-6")
    ),
    "nvidia-device-plugin": nodes.GPU,
    "node-exporter": tuple(name for name in nodes.LINUX if name != "worker-c-5"),
    "windows-exporter": nodes.WINDOWS,
    "fluent-bit": (*nodes.LINUX, *nodes.VIRTUAL),
    "falco": tuple(
        name
        for name in (*nodes.CONTROL_PLANE, *nodes.WORKERS, *nodes.STORAGE)
        if name not in ("worker-b-6", "worker-c-5", "worker-c-6")
    ),
    "file-audit": nodes.STORAGE,
    "image-scanner": tuple(
        name
        for name in (*nodes.WORKERS, *nodes.ARM, *nodes.STORAGE)
        if name not in ("worker-b-6", "worker-c-5", "worker-c-6")
    ),
    "gpu-health-check": nodes.GPU,
    "volume-scrubber": nodes.STORAGE,
    "edge-agent": nodes.EDGE,
    "edge-gateway": ("edge-1",),
    "cache-warmer": tuple(f"worker-b-{n}" for n in range(1, 6)),
    "kernel-tuner": nodes.STORAGE,
    "sandbox-warmer": nodes.ARM,
    "spot-handler": (),
    "fpga-driver": (),
    "kernel-module": (),
    "agent-v1": nodes.ARM,
}

STALE = {
    "agent-v1": {
        "currentNumberScheduled",
        "numberReady",
        "updatedNumberScheduled",
        "numberAvailable",
        "numberUnavailable",
    },
    "cache-warmer": {
        "desiredNumberScheduled",
        "currentNumberScheduled",
        "numberMisscheduled",
        "numberReady",
        "updatedNumberScheduled",
        "numberAvailable",
    },
    "node-exporter": {
        "desiredNumberScheduled",
        "currentNumberScheduled",
        "numberMisscheduled",
        "numberReady",
        "updatedNumberScheduled",
        "numberAvailable",
    },
    "file-audit": {"desiredNumberScheduled", "numberUnavailable"},
}
"""Where the stored status is meant to be behind: deleted, an unnoticed taint, a fresh taint, a fresh spec."""


def of_kind(kind: str, cluster: list[dict[str, Any]] = CLUSTER) -> list[dict[str, Any]]:
    return [one for one in cluster if one["kind"] == kind]


def at(daemonset: str, node: str) -> NodeCoverage:
    return next(one for one in REPORT[daemonset].nodes if one.node == node)


# --- what happens in it ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", TROUBLE)
def test_every_node_of_a_daemonset_is_as_its_story_says(name: str) -> None:
    found = {
        node.node: (node.state, *(code_of(reason) for reason in node.reasons))
        for node in REPORT[name].nodes
        if node.state not in ("Ready", "Excluded")
    }
    told = TROUBLE[name]
    assert {node: facts[: len(told.get(node, facts))] for node, facts in found.items()} == told


@pytest.mark.parametrize("name", ELIGIBLE)
def test_a_daemonset_belongs_where_its_story_says(name: str) -> None:
    assert {node.node for node in REPORT[name].nodes if node.eligible} == set(ELIGIBLE[name])


def test_the_stories_are_those_of_all_daemonsets() -> None:
    names = {one["metadata"]["name"] for one in of_kind("DaemonSet")}
    assert names == set(TROUBLE) == set(ELIGIBLE)
    assert len(DAEMONSETS) == len(names)


@pytest.mark.parametrize("name", REPORT)
def test_a_stored_status_is_behind_only_where_that_is_the_point(name: str) -> None:
    behind = {one.field for one in REPORT[name].controller_disagrees}
    assert behind == STALE.get(name, set())


def test_every_state_occurs() -> None:
    assert {node.state for item in REPORT.values() for node in item.nodes} == set(STATES)


@pytest.mark.parametrize("code", CODES_OF_THE_INTERFACE)
def test_every_reason_code_occurs(code: str) -> None:
    assert code in {
        code_of(reason) for item in REPORT.values() for node in item.nodes for reason in node.reasons
    }


@pytest.mark.parametrize("outlook", ["heals", "stuck", "unknown"])
def test_every_outlook_occurs(outlook: str) -> None:
    assert outlook in {node.outlook for item in REPORT.values() for node in item.nodes}


def test_one_node_has_a_second_kube_proxy_bound_in_the_old_way() -> None:
    [node] = [node for item in REPORT.values() for node in item.nodes if node.duplicate]
    assert node.node == "worker-a-2"
    assert [(pod.binding, pod.pinned_to) for pod in node.pods] == [
        ("NodeAffinity", "worker-a-2"),
        ("NodeName", None),
    ]


def test_one_kube_proxy_says_that_it_runs_on_a_node_that_is_gone() -> None:
    orphaned = [(item.name, pod.node) for item in REPORT.values() for pod in item.orphaned]
    assert orphaned == [("kube-proxy", "worker-c-7")]


@pytest.mark.parametrize(
    ("name", "count"),
    [
        pytest.param("csi-node", 11, id="a rollout half-way"),
        pytest.param("falco", 13, id="a rollout with surge"),
        pytest.param("gpu-health-check", 2, id="OnDelete"),
        pytest.param("cilium", 0, id="a rollout that is through but for a pod that cannot go"),
    ],
)
def test_outdated_pods(name: str, count: int) -> None:
    assert REPORT[name].summary.outdated == count


def test_a_surge_puts_a_second_pod_beside_the_old_one_and_is_no_duplicate() -> None:
    two = [node for node in REPORT["falco"].nodes if len(node.pods) == 2]
    assert len(two) == 6
    assert all(node.state == "Ready" and node.outdated and not node.duplicate for node in two)


def test_one_pod_is_on_another_node_than_it_is_pinned_to() -> None:
    snapshot = snapshot_of(*CLUSTER, now=NOW)
    astray = {
        (daemonset.metadata.name, node.node, pod.binding.pinned_to)
        for daemonset in snapshot.daemonsets
        for node in explain(snapshot, daemonset).nodes
        for pod in node.pods
        if not pod.binding.agrees
    }
    assert astray == {("edge-agent", "edge-1", "edge-2")}


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        pytest.param("nvidia-device-plugin", "Healthy", id="every eligible node has its pod"),
        pytest.param("edge-gateway", "Healthy", id="one node by nodeName, and it is served"),
        pytest.param("fpga-driver", "Idle", id="no node has the label"),
        pytest.param("csi-node", "Progressing", id="a rollout that gets on"),
        pytest.param("file-audit", "Degraded", id="two nodes wait for the controller"),
        pytest.param("image-scanner", "Stuck", id="a quota has to be raised first"),
        pytest.param("kernel-tuner", "Stuck", id="admission has to be satisfied first"),
    ],
)
def test_every_verdict_occurs(name: str, verdict: str) -> None:
    daemonset = next(one for one in of_kind("DaemonSet") if one["metadata"]["name"] == name)
    assert health(REPORT[name], model(daemonset)).state == verdict


def test_the_document_lists_every_daemonset_with_its_verdict() -> None:
    rows = re.findall(r"^\| (\S+)/(\S+) \| (\w+) \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    found = {
        (one["metadata"]["namespace"], one["metadata"]["name"]): health(
            REPORT[one["metadata"]["name"]], model(one)
        ).state
        for one in of_kind("DaemonSet")
    }
    assert {(namespace, name): verdict for namespace, name, verdict in rows} == found


def test_read_over_http_it_is_the_same_cluster() -> None:
    wanted = frozenset({"daemonsets", "nodes", "pods", "events", "controllerrevisions"})
    with ApiServer(CLUSTER, clock=lambda: NOW) as server, transport_to(server) as transport:
        snapshot = read_snapshot(transport, Scope(namespace=None), wanted)
    assert not snapshot.gaps
    assert snapshot.taken_at == NOW
    items = coverage(snapshot).items
    assert {item.name: troubles(item) for item in items} == {
        name: troubles(item) for name, item in REPORT.items()
    }


def troubles(item: DaemonSetCoverage) -> dict[str, tuple[str | None, ...]]:
    return {node.node: (node.state, *(code_of(reason) for reason in node.reasons)) for node in item.nodes}


def test_a_template_with_a_node_name_is_bound_at_birth() -> None:
    [pod] = at("edge-gateway", "edge-1").pods
    raw = next(one for one in of_kind("Pod") if one["metadata"]["name"] == pod.name)
    assert raw["spec"]["nodeName"] == pod.pinned_to == "edge-1"


def test_the_near_miss_counts_two_nodes_with_another_value() -> None:
    miss = nearly("spot-handler")
    [requirement] = miss.unmet
    assert (requirement.nodes_with_key, requirement.seen[0]) == (3, ("preemptible", 2))


def test_a_label_that_no_node_has_is_found_nowhere() -> None:
    [requirement] = nearly("fpga-driver").unmet
    assert requirement.nodes_with_key == 0


def test_the_malformed_requirement_has_its_error() -> None:
    [requirement] = nearly("kernel-module").unmet
    assert requirement.operator == "Gt"
    assert requirement.errors


def nearly(name: str) -> Any:
    daemonset = next(one for one in of_kind("DaemonSet") if one["metadata"]["name"] == name)
    return near_miss(model(daemonset), [model(node) for node in of_kind("Node")], FeatureGates())


def test_the_summaries_add_up() -> None:
    for item in REPORT.values():
        counts = states_of(item)
        assert sum(counts.values()) == len(nodes.ALL) == item.summary.nodes


def states_of(item: DaemonSetCoverage) -> Counter[str | None]:
    return Counter(node.state for node in item.nodes)


# --- whether an API server could have returned it -------------------------------------------------


def test_it_is_small_enough_to_read() -> None:
    assert 30 <= len(of_kind("Node")) <= 60
    assert len(of_kind("Pod")) < 300
    assert len(json.dumps(CLUSTER)) < 2 << 20


def test_the_same_moment_gives_the_same_bytes() -> None:
    assert json.dumps(sample_cluster(NOW)) == json.dumps(CLUSTER)


@pytest.mark.parametrize(
    "now",
    [
        pytest.param(datetime(2031, 2, 28, 23, 59, 59, 999999, tzinfo=UTC), id="years later"),
        pytest.param(NOW.astimezone(tz=None), id="in another time zone"),
    ],
)
def test_another_moment_gives_the_same_coverage(now: datetime) -> None:
    again = coverage(snapshot_of(*sample_cluster(now), now=now)).items
    assert {item.name: states_of(item) for item in again} == {
        name: states_of(item) for name, item in REPORT.items()
    }


def test_names_are_unique() -> None:
    keys = Counter(
        (one["kind"], one["metadata"].get("namespace"), one["metadata"]["name"]) for one in CLUSTER
    )
    assert not [key for key, count in keys.items() if count > 1]
    assert len({one["metadata"]["uid"] for one in CLUSTER}) == len(CLUSTER)
    assert len({one["metadata"]["resourceVersion"] for one in CLUSTER}) == len(CLUSTER)


@pytest.mark.parametrize(
    "kind", ["Node", "DaemonSet", "ControllerRevision", "Pod", "Event", "PriorityClass", "LimitRange"]
)
def test_objects_hold_only_what_the_api_knows(kind: str) -> None:
    """By the official client's models: names of fields, their types, and what is required."""
    objects = of_kind(kind)
    assert objects
    for one in objects:
        unknown = list(strangers(one, f"{'CoreV1' if kind == 'Event' else 'V1'}{kind}", kind))
        assert not unknown, one["metadata"]["name"]


def strangers(value: Any, expected: str, path: str) -> Iterator[str]:
    """Paths in `value` that a model of the official client does not know, or knows as another type."""
    if value is None:
        # Event.eventTime and its timestamps, and Condition.lastProbeTime, are null on the wire.
        if expected != "datetime":
            yield f"{path} is null"
    elif expected.lower().startswith("list["):
        for position, one in enumerate(value):
            yield from strangers(one, expected[5:-1], f"{path}[{position}]")
    elif expected.lower().startswith(("dict(", "dict[")):
        inner = expected[5:-1].split(", ", 1)[1]
        for key, one in value.items():
            yield from strangers(one, inner, f"{path}[{key}]")
    elif expected in PLAIN:
        if not isinstance(value, PLAIN[expected]) or (expected == "int" and isinstance(value, bool)):
            yield f"{path}: {value!r} is no {expected}"
    else:
        shape = getattr(client, expected)
        names = {wire: python for python, wire in shape.attribute_map.items()}
        for key, one in value.items():
            if key in names:
                yield from strangers(one, shape.openapi_types[names[key]], f"{path}.{key}")
            else:
                yield f"{path}.{key}"


PLAIN: Mapping[str, Any] = {
    "str": str,
    "int": int,
    "bool": bool,
    "float": (int, float),
    "datetime": str,
    "object": object,
}


def test_the_official_client_reads_all_of_it() -> None:
    """Its models raise on a required field that is absent."""
    api = client.ApiClient()
    for one in CLUSTER:
        if one["kind"] == "PodMetrics":
            continue  # an aggregated API, which the client has no model of
        prefix = "CoreV1" if one["kind"] == "Event" else "V1"
        read = api._ApiClient__deserialize(one, f"{prefix}{one['kind']}")
        assert read.metadata.name == one["metadata"]["name"]


def test_every_pod_of_a_daemonset_is_its_own() -> None:
    owners = {one["metadata"]["uid"]: one for one in of_kind("DaemonSet")}
    for pod in of_kind("Pod"):
        for owner in pod["metadata"].get("ownerReferences", []):
            if owner["kind"] != "DaemonSet":
                continue
            daemonset = owners[owner["uid"]]
            labels = pod["metadata"]["labels"]
            assert owner["name"] == daemonset["metadata"]["name"]
            assert pod["metadata"]["namespace"] == daemonset["metadata"]["namespace"]
            assert daemonset["spec"]["selector"]["matchLabels"].items() <= labels.items()


def test_every_pod_is_of_a_revision_that_is_kept() -> None:
    kept = {one["metadata"]["labels"]["controller-revision-hash"] for one in of_kind("ControllerRevision")}
    hashes = {pod["metadata"]["labels"].get("controller-revision-hash") for pod in of_kind("Pod")} - {None}
    assert hashes <= kept


def test_the_newest_revision_holds_the_present_template_unless_the_controller_is_behind() -> None:
    for daemonset in of_kind("DaemonSet"):
        uid, name = daemonset["metadata"]["uid"], daemonset["metadata"]["name"]
        own = [
            one
            for one in of_kind("ControllerRevision")
            if one["metadata"]["ownerReferences"][0]["uid"] == uid
        ]
        newest = max(own, key=lambda one: one["revision"])
        held = dict(newest["data"]["spec"]["template"])
        assert held.pop("$patch") == "replace"
        assert (held == daemonset["spec"]["template"]) == (name != "file-audit")


def test_every_event_is_about_something_that_is_there() -> None:
    there = {one["metadata"]["uid"] for one in CLUSTER}
    assert {event["involvedObject"]["uid"] for event in of_kind("Event")} <= there


def test_nothing_is_younger_than_now() -> None:
    assert all(
        datetime.fromisoformat(one["metadata"]["creationTimestamp"]) <= NOW + timedelta(0) for one in CLUSTER
    )


def test_bound_pods_fit_their_nodes() -> None:
    """What is bound is within the node's pods and CPU: a scheduler put it there."""
    rooms = {one["metadata"]["name"]: one["status"]["allocatable"] for one in of_kind("Node")}
    pods: Counter[str] = Counter()
    milli_cpu: Counter[str] = Counter()
    for pod in of_kind("Pod"):
        if node := pod["spec"].get("nodeName"):
            pods[node] += 1
            for container in pod["spec"]["containers"]:
                cpu = container["resources"].get("requests", {}).get("cpu", "0")
                milli_cpu[node] += int(cpu[:-1]) if cpu.endswith("m") else 1000 * int(cpu)
    del pods[nodes.REMOVED], milli_cpu[nodes.REMOVED]
    assert {node for node, count in pods.items() if count > int(rooms[node]["pods"])} == set()
    assert {node for node, used in milli_cpu.items() if used > int(rooms[node]["cpu"][:-1])} == set()
