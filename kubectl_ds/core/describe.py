"""What `describe` says of a DaemonSet beside the object itself and its coverage.

Upstream: `getPodStatusForController` and `DescribeEvents` of kubectl's pkg/describe/describe.go; the revisions
with the nodes on each are core/history.py's.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from msgspec import Struct

from kubectl_ds.core.history import RevisionNodes, revision_nodes
from kubectl_ds.core.model import DaemonSet, Event, Pod
from kubectl_ds.core.ownership import PodIndex, is_orphan
from kubectl_ds.core.snapshot import ClusterSnapshot

_BEGINNING = datetime.min.replace(tzinfo=UTC)


class PodPhases(Struct, frozen=True):
    """kubectl's `Pods Status`: pods owned and selected, by phase; phase Unknown is in none of them."""

    running: int = 0
    waiting: int = 0
    succeeded: int = 0
    failed: int = 0


class Description(Struct, frozen=True, kw_only=True):
    """Facts for `describe`. None in place of a value: it could not be read, see the snapshot's gaps."""

    phases: PodPhases | None
    revisions: tuple[RevisionNodes, ...] | None
    events: tuple[Event, ...] | None
    events_wanted: bool = True
    """False: nobody asked for events (`--show-events=false`)."""


def description(snapshot: ClusterSnapshot, daemonset: DaemonSet, pods: PodIndex | None = None) -> Description:
    """What the snapshot holds about one of its DaemonSets. `pods`: the snapshot's, indexed once for several."""
    claimed = (pods or PodIndex(snapshot.pods)).claimed(daemonset)
    namespace = daemonset.metadata.namespace
    pods_known = snapshot.knows("pods", namespace)
    revisions_known = snapshot.knows("controllerrevisions", namespace)
    events_known = snapshot.knows("events", namespace)
    return Description(
        phases=_phases(claimed) if pods_known else None,
        revisions=revision_nodes(snapshot, daemonset, claimed) if pods_known and revisions_known else None,
        events=events_about(daemonset, snapshot.events) if events_known else None,
        events_wanted=events_known or snapshot.lacks("events"),
    )


def events_about(daemonset: DaemonSet, events: Iterable[Event]) -> tuple[Event, ...]:
    """The events on the object, the one seen last at the end; new-style ones have no such time and come first."""
    found = [event for event in events if event.involved_object.uid == daemonset.metadata.uid]
    return tuple(sorted(found, key=lambda event: event.last_timestamp or _BEGINNING))


def _phases(claimed: Sequence[Pod]) -> PodPhases:
    counts = {"Running": 0, "Pending": 0, "Succeeded": 0, "Failed": 0}
    for pod in claimed:
        if not is_orphan(pod) and pod.status.phase in counts:
            counts[pod.status.phase] += 1
    return PodPhases(counts["Running"], counts["Pending"], counts["Succeeded"], counts["Failed"])
