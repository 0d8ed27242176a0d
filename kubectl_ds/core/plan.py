"""What would land where if something were changed, by the controller's rules and the scheduler's.

The DaemonSet controller's part is exact: which nodes it wants, which pods it deletes at once, which it leaves
running (core/placement, pkg/controller/daemon). Whether a new pod fits is worked out as for a pending one
(core/scheduling), pod by pod in order of priority; what is not modelled is said (core/unmodelled.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from kubectl_ds.core.feature_gates import FeatureGates, infer_feature_gates
from kubectl_ds.core.label_selector import compile_selector
from kubectl_ds.core.model import DaemonSet, Pod
from kubectl_ds.core.natural_order import natural_key
from kubectl_ds.core.near_miss import near_miss
from kubectl_ds.core.new_pods import NewPods, Wanted
from kubectl_ds.core.object_key import Key, key_of
from kubectl_ds.core.ownership import PodIndex, is_live, pods_by_node
from kubectl_ds.core.placement import NodeKinds, Placement, in_natural_order, place_all
from kubectl_ds.core.plan_report import Action, DaemonSetPlan, LostNode, NewPod, PlanReport
from kubectl_ds.core.planned_change import (
    ApplyDaemonSet,
    DeleteDaemonSet,
    PlannedChange,
    supposed,
)
from kubectl_ds.core.predicted_pod import Admission, admission_of
from kubectl_ds.core.snapshot import ClusterSnapshot
from kubectl_ds.core.template_change import template_changes
from kubectl_ds.core.tolerations import merged_tolerations, seconds_tolerated
from kubectl_ds.core.unmodelled import unmodelled
from kubectl_ds.core.update_strategy import budget, rolls

_MANY = 1000
"""Nodes over which two budgets are compared: percentages and numbers differ there."""


def plan(
    snapshot: ClusterSnapshot,
    changes: Sequence[PlannedChange],
    *,
    ignored: Iterable[str] = (),
    gates: FeatureGates | None = None,
) -> PlanReport:
    """All changes made at once. Needs nodes, pods of all namespaces and DaemonSets; what admission goes by helps."""
    gates = gates or infer_feature_gates(snapshot.daemonsets, snapshot.pods)
    world = _World(snapshot, supposed(snapshot, changes, gates), changes, gates)
    items = [_one(world, key) for key in sorted(world.keys)]
    fitted = iter(
        NewPods(world.after, world.admission, gates).fitted([one for item in items for one in item.wanted])
    )
    plans = [_finished(item, [next(fitted) for _ in item.wanted]) for item in items]
    touched = tuple(one for one in plans if one.has_effects)
    return PlanReport(
        changes=tuple(changes),
        items=touched,
        untouched=len(plans) - len(touched),
        ignored=tuple(ignored),
        incomplete=snapshot.gaps,
    )


class _World:
    """The cluster before and after, with their joins."""

    def __init__(
        self,
        before: ClusterSnapshot,
        after: ClusterSnapshot,
        changes: Sequence[PlannedChange],
        gates: FeatureGates,
    ) -> None:
        self.before, self.after, self.gates = before, after, gates
        self.applied = {
            key_of(one.daemonset.metadata): one for one in changes if isinstance(one, ApplyDaemonSet)
        }
        self.deleted = {(one.namespace, one.name) for one in changes if isinstance(one, DeleteDaemonSet)}
        self.daemonsets_before = {key_of(one.metadata): one for one in before.daemonsets}
        self.daemonsets_after = {key_of(one.metadata): one for one in after.daemonsets}

    @property
    def keys(self) -> set[Key]:
        return {*self.daemonsets_before, *self.daemonsets_after}

    @cached_property
    def pods(self) -> PodIndex:
        return PodIndex(self.before.pods)

    def stays(self, pods: Iterable[Pod]) -> bool:
        """Whether any of them is left when others have taken away what they take."""
        return any(pod.metadata.uid in self._staying for pod in pods)

    @cached_property
    def _staying(self) -> frozenset[str]:
        """Uids of pods that nobody but a DaemonSet controller takes away."""
        return frozenset(pod.metadata.uid for pod in self.after.pods)

    @cached_property
    def kinds_before(self) -> NodeKinds:
        """The nodes in natural order, for placement."""
        return NodeKinds(in_natural_order(self.before.nodes))

    @cached_property
    def kinds_after(self) -> NodeKinds:
        return NodeKinds(in_natural_order(self.after.nodes))

    @cached_property
    def admission(self) -> Admission:
        return admission_of(self.after)

    def object_of(self, daemonset: DaemonSet) -> Mapping[str, Any]:
        applied = self.applied.get(key_of(daemonset.metadata))
        if applied is not None:
            return applied.object
        return self.before.daemonset_objects.get(daemonset.metadata.uid, {})


class _Item(Struct, frozen=True):
    """A DaemonSet's plan without the fates of its new pods, and what is wanted of them."""

    plan: DaemonSetPlan
    wanted: tuple[Wanted, ...] = ()


# --- one DaemonSet ---------------------------------------------------------------------------------


def _one(world: _World, key: Key) -> _Item:
    before, after = world.daemonsets_before.get(key), world.daemonsets_after.get(key)
    was = {} if before is None else place_all(before, world.kinds_before, world.gates)
    namespace, name = key
    eligible_before = None if before is None else _eligible(was)
    if after is None:
        assert before is not None
        there = sorted(_holding(world, before), key=natural_key)
        lost = tuple(LostNode(node=node, loss="deleted") for node in there if node in was)
        return _Item(
            DaemonSetPlan(
                namespace=namespace,
                name=name,
                action="deleted",
                eligible_before=eligible_before,
                eligible_after=None,
                lost=lost,
            )
        )
    if refused := _refusal(world, before, after):
        return _Item(
            DaemonSetPlan(
                namespace=namespace,
                name=name,
                action="created" if before is None else "changed",
                eligible_before=eligible_before,
                eligible_after=None,
                refused=refused,
            )
        )
    return _kept(world, before, after, was)


def _kept(world: _World, before: DaemonSet | None, after: DaemonSet, was: Mapping[str, Placement]) -> _Item:
    """A DaemonSet that is there afterwards: node by node what becomes of it."""
    now = place_all(after, world.kinds_after, world.gates)
    holding = _holding(world, after)
    changed = _template_changed(world, before, after)
    missing = unmodelled(world.object_of(after))
    gained = [
        name
        for name, placement in now.items()
        if placement.should_run and name not in holding and not _ran(was, name)
    ]
    replaced = [
        name
        for name, pods in holding.items()
        if name in now and now[name].should_run and (changed or not world.stays(pods))
    ]
    loop, seconds = _loop(world, after, now)
    eligible = _eligible(now)
    plan_ = DaemonSetPlan(
        namespace=after.metadata.namespace,
        name=after.metadata.name,
        action=_action(before, after, changed=changed),
        eligible_before=None if before is None else _eligible(was),
        eligible_after=eligible,
        lost=_lost(world, was, now, holding),
        on_delete=not rolls(after),
        budget=budget(after, eligible) if replaced and rolls(after) else None,
        near_miss=near_miss(after, world.kinds_after.nodes, world.gates, now)
        if now and not eligible
        else None,
        unmodelled=missing,
        loop=loop,
        evicted_after=seconds,
    )
    surges = rolls(after) and budget(after, 1).max_surge > 0
    opaque = bool(missing)
    wanted = [
        *(Wanted(after, name, opaque=opaque) for name in sorted(gained, key=natural_key)),
        *(
            Wanted(after, name, opaque=opaque, leaving=() if surges else tuple(holding[name]), replaces=True)
            for name in sorted(replaced, key=natural_key)
        ),
    ]
    return _Item(plan_, tuple(wanted))


def _action(before: DaemonSet | None, after: DaemonSet, *, changed: bool) -> Action:
    if before is None:
        return "created"
    return "changed" if changed or _paced_otherwise(before, after) else "unchanged"


def _finished(item: _Item, pods: Sequence[NewPod]) -> DaemonSetPlan:
    fates = list(zip(item.wanted, pods, strict=True))
    return replace(
        item.plan,
        gained=tuple(pod for wanted, pod in fates if not wanted.replaces),
        replaced=tuple(pod for wanted, pod in fates if wanted.replaces),
    )


def _lost(
    world: _World,
    was: Mapping[str, Placement],
    now: Mapping[str, Placement],
    holding: Mapping[str, Sequence[Pod]],
) -> tuple[LostNode, ...]:
    lost = []
    for name in sorted({*was, *now}, key=natural_key):
        placement, held = now.get(name), name in holding
        if placement is None:
            if held or _ran(was, name):
                lost.append(LostNode(node=name, loss="gone"))
            continue
        if placement.should_run or not (_ran(was, name) or held):
            continue
        deciding = placement.deciding
        reasons = (deciding.reason,) if deciding is not None and deciding.reason is not None else ()
        before = was.get(name)
        if not held:
            lost.append(LostNode(node=name, loss="absent", reasons=reasons))
        elif not placement.should_continue_running:
            # Where the pod had to go before, nothing changes.
            if before is None or before.should_continue_running:
                lost.append(LostNode(node=name, loss="evicted", reasons=reasons))
        elif _ran(was, name):
            lost.append(LostNode(node=name, loss="left", reasons=reasons))
    return tuple(lost)


def _holding(world: _World, daemonset: DaemonSet) -> dict[str, list[Pod]]:
    """The nodes where a live pod of it is, bound or pinned, by the cluster as it is now."""
    by_node = pods_by_node(daemonset, world.pods.claimed(daemonset))
    live = {name: [pod for pod in pods if is_live(pod)] for name, pods in by_node.items()}
    return {name: pods for name, pods in live.items() if pods}


def _ran(placements: Mapping[str, Placement], name: str) -> bool:
    return name in placements and placements[name].should_run


def _eligible(placements: Mapping[str, Placement]) -> int:
    return sum(placement.should_run for placement in placements.values())


# --- the manifest ----------------------------------------------------------------------------------


def _template_changed(world: _World, before: DaemonSet | None, after: DaemonSet) -> bool:
    applied = world.applied.get(key_of(after.metadata))
    if before is None or applied is None:
        return False
    live = world.before.daemonset_objects.get(before.metadata.uid)
    return live is not None and template_changes(applied.object, live)


def _paced_otherwise(before: DaemonSet, after: DaemonSet) -> bool:
    """Whether pods are replaced otherwise from now on; spelled out or left to the API's default is the same."""
    return (
        rolls(before) != rolls(after)
        or budget(before, _MANY) != budget(after, _MANY)
        or before.spec.min_ready_seconds != after.spec.min_ready_seconds
    )


def _refusal(world: _World, before: DaemonSet | None, after: DaemonSet) -> str:
    """What the API server says no to, of what people get wrong; empty when it takes the manifest."""
    if key_of(after.metadata) not in world.applied:
        return ""
    try:
        selector = compile_selector(after.spec.selector)
        if selector is None or after.spec.selector is None:
            return "spec.selector is missing, or selects everything"
        if not selector.matches(after.spec.template.metadata.labels):
            return "spec.selector does not match the labels of spec.template"
        if before is not None and before.spec.selector != after.spec.selector:
            return "spec.selector is immutable: delete the DaemonSet first, with --cascade=orphan to keep its pods"
        allowed = budget(after, 1)
    except ValueError as error:
        return str(error)
    rolling = after.spec.update_strategy.rolling_update
    if rolls(after) and rolling is not None:
        given = [one for one in (rolling.max_unavailable, rolling.max_surge) if one not in (None, 0, "0%")]
        if len(given) > 1 and allowed.max_surge:
            return "maxSurge may not be set together with a maxUnavailable other than 0"
        if rolling.max_unavailable in (0, "0%") and not allowed.max_surge:
            return "maxUnavailable may not be 0 when maxSurge is 0"
    if not after.spec.template.spec.containers:
        return "spec.template has no containers"
    return ""


# --- tolerations that end --------------------------------------------------------------------------


def _loop(
    world: _World, after: DaemonSet, now: Mapping[str, Placement]
) -> tuple[tuple[str, ...], int | None]:
    """Nodes whose NoExecute taints the pods tolerate for some seconds only, where they did not stand before."""
    tolerations = merged_tolerations(after.spec.template.spec)
    known = {node.metadata.name: node for node in world.before.nodes}
    applied = key_of(after.metadata) in world.applied
    nodes: list[str] = []
    shortest: int | None = None
    for node in world.kinds_after.nodes:
        name = node.metadata.name
        before = known.get(name)
        if not now[name].should_run or (
            before is not None and before.spec.taints == node.spec.taints and not applied
        ):
            continue
        seconds = seconds_tolerated(node.spec.taints, tolerations, world.gates)
        if seconds is not None:
            nodes.append(name)
            shortest = seconds if shortest is None else min(shortest, seconds)
    return tuple(nodes), shortest
