"""A node that is not Ready: still starting, ill, or fallen silent."""

from datetime import timedelta

import pytest

from kubectl_ds.core.node_condition import node_not_ready
from tests.clusters import NOW, a_node, model

MINUTES, DAYS = timedelta(minutes=2), timedelta(days=9)


@pytest.mark.parametrize(
    ("ready", "reason", "age", "starting", "outlook"),
    [
        pytest.param(False, "KubeletNotReady", MINUTES, True, "unknown", id="a new node without its network"),
        pytest.param(None, "NodeStatusNeverUpdated", MINUTES, True, "unknown", id="a new node whose kubelet has yet to report"),
        pytest.param(None, "NodeStatusUnknown", MINUTES, False, "stuck", id="a new node whose kubelet has fallen silent"),
        pytest.param(None, "NodeStatusUnknown", DAYS, False, "stuck", id="an old one"),
        pytest.param(False, "KubeletNotReady", DAYS, False, "unknown", id="an old node that is ill"),
    ],
)  # fmt: skip
def test_why_it_is_not_ready(ready, reason, age, starting, outlook):
    node = a_node("n1", ready=ready, age=age)
    node["status"]["conditions"][0]["reason"] = reason
    down = node_not_ready(model(node), NOW)
    assert down is not None
    assert (down.starting, down.outlook) == (starting, outlook)


def test_a_node_that_is_ready_is_no_reason():
    assert node_not_ready(model(a_node("n1")), NOW) is None
