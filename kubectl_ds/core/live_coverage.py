"""Coverage kept up to date: of a change only what it touches is worked out anew.

A pod touches its node, for the DaemonSet that owns it; a node touches itself, for every DaemonSet; the status of
a DaemonSet, an event, or time touches the nodes that are not as they should be. The rules are those of
core/coverage.py, and so is the answer: `report` is at any moment what `coverage` finds in a snapshot of it.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from kubectl_ds.core.coverage_change import CoverageChange
from kubectl_ds.core.coverage_report import CoverageReport, DaemonSetCoverage, State
from kubectl_ds.core.feature_gates import FeatureGates
from kubectl_ds.core.live_item import LiveItem, changes_between
from kubectl_ds.core.live_joins import LiveJoins
from kubectl_ds.core.live_touches import Touch, Touches, is_like, is_the_same, template_of
from kubectl_ds.core.model import ControllerRevision, DaemonSet, Event, Node, ObjectMeta, Pod
from kubectl_ds.core.moments import earliest
from kubectl_ds.core.natural_order import natural_key
from kubectl_ds.core.object_change import ObjectChange
from kubectl_ds.core.object_key import key_of
from kubectl_ds.core.ownership import controller_of, place_of, target_node_name
from kubectl_ds.core.revisions import is_named_by
from kubectl_ds.core.snapshot import ClusterSnapshot

__all__ = ["CoverageChange", "CoverageChanges", "LiveCoverage"]


class CoverageChanges(Struct, frozen=True, kw_only=True):
    """What a batch of changes did."""

    nodes: tuple[CoverageChange, ...] = ()
    """Nodes with another state, flag or reason, by DaemonSet and in natural order. Ages are no change."""
    touched: frozenset[str] = frozenset()
    """The uids of the DaemonSets of which anything may be other than before, those that are gone included."""
    relearnt: bool = False
    """What can be read is another thing than before."""


class LiveCoverage:
    """The coverage of a cluster that is followed. `apply` each batch; ask for what is needed of the answer."""

    def __init__(self, snapshot: ClusterSnapshot, *, gates: FeatureGates | None = None) -> None:
        """`gates`: inferred from the objects, as they come and go, when None."""
        self._given_gates = gates
        self._begin(snapshot)

    def _begin(self, snapshot: ClusterSnapshot) -> None:
        self._joins = LiveJoins(snapshot, self._given_gates)
        self._gates = self._joins.gates
        self._raw = dict(snapshot.daemonset_objects)
        self._revisions = {key_of(one.metadata): one for one in snapshot.revisions}
        self._in_order: tuple[ControllerRevision, ...] | None = None
        self._items = {one.metadata.uid: LiveItem(self._joins, one) for one in snapshot.daemonsets}

    # --- what is there -----------------------------------------------------------------------------

    @property
    def has_problems(self) -> bool:
        """Whether anything is not as it should be."""
        return any(item.has_problems for item in self._items.values())

    @property
    def next_moment(self) -> datetime | None:
        """When something else may be said though nothing changes: `apply` nothing then. None: never."""
        return earliest([item.next_moment for item in self._items.values()])

    def item(self, uid: str) -> DaemonSetCoverage | None:
        """One DaemonSet with all its nodes, as of the last look; None when it is not there."""
        item = self._items.get(uid)
        return None if item is None else item.coverage(self._joins)

    def report(
        self, now: datetime, *, states: Collection[State] | None = None, problems: bool = False
    ) -> CoverageReport:
        """What `coverage` would find in a snapshot taken now, ages included."""
        self._look_at(now)
        for item in self._items.values():
            item.look_again(self._joins)
        items = sorted(self._items.values(), key=lambda item: key_of(item.daemonset.metadata))
        return CoverageReport(
            items=tuple(item.coverage(self._joins, states=states, problems=problems) for item in items),
            incomplete=self._joins.snapshot.gaps,
            consistency=self._joins.snapshot.consistency,
        )

    # --- what happens ------------------------------------------------------------------------------

    def restart(self, snapshot: ClusterSnapshot) -> CoverageChanges:
        """Begin anew, since what can be read has changed."""
        before = self._items
        self._begin(snapshot)
        changes = [
            change
            for uid in before.keys() | self._items.keys()
            for change in _between(before.get(uid), self._items.get(uid), snapshot.taken_at)
        ]
        touched = frozenset(before.keys() | self._items.keys())
        return CoverageChanges(nodes=_in_order(changes), touched=touched, relearnt=True)

    def apply(self, changes: Iterable[ObjectChange], now: datetime) -> CoverageChanges:
        """Take in a batch, and what has come about by time alone until `now`, the API server's clock."""
        batch = Touches()
        for change in changes:
            self._take(change, batch)
        self._look_at(now)
        gates_changed, self._gates = self._joins.gates != self._gates, self._joins.gates
        found: list[CoverageChange] = []
        touched = {*batch.went, *batch.came}
        for uid in batch.went:
            found += _between(self._items.pop(uid, None), None, now)
        for uid, item in self._items.items():
            changed = self._updated(item, batch, anew=gates_changed)
            if changed is not None:
                touched.add(uid)
                found += changed
        for uid, daemonset in batch.came.items():
            item = self._items[uid] = LiveItem(self._joins, daemonset)
            found += _between(None, item, now)
        return CoverageChanges(nodes=_in_order(found), touched=frozenset(touched))

    def _updated(self, item: LiveItem, batch: Touches, *, anew: bool) -> list[CoverageChange] | None:
        """What the batch does to one DaemonSet; None for nothing."""
        touch = batch.daemonsets.get(item.daemonset.metadata.uid)
        if anew or (touch and (touch.anew or (touch.revisions and item.revise(self._joins)))):
            return item.begin(self._joins)
        due = item.next_moment is not None and item.next_moment <= self._joins.snapshot.taken_at
        if touch is None:
            if not due and not batch.nodes and item.uneasy.isdisjoint(batch.places):
                return None
            touch = Touch()
        return item.update(
            self._joins,
            nodes=batch.nodes,
            pods=touch.pods,
            targets=touch.targets,
            names=touch.names | batch.places,
            missing=touch.missing,
        )

    def _look_at(self, now: datetime) -> None:
        """The snapshot of what is few, at a later moment; revisions in the order in which a list has them."""
        self._joins.snapshot = replace(
            self._joins.snapshot,
            taken_at=now,
            daemonset_objects=self._raw,
            revisions=self._revisions_in_order(),
        )

    def _revisions_in_order(self) -> tuple[ControllerRevision, ...]:
        """The same tuple for as long as nothing changes: an index rests on it."""
        if self._in_order is None:
            self._in_order = tuple(self._revisions[key] for key in sorted(self._revisions))
        return self._in_order

    # --- what a change touches ---------------------------------------------------------------------

    def _take(self, change: ObjectChange, batch: Touches) -> None:
        before, after = change.before, change.after
        match before if after is None else after:
            case Node():
                self._take_node(before, after, batch)  # type: ignore[arg-type]
            case Pod():
                self._take_pod(before, after, batch)  # type: ignore[arg-type]
            case DaemonSet():
                self._take_daemonset(change, batch)
            case ControllerRevision():
                self._take_revision(before, after, batch)  # type: ignore[arg-type]
            case Event():
                self._take_event(before, after, batch)  # type: ignore[arg-type]

    def _take_node(self, before: Node | None, after: Node | None, batch: Touches) -> None:
        for name in {one.metadata.name for one in (before, after) if one is not None}:
            self._joins.live_nodes.put(name, after)
            if not is_the_same(before, after):
                batch.nodes.add(name)

    def _take_pod(self, before: Pod | None, after: Pod | None, batch: Touches) -> None:
        pods = [pod for pod in (before, after) if pod is not None]
        targets = {target for pod in pods if (target := target_node_name(pod))}
        for pod in pods:
            key = key_of(pod.metadata)
            self._joins.live_pods.put(key, after)
            self._joins.live_gates.put_pod(key, after)
            if not is_the_same(before, after):
                batch.places.add(place_of(pod))
                for uid in self._owners(pod.metadata):
                    touch = batch.of(uid)
                    touch.pods[key] = after
                    touch.targets |= targets

    def _take_daemonset(self, change: ObjectChange, batch: Touches) -> None:
        before, after = change.before, change.after
        assert before is None or isinstance(before, DaemonSet)
        assert after is None or isinstance(after, DaemonSet)
        for one in (before, after):
            if one is not None:
                self._joins.live_gates.put_daemonset(key_of(one.metadata), after)
        if before is not None and (after is None or before.metadata.uid != after.metadata.uid):
            self._raw.pop(before.metadata.uid, None)
            if batch.came.pop(before.metadata.uid, None) is None:
                batch.went.append(before.metadata.uid)
        if after is None:
            return
        uid = after.metadata.uid
        known, was = self._raw.get(uid), self._items.get(uid)
        if change.raw is not None:
            self._raw[uid] = change.raw
        if was is None or uid in batch.went:
            batch.came[uid] = after
            return
        touch = batch.of(uid)
        touch.missing = True
        touch.anew |= was.daemonset.spec != after.spec or not is_like(was.daemonset.metadata, after.metadata)
        touch.revisions |= template_of(known) != template_of(change.raw)
        was.daemonset = after

    def _take_revision(
        self, before: ControllerRevision | None, after: ControllerRevision | None, batch: Touches
    ) -> None:
        for revision in (before, after):
            if revision is None:
                continue
            key = key_of(revision.metadata)
            self._in_order = None
            if after is None:
                self._revisions.pop(key, None)
            else:
                self._revisions[key] = after
            for uid in (*self._owners(revision.metadata), *self._namesakes(revision)):
                batch.of(uid).revisions = True

    def _namesakes(self, revision: ControllerRevision) -> Iterator[str]:
        """The uids of the DaemonSets that would have given it this name, whoever controls it."""
        for uid, item in self._items.items():
            if is_named_by(item.daemonset, revision):
                yield uid

    def _owners(self, metadata: ObjectMeta) -> Iterator[str]:
        """The uids of the DaemonSets that own it, or might adopt it since nobody does."""
        controller = controller_of(metadata)
        if controller is not None:
            yield from (uid for uid in (controller.uid,) if uid in self._items)
            return
        for uid, item in self._items.items():
            if item.daemonset.metadata.namespace == metadata.namespace:
                yield uid

    def _take_event(self, before: Event | None, after: Event | None, batch: Touches) -> None:
        self._joins.live_events.put(before, after)
        for event in (before, after):
            if event is None:
                continue
            about = event.involved_object
            if about.kind == "DaemonSet":
                for uid, item in self._items.items():
                    if about.uid == uid or (about.namespace, about.name) == key_of(item.daemonset.metadata):
                        batch.of(uid).missing = True
                continue
            pod = self._joins.live_pods.by_key.get((about.namespace, about.name))
            if pod is not None and (target := target_node_name(pod)) is not None:
                for uid in self._owners(pod.metadata):
                    batch.of(uid).names.add(target)


def _between(before: LiveItem | None, after: LiveItem | None, time: datetime) -> list[CoverageChange]:
    either = after or before
    if either is None:
        return []
    return changes_between(
        either.daemonset, before.nodes if before else {}, after.nodes if after else {}, time
    )


def _in_order(changes: Iterable[CoverageChange]) -> tuple[CoverageChange, ...]:
    return tuple(sorted(changes, key=lambda one: (one.namespace, one.name, natural_key(one.node))))
