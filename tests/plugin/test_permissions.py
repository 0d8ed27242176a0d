"""With the published ClusterRole every command that reads can do all it does; with less, the gap is named."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubectl_ds.cli import COMMANDS
from tests.controlplane.cluster import ControlPlane
from tests.plugin.audit import Recording, recorded
from tests.plugin.conftest import Exhibits
from tests.plugin.shell import Said, Shell
from tests.waiting import until

PUBLISHED = Path(__file__).parents[2] / "deploy" / "cluster-role.yaml"

READS: dict[str, list[str]] = {
    "get": ["", "-o wide", "bare -o yaml", "-o json", "bare -o name"],
    "describe": ["bare", "-l tier=node"],
    "coverage": ["", "bare -o wide", "bare -o json"],
    "explain": ["bare", "bare --node {node}", "bare -o json"],
    "node": ["{node}", "{node} -o json"],
    "rollout": ["bare", "bare -o json"],
    "history": ["bare", "bare -o json"],
    "plan": ["--taint {node}:dedicated=x:NoSchedule", "--drain {node} -o json"],
    "overhead": ["", "-o json"],
    "matrix": ["", "-o json"],
    "diff": ["now now", "now now -o json"],
    "audit": ["--fail-on none", "--fail-on none -o json"],
}
"""Command lines of every command that reads a cluster, each run in the namespace of the exhibits."""
OTHERS = {
    "completion": "asks for names alone, and has tests of its own",
    "create": "writes",
    "demo": "has its own cluster",
    "snapshot": "prints nothing; it has a test of its own",
    "version": "asks nobody",
}
LINES = [f"{name} {rest}".strip() for name, rests in READS.items() for rest in rests]
LACKING = {
    "no-nodes": "nodes",
    "no-pods": "pods",
    "no-events": "events",
    "no-revisions": "controllerrevisions",
}
NOT_INSTALLED = "metrics.k8s.io"
"""What a cluster may well be without; `overhead` leaves its columns out then."""
READ_VERBS = {"get", "list", "watch"}
REQUESTS_AT_MOST = 14
"""Of one command: a few lists and the pages of the largest. The exhibits have more than a hundred pods."""


@dataclass(frozen=True)
class Users:
    """Shells of users who may do what a role says, and no more."""

    control_plane: ControlPlane
    shell: Shell
    exhibits: Exhibits

    def run(self, user: str, line: str, *more: str) -> Said:
        shell = self.shell.where(KUBECONFIG=str(self.control_plane.kubeconfig_of(user)))
        words = line.replace("{node}", self.exhibits.nodes[0]).split()
        return shell.ds(*words, "-n", self.exhibits.namespace, *more)


@pytest.fixture(scope="module")
def users(control_plane: ControlPlane, shell: Shell, exhibits: Exhibits) -> Iterator[Users]:
    """The published role for `reader`; for the others the same without one resource, or the DaemonSets alone."""
    role = yaml.safe_load(PUBLISHED.read_text())
    roles = {"reader": role, **{user: role_without(role, resource) for user, resource in LACKING.items()}}
    everything_else = [*LACKING.values(), "limitranges", "priorityclasses", "runtimeclasses"]
    for resource in everything_else:
        roles["bare"] = role_without(roles.get("bare", role), resource)
    for user, one in roles.items():
        name = f"{exhibits.namespace}-{user}"
        renamed = {**one, "metadata": {"name": name}}
        shell.run("kubectl", "apply", "-f", "-", stdin=json.dumps(renamed))
        shell.kubectl("create", "clusterrolebinding", name, f"--clusterrole={name}", f"--user={user}")
    found = Users(control_plane, shell, exhibits)
    for user in roles:
        until(lambda user=user: found.run(user, "get -o name").code == 0, "the role is known to the server")
    yield found
    for user in roles:
        name = f"{exhibits.namespace}-{user}"
        shell.kubectl("delete", "--wait=false", f"clusterrole/{name}", f"clusterrolebinding/{name}")


def role_without(role: dict[str, Any], resource: str) -> dict[str, Any]:
    less = deepcopy(role)
    for rule in less["rules"]:
        if NOT_INSTALLED not in rule["apiGroups"]:
            rule["resources"] = [one for one in rule["resources"] if one != resource]
    less["rules"] = [rule for rule in less["rules"] if rule["resources"]]
    return less


def test_every_command_is_tried_or_reads_no_cluster():
    assert set(READS) | set(OTHERS) == {name for name, _ in COMMANDS}
    assert not set(READS) & set(OTHERS)


def test_the_published_role_is_enough_for_a_snapshot(users: Users, tmp_path: Path):
    path = tmp_path / "cluster.json.gz"
    outcome = users.run("reader", f"snapshot -o {path}")
    assert outcome.code == 0, outcome
    assert "forbidden" not in outcome.err.lower()
    words = ("coverage", "-n", users.exhibits.namespace, "-o", "json")
    offline = json.loads(users.shell.ds(*words, "--from", str(path), "--allow-partial").out)
    live = json.loads(users.run("reader", "coverage -o json").out)
    assert [one["summary"] for one in offline["items"]] == [one["summary"] for one in live["items"]]


@pytest.mark.parametrize("line", LINES)
def test_the_published_role_is_enough(users: Users, line: str):
    outcome = users.run("reader", line)
    assert outcome.code == 0, outcome
    assert outcome.out
    assert "forbidden" not in outcome.err.lower()
    if line.endswith("-o json") and not line.startswith("get"):
        assert json.loads(outcome.out)["incomplete"] == []


def test_the_published_role_is_enough_to_watch(users: Users):
    verbs = users.shell.where(KUBECONFIG=str(users.control_plane.kubeconfig_of("reader")))
    for resource in ("daemonsets.apps", "controllerrevisions.apps", "nodes", "pods", "events"):
        assert verbs.kubectl("auth", "can-i", "watch", resource, "-A").out == "yes\n"
    for forbidden in ("secrets", "configmaps"):
        assert verbs.kubectl("auth", "can-i", "get", forbidden, "-A").out == "no\n"


REPORTS = ["get", "describe bare", "coverage bare -o json", "explain bare -o json", "rollout bare -o json"]


@pytest.mark.parametrize("line", REPORTS)
@pytest.mark.parametrize("user", LACKING)
def test_what_may_not_be_read_is_named_and_accepted_only_on_request(users: Users, user: str, line: str):
    lacking = LACKING[user]
    if (line.split()[0], lacking) in {("get", "controllerrevisions"), ("get", "events")}:
        whole = users.run(user, line)
        if whole.code == 0:
            assert whole == users.run("reader", line)
            return
    outcome, accepted = users.run(user, line), users.run(user, line, "--allow-partial")
    assert (outcome.code, accepted.code) == (3, 0), outcome
    for said in (outcome, accepted):
        assert any(one.startswith("warning: ") and lacking in one for one in said.err.splitlines()), said.err
    if line.endswith("json"):
        document = json.loads(outcome.out)
        assert any(lacking in sentence for sentence in document["incomplete"])
        assert json.loads(accepted.out) == document


@pytest.mark.parametrize("user", [*LACKING, "bare"])
def test_no_count_is_invented(users: Users, user: str):
    """Each count of a partial report is the true one, or null."""
    whole = json.loads(users.run("reader", "coverage -o json").out)
    partial = json.loads(users.run(user, "coverage -o json").out)
    assert partial["incomplete"]
    assert [one["name"] for one in partial["items"]] == [one["name"] for one in whole["items"]]
    for true, told in zip(whole["items"], partial["items"], strict=True):
        for field, count in told["summary"].items():
            assert count in (None, true["summary"][field]), (told["name"], field)
        states = {node["node"]: node["state"] for node in true["nodes"]}
        for node in told["nodes"]:
            assert node["state"] in (None, states.get(node["node"])), (told["name"], node)


def test_daemonsets_alone_are_enough_for_kubectls_columns(users: Users):
    outcome = users.run("bare", "get", "--no-headers")
    assert outcome.code == 3
    names = [line.split()[0] for line in outcome.out.splitlines()]
    assert names == sorted(users.exhibits.printable)
    for resource in ("nodes", "pods"):
        assert f'cannot list resource "{resource}"' in outcome.err
    for form in ("json", "name"):
        assert users.run("bare", "get", "-o", form).code == 0


def test_a_role_in_one_namespace_is_enough_for_that_one_but_for_the_nodes(users: Users, exhibits: Exhibits):
    shell, name = users.shell, f"{exhibits.namespace}-narrow"
    role = {**yaml.safe_load(PUBLISHED.read_text()), "metadata": {"name": name}}
    shell.run("kubectl", "apply", "-f", "-", stdin=json.dumps(role))
    where = ("-n", exhibits.namespace)
    shell.kubectl("create", "rolebinding", name, f"--clusterrole={name}", "--user=nobody", *where)
    until(lambda: users.run("nobody", "get -o name").code == 0, "the role is known to the server")
    outcome = users.run("nobody", "coverage bare -o json")
    assert outcome.code == 3
    assert any("nodes" in sentence for sentence in json.loads(outcome.out)["incomplete"])
    nobody = shell.where(KUBECONFIG=str(users.control_plane.kubeconfig_of("nobody")))
    everywhere = nobody.ds("get", "-A")
    assert (everywhere.code, everywhere.out) == (3, "")
    assert "try -n NAMESPACE in place of -A" in everywhere.err
    shell.kubectl("delete", "--wait=false", f"clusterrole/{name}")


# --- the footprint -------------------------------------------------------------------------------


@pytest.mark.parametrize("line", LINES)
def test_it_only_reads_a_few_lists_and_never_one_node_or_pod(
    control_plane: ControlPlane, shell: Shell, users: Users, exhibits: Exhibits, line: str
):
    with recorded(control_plane, shell) as recording:
        assert users.run("reader", line).code == 0
    moments = 2 if line.startswith("diff") else 1
    assert_small(recording, asked_for=exhibits.nodes[0] if "{node}" in line else "", moments=moments)


def test_a_watch_only_reads(control_plane: ControlPlane, shell: Shell, exhibits: Exhibits):
    with recorded(control_plane, shell) as recording:
        shell.run("timeout", "4", "kubectl", "ds", "get", "-n", exhibits.namespace, "-w")
    assert {one.verb for one in recording.requests} <= READ_VERBS
    assert any(one.verb == "watch" for one in recording.requests)


@pytest.mark.parametrize("line", ["demo coverage", "version", "--help"])
def test_what_needs_no_cluster_asks_none(control_plane: ControlPlane, shell: Shell, line: str):
    with recorded(control_plane, shell) as recording:
        assert shell.ds(*line.split()).code == 0
    assert recording.requests == []


def assert_small(recording: Recording, *, asked_for: str, moments: int = 1) -> None:
    """`asked_for` is the node that the command line names: lists may be narrowed to that one. `moments`: how often the
    cluster is read."""
    assert 1 <= len(recording.requests) <= REQUESTS_AT_MOST * moments, [one.uri for one in recording.requests]
    for one in recording.requests:
        assert one.verb in READ_VERBS, one
        assert one.resource not in ("secrets", "configmaps", "serviceaccounts"), one
        # An audit names the known defects of the server's version.
        is_by_name = one.resource == "daemonsets" or one.uri == "/version"
        assert is_by_name or (one.verb == "list" and one.name in ("", asked_for)), one
        narrowed = re.findall(r"spec\.nodeName%3D([^%&]*)", one.uri)
        assert set(narrowed) <= {"", asked_for}, one
        assert one.code == 200 or NOT_INSTALLED in one.uri, one
