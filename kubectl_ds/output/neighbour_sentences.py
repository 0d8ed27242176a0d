"""The sentences for pods that other pods keep off their node, or that miss others there."""

from typing import assert_never

from kubectl_ds.core.scheduling.neighbours import (
    NeighbourReason,
    PodAffinityMismatch,
    PodAntiAffinityConflict,
    TopologySpreadConflict,
)
from kubectl_ds.output.placement_sentences import listed

_MOST_BLOCKERS = 3


def neighbour_sentence(reason: NeighbourReason) -> str:
    """Which pod or label it is about, and what would free the pod."""
    match reason:
        case PodAntiAffinityConflict():
            return _conflict(reason)
        case PodAffinityMismatch():
            if reason.missing_labels:
                return f"The pod's required pod affinity is {_unlabelled(reason.missing_labels)}"
            wants = listed(reason.wants) or "nothing that is known"
            return (
                f"The pod's required pod affinity wants {wants}, and no such pod runs where this node belongs;"
                " start one there, or leave the node out."
            )
        case TopologySpreadConflict():
            if reason.missing_labels:
                return f"The pod's topology spread is {_unlabelled(reason.missing_labels)}"
            over = f" over {listed(reason.constraints)}" if reason.constraints else ""
            return (
                f"The pod would make the spread{over} too uneven; a DaemonSet cannot choose its nodes, so take the"
                " constraint out of the template, or let it be ScheduleAnyway."
            )
        case _:
            assert_never(reason)


def _conflict(reason: PodAntiAffinityConflict) -> str:
    per = f" (per {listed(reason.topology_keys)})" if reason.topology_keys else ""
    if not reason.blockers:
        whose = "The pod's own" if reason.whose == "own" else "Another pod's"
        return f"{whose} required anti-affinity{per} keeps it off the node; what it is about is not on the node itself."
    shown = [*reason.blockers[:_MOST_BLOCKERS]]
    if rest := len(reason.blockers) - len(shown):
        shown.append(f"{rest} more")
    several = len(reason.blockers) > 1
    pods = f"pod{'s' * several} {listed(shown)}"
    if reason.whose == "own":
        what = f"The pod's required anti-affinity{per} keeps it off the node because of the {pods}"
    else:
        what = f"The {pods} on the node {'have' if several else 'has'} a required anti-affinity{per} against this one"
    return f"{what}; {_way_out(reason)}."


def _way_out(reason: PodAntiAffinityConflict) -> str:
    match reason.relief:
        case "evicting":
            return "the scheduler is evicting pods of lower priority for it and waits until they are gone"
        case "preemption":
            return "the scheduler evicts what has a lower priority"
        case "leaving":
            return "what is in the way is terminating"
        case "sibling":
            return (
                "it is this DaemonSet's old pod, which stays until the new one is Ready: maxSurge and anti-affinity"
                " between its own pods exclude each other, use maxUnavailable"
            )
        case "none" | "unknown":
            return "move what is in the way, or change the rule"
        case _:
            assert_never(reason.relief)


def _unlabelled(keys: tuple[str, ...]) -> str:
    labels = f"label{'s' * (len(keys) > 1)} {listed(keys)}"
    return f"by {listed(keys)}, and the node has no {labels}; label the node, or leave it out."
