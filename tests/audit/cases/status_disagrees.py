"""Counters as they should be; and a pod that stays misscheduled in the status though its node's taint is gone."""

from datetime import timedelta

from tests.clusters import Raw, a_daemonset, a_node, a_pod, a_revision

COUNTED = dict.fromkeys(
    (
        "currentNumberScheduled",
        "desiredNumberScheduled",
        "numberReady",
        "numberAvailable",
        "updatedNumberScheduled",
    ),
    2,
)
STALE = {**dict.fromkeys(COUNTED, 1), "numberMisscheduled": 1}
SERVER_VERSION = "v1.33.4-gke.1134000"
NODES = [a_node("n1"), a_node("n2")]


def counted(status: dict[str, int], **pods: timedelta) -> list[Raw]:
    daemonset = a_daemonset("cni", status=status)
    return [
        daemonset,
        a_revision(daemonset),
        *NODES,
        *(a_pod(daemonset, name, **pods) for name in ("n1", "n2")),
    ]


PASSING: list[Raw] = counted(COUNTED)
FAILING: list[Raw] = counted(STALE)
