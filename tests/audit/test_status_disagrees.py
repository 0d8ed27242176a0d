"""DS011: when counters that differ are a finding, and which known bug of which release is named."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from kubectl_ds.core.audit import audit
from kubectl_ds.core.audit_report import Finding
from kubectl_ds.core.audit_rules import bound_by_node_name, status_disagrees
from kubectl_ds.core.server_version import Release, release_of
from kubectl_ds.core.status_bugs import STATUS_BUGS
from tests.audit.cases.status_disagrees import COUNTED, STALE, counted
from tests.clusters import (
    OLD_HASH,
    Raw,
    a_container_status,
    a_daemonset,
    a_node,
    a_pod,
    a_revision,
    an_event,
    snapshot_of,
)

DEDICATED = a_node("n2", taints=["dedicated=db:NoSchedule"])
REFUSED = 'Error creating: pods "cni-" is forbidden: exceeded quota: agents'


def found(objects: list[Raw], git_version: str) -> tuple[Finding, ...]:
    snapshot = replace(snapshot_of(*objects), server_version=git_version)
    return audit(snapshot, rules=(status_disagrees.RULE,)).findings


def tainted_under_a_pod() -> list[Raw]:
    daemonset, revision, n1, _, *pods = counted(COUNTED)
    return [daemonset, revision, n1, DEDICATED, *pods]


def refused_by_a_quota() -> list[Raw]:
    daemonset = a_daemonset("cni")
    return [daemonset, a_revision(daemonset), a_node("n1"), an_event(daemonset, "FailedCreate", REFUSED)]


def available_long_since() -> list[Raw]:
    daemonset, *rest = counted({**COUNTED, "numberAvailable": 1, "numberUnavailable": 1})
    daemonset["spec"]["minReadySeconds"] = 30
    return [daemonset, *rest]


def of_the_same_generation() -> list[Raw]:
    daemonset, revision, *_ = counted({**COUNTED, "updatedNumberScheduled": 1})
    old = a_pod(daemonset, "n2", revision_hash=OLD_HASH, labels={"pod-template-generation": "1"})
    return [daemonset, revision, a_node("n1"), a_node("n2"), a_pod(daemonset, "n1"), old]


KINDS = {
    "stays misscheduled": lambda: counted(STALE),
    "tainted under a pod": tainted_under_a_pod,
    "refused by a quota": refused_by_a_quota,
    "available long since": available_long_since,
    "of the same generation": of_the_same_generation,
}
BUGS: list[tuple[str, str, int | None]] = [
    ("stays misscheduled", "v1.32.9", None),
    ("stays misscheduled", "v1.33.0", 132459),
    ("stays misscheduled", "v1.33.5+k3s1", 132459),
    ("stays misscheduled", "v1.33.6", None),
    ("stays misscheduled", "v1.34.0-eks-b707fbb", 132459),
    ("stays misscheduled", "v1.34.1", None),
    ("stays misscheduled", "v1.35.0", None),
    ("stays misscheduled", "", 132459),
    ("stays misscheduled", "v1.33", 132459),
    ("tainted under a pod", "v1.32.9", None),
    ("tainted under a pod", "v1.33.6", 130514),
    ("tainted under a pod", "v1.37.2", 130514),
    ("refused by a quota", "v1.24.17", 100683),
    ("refused by a quota", "v1.25.5", 100683),
    ("refused by a quota", "v1.25.6", None),
    ("refused by a quota", "v1.26.0", 100683),
    ("refused by a quota", "v1.26.1", None),
    ("refused by a quota", "v1.27.0", None),
    ("available long since", "v1.14.10", 77203),
    ("available long since", "v1.15.0", None),
    ("of the same generation", "v1.23.17", 107241),
    ("of the same generation", "v1.24.0", None),
]


@pytest.mark.parametrize(
    ("kind", "git_version", "number"), BUGS, ids=[f"{k} on {v or 'a server unknown'}" for k, v, _ in BUGS]
)
def test_the_known_bug_of_the_servers_release_is_named(kind: str, git_version: str, number: int | None):
    (finding,) = found(KINDS[kind](), git_version)
    named = [bug.number for bug in STATUS_BUGS if bug.link in finding.message]
    assert named == ([] if number is None else [number])
    assert ("which version the server has was not told" in finding.message) == (
        release_of(git_version) is None
    )


def test_a_cure_is_a_release_of_the_same_branch_where_there_is_one():
    bug = STATUS_BUGS[0]
    cures = {text: str(bug.cure(release_of(text))) for text in ("v1.33.2", "v1.34.0", "v1.99.0", "")}
    assert cures == {"v1.33.2": "1.33.6", "v1.34.0": "1.34.1", "v1.99.0": "1.34.1", "": "1.34.1"}


@pytest.mark.parametrize(("git_version", "told"), [("v1.11.10", False), ("v1.12.0", True), ("", True)])
def test_controllers_that_bound_pods_themselves_are_not_told_to_bypass_a_scheduler(
    git_version: str, told: bool
):
    daemonset = a_daemonset("cni")
    objects = snapshot_of(daemonset, a_node("n1"), a_pod(daemonset, "n1", pin=None))
    report = audit(replace(objects, server_version=git_version), rules=(bound_by_node_name.RULE,))
    assert bool(report.findings) == told


VERSIONS: dict[str, Release | None] = {
    "v1.33.4": Release(1, 33, 4),
    "v1.33.4-gke.1134000": Release(1, 33, 4),
    "v1.33.4+k3s1": Release(1, 33, 4),
    "v1.34.0-rc.1": Release(1, 34, 0),
    "1.33.4": Release(1, 33, 4),
    "v1.33": None,
    "": None,
    "v1.٣٣.4": None,
    "v9999999.1.1": None,
}


@pytest.mark.parametrize("text", VERSIONS)
def test_a_release_is_read_from_a_git_version(text: str):
    assert release_of(text) == VERSIONS[text]


def old_enough(**change: Any) -> list[Raw]:
    return counted(STALE, **change)


def another_generation() -> list[Raw]:
    daemonset, *rest = counted(STALE)
    daemonset["metadata"]["generation"] = 2
    return [daemonset, *rest]


def being_deleted() -> list[Raw]:
    daemonset = a_daemonset("cni", status=STALE, deleting=True)
    return [daemonset, a_revision(daemonset), a_node("n1"), a_pod(daemonset, "n1")]


SILENT: dict[str, list[Raw]] = {
    "a pod was made a moment ago": old_enough(age=timedelta(seconds=20)),
    "a pod became Ready a moment ago": old_enough(ready_for=timedelta(seconds=20)),
    "a pod is being deleted": old_enough(deleting=True),
    "a node has just come": [*counted(STALE), a_node("n3", age=timedelta(seconds=10))],
    "the controller has not seen the newest spec": another_generation(),
    "the DaemonSet is being deleted, which freezes its status": being_deleted(),
    "a pod starts": [
        *counted(STALE)[:-1],
        a_pod(
            a_daemonset("cni"),
            "n2",
            ready=False,
            phase="Pending",
            age=timedelta(seconds=90),
            container_statuses=[a_container_status(running=False)],
        ),
    ],
}


@pytest.mark.parametrize("name", SILENT)
def test_nothing_is_told_while(name: str):
    assert found(SILENT[name], "v1.33.4") == ()


def test_minimum_ready_seconds_are_given_before_anything_is_told():
    objects = counted({**COUNTED, "numberAvailable": 0}, ready_for=timedelta(seconds=100))
    objects[0]["spec"]["minReadySeconds"] = 90
    assert found(objects, "v1.14.0") == ()
