"""Sixty nodes by the default maxUnavailable, and by a percentage; every pod was Ready a minute after its creation."""

from datetime import timedelta

from tests.clusters import Raw, a_daemonset, a_node, a_pod

NAMES = [f"n{number}" for number in range(1, 61)]


def agent(max_unavailable: int | str) -> list[Raw]:
    daemonset = a_daemonset("agent", max_unavailable=max_unavailable, min_ready_seconds=30)
    pods = (a_pod(daemonset, name, ready_for=timedelta(hours=4, minutes=59)) for name in NAMES)
    return [daemonset, *(a_node(name) for name in NAMES), *pods]


PASSING: list[Raw] = agent("5%")
FAILING: list[Raw] = agent(1)
