"""Why a pod that was named is not the DaemonSet's."""

import pytest

from kubectl_ds.core.not_ours import why_not_ours
from tests.clusters import a_daemonset, a_pod, model, models

CNI = a_daemonset("cni")


@pytest.mark.parametrize(
    ("pods", "words"),
    [
        pytest.param([], 'no pod "x" in namespace kube-system has the labels that the selector asks for', id="a pod that is not there, or was relabelled"),
        pytest.param([a_pod(a_daemonset("cni", uid="before"), "n1", name="x")], "belongs to an earlier DaemonSet of that name, not to", id="a pod of the one that was deleted"),
        pytest.param([a_pod(a_daemonset("other"), "n1", name="x")], "belongs to DaemonSet other, not to", id="a pod of another one"),
        pytest.param([a_pod(CNI, "n1", name="x", bound=False, pin=None)], "or is tied to no node", id="a pod without a target"),
    ],
)  # fmt: skip
def test_it_is_said(pods, words):
    assert words in why_not_ours("x", model(CNI), models(*pods))
