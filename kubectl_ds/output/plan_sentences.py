"""The sentences of a plan: what is supposed, what is lost and gained, what is not modelled, and the summary."""

from typing import Literal, assert_never

from kubectl_ds.core.plan_report import DaemonSetPlan, LostNode, NewPod, PlanReport
from kubectl_ds.core.planned_change import (
    AddNode,
    ApplyDaemonSet,
    ApplyPriorityClass,
    DeleteDaemonSet,
    DrainNode,
    LabelNodes,
    PlannedChange,
    RemoveNode,
    TaintNodes,
    UntaintNodes,
)
from kubectl_ds.core.scheduling.admission import spelled_taint
from kubectl_ds.core.unmodelled import Unmodelled
from kubectl_ds.output.coverage import folded

_NAMES = 60
"""Columns that a sentence has for names."""


def change_sentence(change: PlannedChange) -> str:
    """One supposition."""
    match change:
        case ApplyDaemonSet(daemonset=daemonset, source=source):
            return f"If DaemonSet {daemonset.metadata.namespace}/{daemonset.metadata.name} of {source} is applied"
        case ApplyPriorityClass(priority_class=one):
            return f"If PriorityClass {one.metadata.name} is applied"
        case DeleteDaemonSet(namespace=namespace, name=name):
            return f"If DaemonSet {namespace}/{name} is deleted"
        case TaintNodes(nodes=nodes, taint=taint):
            return f"If the taint {spelled_taint(taint)} is set on {_nodes(nodes)}"
        case UntaintNodes(nodes=nodes, key=key, effect=effect):
            which = f"{key}:{effect}" if effect else key
            return f"If the taint {which} is taken off {_nodes(nodes)}"
        case LabelNodes(nodes=nodes, key=key, value=None):
            return f"If the label {key} is taken off {_nodes(nodes)}"
        case LabelNodes(nodes=nodes, key=key, value=value):
            return f"If the label {key}={value} is set on {_nodes(nodes)}"
        case AddNode(node=node, like=like):
            return f"If a node {node.metadata.name} joins, like {like}"
        case RemoveNode(node=node):
            return f"If the node {node} is removed"
        case DrainNode(node=node):
            return f"If the node {node} is drained"
        case _:
            assert_never(change)


def _nodes(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{len(names)} nodes ({folded(names, _NAMES)})"


def loss_words(lost: LostNode) -> str:
    """What follows the count of nodes."""
    match lost.loss:
        case "evicted":
            return "lost, the pod is deleted at once"
        case "left":
            return "lost, the pod is left running until somebody deletes it, and not replaced"
        case "absent":
            return "lost, no pod was there"
        case "gone":
            return "lost with the node"
        case "deleted":
            return "lost, the pod goes with the DaemonSet"
        case _:
            assert_never(lost.loss)


def new_pod_words(pod: NewPod, how: Literal["gained", "replaced"]) -> str:
    """What follows the count of nodes."""
    match pod.fit:
        case "fits":
            return f"{how}, the pod fits"
        case "preempts":
            return (
                f"{how}, other pods are evicted for it"
                if pod.victims
                else f"{how}, once pods that leave are gone"
            )
        case "pending":
            return f"{how}, the new pod stays pending"
        case "unknown":
            return f"{how}, whether the pod fits is not known"
        case _:
            assert_never(pod.fit)


def replacement_sentence(item: DaemonSetPlan) -> str:
    """How the old pods give way."""
    count = len(item.replaced)
    pods = f"{count} pod{'s' * (count != 1)}"
    if item.on_delete:
        return f"OnDelete: each of the {pods} is replaced when somebody deletes it."
    if item.budget is None:
        return f"{pods} replaced at once."
    if item.budget.max_surge:
        at_a_time, setting = item.budget.max_surge, "maxSurge"
    else:
        at_a_time, setting = item.budget.max_unavailable, "maxUnavailable"
    waves = -(-count // at_a_time)
    return f"{pods} replaced, {at_a_time} at a time ({setting}): {waves} wave{'s' * (waves != 1)}."


def unmodelled_sentence(one: Unmodelled) -> str:
    """What is not known of this DaemonSet's new pods."""
    match one.what:
        case "scheduler":
            return f"Not modelled: the scheduler {one.name} decides on its pods, by rules of its own."
        case "resourceClaims":
            return f"Not modelled: its resource claims ({one.name}); whether devices are free is not known."
        case "podAffinity" | "podAntiAffinity":
            return f"Not modelled: its required {one.what}."
        case "topologySpreadConstraints":
            return "Not modelled: its topologySpreadConstraints with DoNotSchedule."
        case "volumes":
            return f"Not modelled: its claimed volumes ({one.name}); whether they can be had on a node is not known."
        case _:
            assert_never(one.what)


def summary_sentence(report: PlanReport) -> str:
    """All DaemonSets together."""
    if not report.items:
        return "Nothing happens to any DaemonSet."
    items = report.items
    counts = [
        (sum(len(item.gained) for item in items), "gained"),
        (sum(one.loss == "evicted" for item in items for one in item.lost), "lost at once"),
        (
            sum(one.loss in ("gone", "deleted") for item in items for one in item.lost),
            "lost with the node or the DaemonSet",
        ),
        (sum(one.loss == "left" for item in items for one in item.lost), "left running and not replaced"),
        (sum(one.loss == "absent" for item in items for one in item.lost), "lost without a pod"),
        (sum(len(item.replaced) for item in items), "replaced"),
        (sum(item.fitting("pending") for item in items), "new pods stay pending"),
        (sum(item.fitting("preempts") for item in items), "new pods evict others or wait for their end"),
        (
            sum(item.fitting("unknown") for item in items),
            "new pods of which it is not known whether they fit",
        ),
        (sum(bool(item.refused) for item in items), "refused"),
    ]
    told = ", ".join(f"{count} {words}" for count, words in counts if count) or "no node gained or lost"
    touched = f"{len(items)} DaemonSet{'s' * (len(items) != 1)} touched, {report.untouched} not"
    return f"{touched}: {told}."


def never_modelled(report: PlanReport) -> str:
    """What no plan knows."""
    words = (
        "Not asked: admission webhooks, PodSecurity, quotas, PodDisruptionBudgets, plugins and profiles of the "
        "scheduler, and what else would be scheduled meanwhile."
    )
    if report.ignored:
        words += f" Passed over in the manifests: {', '.join(report.ignored)}."
    return words
