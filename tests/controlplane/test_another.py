"""A cluster that is not ours: reached by environment, its users impersonated, only the tests' own nodes played."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.controlplane.another import CONTEXT, KUBECONFIG
from tests.controlplane.assets import ASSETS
from tests.controlplane.cluster import NODE_ANNOTATIONS
from tests.controlplane.harness import ControlPlane, NotOurs, start
from tests.controlplane.kubectl import apply, kubectl, objects
from tests.controlplane.kubelets import NODES
from tests.controlplane.manifests import conditions
from tests.waiting import until


@pytest.fixture
def named(control_plane: ControlPlane, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment names the control plane of this run as if it were somebody else's."""
    monkeypatch.setenv(KUBECONFIG, str(control_plane.kubeconfig))
    monkeypatch.setenv(CONTEXT, control_plane.context)
    return monkeypatch


@pytest.fixture
def another(named: pytest.MonkeyPatch) -> Iterator[ControlPlane]:
    with start(users=("kubectl-ds-tester=kubectl-ds-testers,second",)) as cluster:
        yield cluster


def who(control_plane: ControlPlane, kubeconfig: Path) -> dict[str, Any]:
    asked = kubectl(replace(control_plane, kubeconfig=kubeconfig, context=""), "auth", "whoami", "-o", "json")
    info: dict[str, Any] = json.loads(asked.stdout)["status"]["userInfo"]
    return info


def test_it_is_the_cluster_that_the_environment_names(control_plane: ControlPlane, another: ControlPlane):
    assert another.url == control_plane.url
    assert another.workdir is None
    uid = ("namespace", "kube-system", "-o", "jsonpath={.metadata.uid}")
    assert kubectl(another, "get", *uid).stdout == kubectl(control_plane, "get", *uid).stdout


def test_users_are_impersonated_by_its_administrator(another: ControlPlane):
    tester = who(another, another.kubeconfig_of("kubectl-ds-tester"))
    assert tester["username"] == "kubectl-ds-tester"
    assert set(tester["groups"]) >= {"kubectl-ds-testers", "second", "system:authenticated"}
    assert who(another, another.kubeconfig_of("nobody"))["username"] == "nobody"


@pytest.mark.parametrize(
    ("ask", "what"),
    [
        pytest.param(lambda c: c.token_of("nobody"), "tokens", id="tokens"),
        pytest.param(lambda c: c.audit_log, "audit log", id="the audit log"),
        pytest.param(lambda c: c.pki, "webhook", id="a webhook on loopback"),
    ],
)
def test_what_it_cannot_give_is_said(another: ControlPlane, ask: Callable[[ControlPlane], object], what: str):
    with pytest.raises(NotOurs, match=what):
        ask(another)


def test_files_with_its_credentials_are_for_nobody_else(another: ControlPlane):
    assert another.users
    assert {oct(path.stat().st_mode & 0o077) for path in another.users.glob("*kubeconfig")} == {"0o0"}


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        pytest.param(
            {KUBECONFIG: "/nonexistent/config"}, "/nonexistent/config", id="a file that is not there"
        ),
        pytest.param({CONTEXT: "no-such-context"}, "no-such-context", id="a context that is not there"),
        pytest.param({NODES: "cattle"}, "simulator, kwok, none", id="a player that nobody knows"),
        pytest.param({KUBECONFIG: "", ASSETS: "/nonexistent/bin"}, "no etcd", id="a folder without servers"),
    ],
)
def test_a_choice_that_cannot_be_met_is_an_error(
    named: pytest.MonkeyPatch, variables: dict[str, str], words: str
):
    for name, value in variables.items():
        named.setenv(name, value)
    with pytest.raises(RuntimeError, match=words), start():
        pass


def node(name: str, annotations: dict[str, str]) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "annotations": annotations}}


def conditions_of(control_plane: ControlPlane, name: str) -> dict[str, str]:
    (found,) = objects(control_plane, "node", name)
    return conditions(found)


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> Iterator[ControlPlane]:
    """A control plane of our own where nobody plays a kubelet."""
    for name in (KUBECONFIG, CONTEXT, NODES):
        monkeypatch.delenv(name, raising=False)
    with start(arguments=("--simulate=none",)) as started:
        yield started


@pytest.mark.slow
def test_only_the_tests_own_nodes_get_a_kubelet_there(bare: ControlPlane, monkeypatch: pytest.MonkeyPatch):
    apply(bare, node("theirs", {"kwok.x-k8s.io/node": "fake"}), node("ours", NODE_ANNOTATIONS))
    monkeypatch.setenv(KUBECONFIG, str(bare.kubeconfig))
    with start() as cluster:
        assert cluster.simulates_nodes
        until(lambda: conditions_of(bare, "ours").get("Ready") == "True", "ours is Ready")
        assert conditions_of(bare, "theirs") == {}


@pytest.mark.slow
def test_whether_its_own_kwok_plays_nodes_is_tried_out(bare: ControlPlane, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tests.controlplane.kubelets.PROBE_PATIENCE", 3.0)
    monkeypatch.setenv(KUBECONFIG, str(bare.kubeconfig))
    monkeypatch.setenv(NODES, "none")
    with start() as cluster:
        assert not cluster.simulates_nodes
        with pytest.raises(NotOurs, match="nobody plays their kubelets"):
            cluster.needs_simulated_nodes()
        assert objects(bare, "nodes") == []
