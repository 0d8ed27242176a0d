"""Namespaces are looked at again while pods are lacking, and not for every change."""

from collections.abc import Callable

import pytest

from kubectl_ds.kube.live_namespaces import AT_LEAST, BETWEEN_LOOKS, LiveNamespaces
from tests.clusters import a_daemonset, a_pod, model
from tests.kube.reading import options, serving

LACKING = a_daemonset("cni", status={"desiredNumberScheduled": 2, "currentNumberScheduled": 1})
WHOLE = a_daemonset("cni", status={"desiredNumberScheduled": 1, "currentNumberScheduled": 1})
PODS = [a_pod(LACKING, "n1")]


@pytest.fixture
def looks() -> Callable[..., int]:
    """How many times the namespace is asked for when each of these moments is looked at, in seconds."""

    def count(daemonset: dict, *moments: float, changing: bool = False) -> int:
        with serving(daemonset, *PODS) as (server, transport):
            now = [0.0]
            live = LiveNamespaces(transport, options(), clock=lambda: now[0])
            for moment in moments:
                now[0] = moment
                if changing:
                    live.something_changed()
                live.look([model(daemonset)], lambda: [model(pod) for pod in PODS], at_once=True)
            return sum(one.path == "/api/v1/namespaces/kube-system" for one in server.requests)

    return count


def test_where_no_pod_is_lacking_no_namespace_is_looked_at(looks):
    assert looks(WHOLE, 0, 100, 200, changing=True) == 0


def test_while_nothing_changes_it_is_looked_at_again_after_a_while(looks):
    assert looks(LACKING, 0, AT_LEAST, BETWEEN_LOOKS - 1) == 1
    assert looks(LACKING, 0, BETWEEN_LOOKS, 2 * BETWEEN_LOOKS) == 3


def test_while_much_changes_it_is_looked_at_more_often_and_yet_not_each_time(looks):
    assert looks(LACKING, *range(11), changing=True) == 1 + int(10 // AT_LEAST)
