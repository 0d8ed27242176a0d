"""`describe`: kubectl's own lines exactly as kubectl prints them, and ours beside them."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kubectl_ds.core.coverage import coverage
from kubectl_ds.core.describe import description
from kubectl_ds.core.snapshot import ClusterSnapshot, Gap
from kubectl_ds.output.describe import describe_text
from kubectl_ds.output.describe_object import object_lines
from kubectl_ds.output.style import PLAIN, Style
from tests.clusters import (
    NOW,
    OLD_HASH,
    a_container,
    a_container_status,
    a_daemonset,
    a_node,
    a_pod,
    a_revision,
    a_term,
    affinity_to,
    an_event,
    snapshot_of,
)
from tests.output.describe_cases import CONTAINERS, METADATA, SELECTOR, TEMPLATE, VOLUMES
from tests.output.oracle import Cluster, cluster_of, kubectl

BARE = a_daemonset("bare", containers=[])
PLAIN_ONE = a_daemonset("plain")
FULL = a_daemonset(
    "full",
    selector=SELECTOR,
    template_labels={"app": "full", "track": "a", "e": "1"},
    containers=CONTAINERS,
    initContainers=[a_container("init")],
    volumes=VOLUMES,
    status={"desiredNumberScheduled": 3, "currentNumberScheduled": 2, "numberMisscheduled": 4},
    **TEMPLATE,
)
FULL["metadata"] |= METADATA
FULL["spec"]["template"]["metadata"]["annotations"] = {"checksum/config": "1234"}


def new_style_event() -> dict[str, Any]:
    event = an_event(FULL, "NewStyle", "by the events.k8s.io API ")
    event |= {"source": {}, "firstTimestamp": None, "lastTimestamp": None, "count": 0}
    event |= {"eventTime": "2026-09-01T11:00:00.000000Z", "reportingComponent": "someone"}
    event["series"] = {"count": 4, "lastObservedTime": "2026-09-01T11:30:00.000000Z"}
    event["involvedObject"]["fieldPath"] = "spec.template"
    return event


OBJECTS = [
    BARE,
    PLAIN_ONE,
    FULL,
    a_node("n1"),
    a_pod(FULL, "n1"),
    a_pod(FULL, "n2", phase="Failed"),
    a_pod(FULL, "n3", bound=False),
    an_event(FULL, "FailedCreate", "Error creating: \x1b[31mquota ", count=5),
    an_event(FULL, "SuccessfulCreate", "Created pod: x", kind="Normal", last=timedelta(hours=30)),
    new_style_event(),
]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with cluster_of(OBJECTS) as running:
        yield running


def described(cluster: Cluster, name: str) -> list[str]:
    flags = ("--server", cluster.server.url, "--cache-dir", cluster.cache, "-n", "kube-system")
    said = kubectl(*flags, "describe", "daemonset", name)
    assert said.code == 0, said.err
    return said.out.splitlines()


@pytest.mark.parametrize("name", ["bare", "plain", "full"])
def test_kubectls_lines_are_kubectls(cluster: Cluster, name: str) -> None:
    snapshot = snapshot_of(*OBJECTS, now=datetime.now(UTC))
    daemonset = next(one for one in snapshot.daemonsets if one.metadata.name == name)
    raw = snapshot.daemonset_objects[daemonset.metadata.uid]
    head, events = object_lines(raw, description(snapshot, daemonset), snapshot.taken_at)
    assert _without_ages([*head, *events]) == _without_ages(described(cluster, name))


def _without_ages(lines: list[str]) -> list[str]:
    """The two clocks are read a moment apart, so that an age may just have changed."""
    return [re.sub(r"\b\d+d(\d+h)?\b", "AGE", line) for line in lines]


# --- what kubectl leaves out -----------------------------------------------------------------------


def text_of(snapshot: ClusterSnapshot, style: Style = PLAIN) -> str:
    (daemonset,) = snapshot.daemonsets
    (item,) = coverage(snapshot).items
    return describe_text(
        snapshot.daemonset_objects[daemonset.metadata.uid],
        daemonset,
        description(snapshot, daemonset),
        item,
        style,
        now=NOW,
    )


def sections(text: str) -> dict[str, list[str]]:
    """The lines under each title at the margin."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line and not line.startswith(" "):
            title, _, rest = line.partition(":")
            found[title] = [rest.strip()] if rest.strip() else []
        else:
            found[title].append(line.strip())
    return found


def test_affinity_and_node_name_are_printed() -> None:
    affinity = {
        **affinity_to(
            a_term(("zone", "In", ["a", "b"]), ("gpu", "DoesNotExist", [])), a_term(("x", "Exists", []))
        ),
        "podAntiAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": [
                {"labelSelector": {"matchLabels": {"app": "x"}}, "topologyKey": "kubernetes.io/hostname"}
            ]
        },
    }
    found = sections(text_of(snapshot_of(a_daemonset("cni", affinity=affinity, nodeName="n7"), a_node("n1"))))
    assert "Node Name:           n7" in found["Placement"]
    assert "required: zone In [a, b] and gpu DoesNotExist" in found["Placement"]
    assert "or required: x Exists" in found["Placement"]
    assert "required: pods app=x by kubernetes.io/hostname" in found["Placement"]


@pytest.mark.parametrize(
    ("daemonset", "lines"),
    [
        pytest.param(
            a_daemonset("cni", max_surge="10%", min_ready_seconds=30),
            ["Strategy:            RollingUpdate", "Max Surge:           10%", "Min Ready Seconds:   30"],
            id="a surge",
        ),
        pytest.param(
            a_daemonset("cni", strategy={"type": "OnDelete"}),
            ["Strategy:            OnDelete", "Status:              rollout status is only available for"],
            id="OnDelete",
        ),
        pytest.param(
            a_daemonset("cni", generation=4, observed_generation=3),
            ["Generation:          4, observed 3 (the controller has not seen the newest spec)"],
            id="a spec that was not seen",
        ),
    ],
)
def test_the_rollout_is_printed(daemonset: dict[str, Any], lines: list[str]) -> None:
    found = sections(text_of(snapshot_of(daemonset, a_node("n1")), Style(width=120)))["Rollout"]
    assert all(any(line.startswith(wanted) for line in found) for wanted in lines), found


def test_each_revision_names_its_nodes_and_unknown_hashes_stay_visible() -> None:
    cni = a_daemonset("cni")
    old = {**cni["spec"]["template"], "spec": {**cni["spec"]["template"]["spec"], "hostPID": True}}
    snapshot = snapshot_of(
        cni,
        a_revision(cni, 2, annotations={"kubernetes.io/change-cause": "new image"}),
        a_revision(cni, 1, revision_hash=OLD_HASH, template=old),
        *[a_node(f"n{number}") for number in range(1, 5)],
        a_pod(cni, "n10"),
        a_pod(cni, "n2"),
        a_pod(cni, "n3", revision_hash=OLD_HASH),
        a_pod(cni, "n4", revision_hash="lost"),
    )
    rows = [line.split() for line in sections(text_of(snapshot, Style(width=160)))["Revisions"][1:]]
    assert [(row[0], row[-1]) for row in rows] == [("2", "n10"), ("1", "n3"), ("-", "n4")]
    assert rows[0][1] == "(current)"
    assert rows[0][-2:] == ["n2,", "n10"]
    assert "new image" in " ".join(rows[0])


def test_unwell_pods_come_with_their_reasons() -> None:
    cni = a_daemonset("cni")
    crashing = [a_container_status(waiting="CrashLoopBackOff", restarts=9)]
    pod = a_pod(cni, "n1", name="cni-1", ready=False, container_statuses=crashing)
    found = sections(text_of(snapshot_of(cni, a_revision(cni), a_node("n1"), pod), Style(width=200)))
    assert found["Coverage"][0].endswith("Stuck: 1 not ready (CrashLoopBackOff)")
    assert found["Unwell Pods"][1].split()[:4] == ["cni-1", "n1", "NotReady", "Running"]
    assert "CrashLoopBackOff" in found["Unwell Pods"][1]


def test_what_could_not_be_read_is_unknown_and_never_none() -> None:
    gaps = [
        Gap(resource="pods", status=403, message="pods is forbidden"),
        Gap(resource="events", status=403, message="events is forbidden"),
    ]
    found = sections(text_of(snapshot_of(a_daemonset("cni"), a_node("n1"), gaps=gaps)))
    assert found["Pods Status"] == ["<unknown>"]
    assert found["Events"] == ["<unknown>"]
    assert found["Revisions"][0].startswith("<unknown>")
    assert any("pods is forbidden" in line for line in found["Coverage"])
    assert "Unwell Pods" not in found


def test_events_that_nobody_asked_for_are_left_out() -> None:
    snapshot = snapshot_of(a_daemonset("cni"), read=("daemonsets", "nodes", "pods", "controllerrevisions"))
    assert "Events" not in sections(text_of(snapshot))


@pytest.mark.parametrize("width", [80, 120, 200])
def test_our_lines_keep_to_the_width(width: int) -> None:
    cni = a_daemonset("cni", affinity=affinity_to(a_term(("zone", "In", [f"zone-{n}" for n in range(40)]))))
    nodes = [a_node(f"node-{number}") for number in range(60)]
    pods = [a_pod(cni, f"node-{number}") for number in range(40)]
    text = text_of(snapshot_of(cni, a_revision(cni), *nodes, *pods), Style(width=width))
    ours = text[text.index("Placement:") :]
    assert [line for line in ours.splitlines() if len(line) > width] == []


def test_hostile_text_never_reaches_the_terminal() -> None:
    evil = "\x1b[2J\x9b31m\u202e\r"
    cni = a_daemonset("cni", labels={"a": evil}, nodeSelector={evil: evil}, nodeName=evil, schedulerName=evil)
    cni["metadata"]["annotations"]["note"] = f"line\n{evil}"
    cni["spec"]["template"]["spec"]["containers"] = [
        a_container(evil, command=["sh", evil], env=[{"name": evil}])
    ]
    pod = a_pod(cni, "n1", labels={"a": "b"})
    text = text_of(snapshot_of(cni, a_node("n1", labels={evil: evil}), pod, an_event(cni, evil, evil)))
    assert not set(text) & {"\x1b", "\x9b", "\u202e", "\r"}


def test_colour_is_only_there_when_asked() -> None:
    snapshot = snapshot_of(a_daemonset("cni"), a_node("n1"))
    coloured = text_of(snapshot, Style(color=True))
    assert "\x1b[1mPlacement:\x1b[0m" in coloured
    assert re.sub(r"\x1b\[\d+m", "", coloured) == text_of(snapshot)


def test_any_field_may_be_null_or_of_another_type() -> None:
    (daemonset,) = snapshot_of(PLAIN_ONE).daemonsets
    found = description(snapshot_of(PLAIN_ONE), daemonset)
    for path in _paths(FULL):
        for odd in (None, "text", 7, [None]):
            raw = _with(FULL, path, odd)
            assert object_lines(raw, found, NOW)[0], path


def _paths(tree: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    entries = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in entries:
        yield (*above, key)
        yield from _paths(value, (*above, key))


def _with(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy of the tree with another value at the path; the rest is shared."""
    if not path:
        return value
    changed = dict(tree) if isinstance(tree, dict) else list(tree)
    changed[path[0]] = _with(changed[path[0]], path[1:], value)
    return changed
