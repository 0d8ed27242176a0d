"""Whether a manifest makes a new revision: against the object that the server keeps, defaults filled in."""

import copy

import pytest

from kubectl_ds.core.template_change import template_changes
from tests.clusters import a_container, a_daemonset

LIVE = a_daemonset(
    "cni",
    nodeSelector={"role": "edge"},
    tolerations=[{"key": "a", "operator": "Exists"}],
    containers=[a_container(requests={"cpu": "1"}, env=[{"name": "A", "value": "1"}])],
    dnsPolicy="ClusterFirst",
)


def template(**spec):
    made = copy.deepcopy(LIVE)
    made["spec"]["template"]["spec"] |= spec
    return made


def without(*path):
    made = copy.deepcopy(LIVE)
    tree = made["spec"]["template"]
    for part in path[:-1]:
        tree = tree[part]
    del tree[path[-1]]
    return made


def container(**fields):
    made = copy.deepcopy(LIVE)
    made["spec"]["template"]["spec"]["containers"][0] |= fields
    return made


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        pytest.param(LIVE, False, id="the same"),
        pytest.param(without("spec", "dnsPolicy"), False, id="a default left out"),
        pytest.param(
            without("spec", "containers", 0, "imagePullPolicy"), False, id="a container's default left out"
        ),
        pytest.param(
            container(resources={"requests": {"cpu": "1000m"}}), False, id="an amount spelled otherwise"
        ),
        pytest.param(template(hostNetwork=False), False, id="a default said"),
        pytest.param(container(image="other"), True, id="another image"),
        pytest.param(container(resources={"requests": {"cpu": "2"}}), True, id="another amount"),
        pytest.param(container(resources={}), True, id="a request taken away"),
        pytest.param(container(env=[]), True, id="a variable taken away"),
        pytest.param(template(nodeSelector={}), True, id="a selector taken away"),
        pytest.param(without("spec", "nodeSelector"), True, id="a selector no longer said"),
        pytest.param(without("spec", "tolerations"), True, id="tolerations no longer said"),
        pytest.param(
            template(tolerations=[{"key": "b", "operator": "Exists"}]), True, id="another toleration"
        ),
        pytest.param(template(hostNetwork=True), True, id="another network"),
        pytest.param(without("metadata", "labels"), True, id="labels taken away"),
    ],
)
def test_a_new_revision(manifest, expected):
    assert template_changes(manifest, LIVE) is expected


def test_what_rollout_restart_wrote_is_left_alone():
    restarted = copy.deepcopy(LIVE)
    restarted["spec"]["template"]["metadata"]["annotations"] = {"kubectl.kubernetes.io/restartedAt": "2026"}
    assert not template_changes(LIVE, restarted)
