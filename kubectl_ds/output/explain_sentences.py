"""The sentences of an explanation: each rule on a node, the verdict, who bound a pod, what almost matched."""

from typing import assert_never

from kubectl_ds.core.binding import Binding
from kubectl_ds.core.explain_report import (
    ExplainedPod,
    NodeAffinityRule,
    NodeExplanation,
    NodeNameRule,
    NodeSelectorRule,
    RuleExplanation,
    TaintsRule,
    TaintTolerance,
)
from kubectl_ds.core.near_miss import NearestNode, NearMiss, UnmetRequirement
from kubectl_ds.core.placement_change import RemoveNodeAffinity
from kubectl_ds.core.scheduling.admission import spelled_taint
from kubectl_ds.output.change_sentences import remedies_sentence, remedy_sentence, toleration_text
from kubectl_ds.output.placement_sentences import listed, short_paths
from kubectl_ds.output.reasons import sentence

_MOST_VALUES = 5


def rule_detail(rule: RuleExplanation) -> str:
    """What the rule wants and what the node has, passed or not."""
    if rule.reason is not None:
        return sentence(rule.reason)
    match rule:
        case NodeNameRule(wants=wants):
            return "The template's nodeName is this node." if wants else "The template names no node."
        case NodeSelectorRule(wants=wants):
            if not wants:
                return "The template has no nodeSelector."
            return f"The node has {listed(f'{key}={value}' for key, value in sorted(wants.items()))}."
        case NodeAffinityRule(terms=terms):
            if terms is None:
                return "The template has no required node affinity."
            matching = next(term.index + 1 for term in terms if term.matches)
            which = "The required node affinity" if len(terms) == 1 else f"Term {matching} of {len(terms)}"
            return f"{which} matches the node."
        case TaintsRule(has=has):
            return _tolerated(has)
        case _:
            assert_never(rule)


def _tolerated(taints: tuple[TaintTolerance, ...]) -> str:
    if not taints:
        return "The node has no taints."
    return " ".join(_tolerance(one) for one in taints)


def _tolerance(one: TaintTolerance) -> str:
    taint = spelled_taint(one.taint)
    if one.tolerated_by is None:
        keeps = "keeps no daemon pod out" if not one.counts else "is not tolerated"
        return f"{taint} {keeps}."
    whose = "the controller" if one.added_by_controller else "the template"
    return f"{taint} is tolerated by {whose} ({toleration_text(one.tolerated_by)})."


def verdict(node: NodeExplanation) -> str:
    """One sentence: whether the DaemonSet belongs on the node, and what becomes of the pods there."""
    if not node.exists:
        return (
            "The node no longer exists: bound pods are left to the pod garbage collector, others are deleted."
        )
    pods = node.pods or ()
    if node.should_run:
        if node.pods is None:
            return "The DaemonSet belongs on this node; its pods could not be read."
        if not pods:
            return "The DaemonSet belongs on this node, and no pod is there; kubectl ds coverage says why."
        alive = [pod for pod in pods if pod.alive]
        if not alive:
            return (
                "The DaemonSet belongs on this node; the pod that is there has ended or is terminating, and kubectl ds"
                " coverage says what comes next."
            )
        if all(not pod.binding.node_name for pod in alive):
            return "The DaemonSet belongs on this node; a pod was made for it, and nobody has bound it."
        return "The DaemonSet belongs on this node, and a pod is there."
    if node.should_continue_running:
        if pods and not any(pod.binding.node_name for pod in pods):
            return "The DaemonSet does not belong on this node; the pod that was made for it is left unbound."
        if pods:
            return (
                "The DaemonSet does not belong on this node; the pod that is there is left running, "
                "and not replaced once it is gone."
            )
        return "The DaemonSet does not belong on this node: no pod is created, though one that ran would be left."
    if pods:
        return "The DaemonSet does not belong on this node, and the controller deletes the pod that is there."
    return "The DaemonSet does not belong on this node."


def change(node: NodeExplanation) -> str:
    """What would let the node in; empty where it is in, or where no single node can be changed."""
    if not node.remedies:
        return ""
    return remedies_sentence(node.remedies)


def bound_by(pod: ExplainedPod) -> str:
    """How the pod got its node and who bound it, with a flag where pin and node disagree."""
    binding = pod.binding
    if binding.note == "StaticPod":
        return "A static pod: the kubelet of its node runs it, and no controller made it."
    if not binding.agrees:
        return (
            f"Pinned to {binding.pinned_to or 'other nodes'} and yet on {binding.node_name}: "
            f"whoever bound it{_actor(binding)} ignored the pin."
        )
    pinned = f"Pinned to {binding.pinned_to}" if binding.pinned_to else "Not pinned"
    if binding.how == "Unbound":
        return f"{pinned}, not bound; it waits for the scheduler {binding.scheduler}."
    match binding.bound_by:
        case "Scheduler":
            return f"{pinned}, bound by the scheduler {binding.actor or binding.scheduler}."
        case "DaemonSetController":
            return f"{pinned}, bound by the DaemonSet controller itself, the way before v1.12."
        case "Template":
            return f"{pinned}; the template's nodeName put it on {binding.node_name}, past every scheduler."
        case "Kubelet" | "Nobody" | "Unknown":
            return f"{pinned}, with spec.nodeName {binding.node_name}: set at creation, or the pin was taken off."
        case _:
            assert_never(binding.bound_by)


def _actor(binding: Binding) -> str:
    return f" ({binding.actor or binding.scheduler})"


# --- near misses -----------------------------------------------------------------------------------


def unmet_sentence(unmet: UnmetRequirement, nodes: int) -> str:
    """What the template asks for, and what is there in its place."""
    wants = _wanted(unmet)
    if unmet.errors:
        errors = "; ".join(map(short_paths, unmet.errors))
        return f"{wants} is malformed and can match no node, so correct it in the template: {errors}."
    similar = f" Did you mean {listed(unmet.similar)}?" if unmet.similar else ""
    if unmet.place == "nodeName":
        return f"{wants}: there is no such node.{similar}"
    if unmet.place == "matchFields":
        return f"{wants}: no node of that name can be let in.{similar}"
    if unmet.operator in ("NotIn", "DoesNotExist"):
        return f"{wants}: every one of the {nodes} nodes has what it forbids ({_seen(unmet)})."
    if not unmet.nodes_with_key:
        return f"{wants}: no node has the label {unmet.key}.{similar}"
    count = unmet.nodes_with_key
    have = "node has" if count == 1 else "nodes have"
    return f"{wants}: {count} {have} the label with another value ({_seen(unmet)}).{similar}"


def _wanted(unmet: UnmetRequirement) -> str:
    if unmet.place == "nodeName":
        return f"nodeName {unmet.values[0]}"
    if unmet.place == "nodeSelector":
        return f"nodeSelector {unmet.key}={unmet.values[0]}"
    values = f" [{', '.join(unmet.values)}]" if unmet.values else ""
    return f"Affinity term {(unmet.term or 0) + 1}, {unmet.place} {unmet.key} {unmet.operator}{values}"


def _seen(unmet: UnmetRequirement) -> str:
    shown = [f'"{value}" on {count}' for value, count in unmet.seen[:_MOST_VALUES]]
    rest = len(unmet.seen) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")


def near_miss_sentences(near: NearMiss) -> list[str]:
    """Every requirement that no node meets, then taints that stand before all, then the nearest node."""
    if not near.nodes:
        return ["The cluster has no nodes."] + [unmet_sentence(one, 0) for one in near.unmet]
    found = [unmet_sentence(one, near.nodes) for one in near.unmet]
    if near.empty_affinity:
        found.append(
            "The required node affinity has no terms that ask for anything, so that it matches no node."
        )
    if near.shared_taints:
        whose = f"All {near.matching} matching nodes have" if near.matching else "Every node has"
        if near.matching == 1:
            whose = "The only matching node has"
        taints = listed(map(spelled_taint, near.shared_taints))
        several = len(near.shared_taints) > 1
        found.append(
            f"{whose} the taint{'s' * several} {taints}, which {'are' if several else 'is'} not tolerated."
        )
    if near.nearest is not None and not _only_to_correct(near, near.nearest):
        found.append(_nearest(near.nearest, told=bool(found)))
    return found


def _only_to_correct(near: NearMiss, nearest: NearestNode) -> bool:
    """A malformed term for which nothing better is known than to take the affinity out: no node lacks anything."""
    changes = [change for remedy in nearest.remedies for change in remedy]
    malformed = any(one.errors for one in near.unmet)
    return malformed and all(isinstance(one, RemoveNodeAffinity) for one in changes)


def _nearest(nearest: NearestNode, *, told: bool) -> str:
    """What the node lacks is said only where no sentence before has `told` it."""
    lacks = " ".join(sentence(outcome.reason) for outcome in nearest.failing if outcome.reason)
    text = f"The nearest node is {nearest.node}." + ("" if told else f" {lacks}")
    if not nearest.remedies:
        return text
    first, *others = [remedy_sentence(remedy) for remedy in nearest.remedies]
    return f"{text} To let it in, {first}" + (f"; or {others[0]}." if others else ".")
