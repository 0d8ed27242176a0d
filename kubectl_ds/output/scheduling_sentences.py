"""The sentences for pods that no scheduler has bound to their node."""

from typing import assert_never

from kubectl_ds.core.binding import DEFAULT_SCHEDULER
from kubectl_ds.core.scheduling import (
    AdmissionChangedPod,
    HostPortConflict,
    HostPortsTaken,
    InsufficientResource,
    NodeCannotHost,
    NoScheduler,
    OutdatedPodMismatch,
    PodAffinityMismatch,
    PodAntiAffinityConflict,
    PreemptionCannotHelp,
    SchedulerError,
    SchedulingGated,
    SchedulingReason,
    TooManyPods,
    TopologySpreadConflict,
    Unschedulable,
    VolumeConflict,
)
from kubectl_ds.core.scheduling.relief import Relief
from kubectl_ds.core.scheduling.virtual_nodes import PROVIDER_TAINT
from kubectl_ds.core.spelled_amount import spelled_amount
from kubectl_ds.output.missing_sentences import for_so_long
from kubectl_ds.output.neighbour_sentences import neighbour_sentence
from kubectl_ds.output.placement_sentences import listed
from kubectl_ds.output.volume_sentences import volume_sentence

_RELIEVED: dict[Relief, str] = {
    "preemption": "; the scheduler evicts pods of lower priority for it",
    "evicting": "; the scheduler is evicting pods of lower priority for it and waits until they are gone",
    "leaving": "; pods that are terminating there make room",
    "sibling": (
        "; what is in the way is this DaemonSet's old pod, which stays until the new one is Ready: with maxSurge there"
        " has to be room for both, so use maxUnavailable or make room"
    ),
    "none": "",
    "unknown": "; not every pod of the cluster could be read, so what takes the room is not known",
}
_HIGHEST_OF_USERS = 1_000_000_000
"""Priorities above are for system-node-critical and system-cluster-critical."""


def scheduling_sentence(reason: SchedulingReason) -> str:
    """What keeps the pod off its one target node, and what would free it when it is stuck."""
    match reason:
        case SchedulingGated():
            it, gate = ("them", "gates") if len(reason.gates) > 1 else ("it", "gate")
            gates = f"{gate} {listed(reason.gates)}"
            return f"The scheduler waits for the {gates}; whoever set {it} has to take {it} off."
        case NoScheduler():
            return _no_scheduler(reason)
        case SchedulerError():
            return f"The scheduler failed over this pod and tries again: {reason.message}"
        case AdmissionChangedPod():
            return _changed(reason)
        case OutdatedPodMismatch():
            fate = (
                "the rolling update replaces it"
                if reason.replaced
                else "with OnDelete somebody has to delete it"
            )
            return f"The pod is of an older template, whose {reason.field} {_asks(reason)}; {fate}."
        case InsufficientResource():
            return _insufficient(reason)
        case TooManyPods():
            return _too_many_pods(reason)
        case HostPortConflict():
            return _host_port(reason)
        case HostPortsTaken():
            return "The scheduler says that a host port is taken; the pod that holds it could not be read."
        case PreemptionCannotHelp():
            return _preemption(reason)
        case VolumeConflict():
            return volume_sentence(reason)
        case PodAntiAffinityConflict() | PodAffinityMismatch() | TopologySpreadConflict():
            return neighbour_sentence(reason)
        case Unschedulable():
            return f"The scheduler says: {reason.words or 'nothing'}."
        case NodeCannotHost():
            return _virtual(reason)
        case _:
            assert_never(reason)


def _no_scheduler(reason: NoScheduler) -> str:
    what = f"No scheduler has taken the pod up{for_so_long(reason.seconds)}"
    if reason.similar:
        return (
            f"{what}, and none named {reason.scheduler} is known here; did you mean {listed(reason.similar)}?"
            " Correct schedulerName in the template."
        )
    if reason.claims:
        claims = f"ResourceClaim{'s' * (len(reason.claims) > 1)} {listed(reason.claims)}"
        return f"{what}: a scheduler waits until the {claims} of the pod is there; see kubectl get resourceclaims."
    if reason.just_created and reason.known:
        return f"The pod was created seconds ago; {reason.scheduler} is about to take it up."
    if reason.scheduler == DEFAULT_SCHEDULER:
        free = "see that kube-scheduler runs and holds its lease"
    else:
        free = f"see that a scheduler named {reason.scheduler} runs, or correct schedulerName in the template"
    return f"{what}; {free}."


def _changed(reason: AdmissionChangedPod) -> str:
    """Who it was is written nowhere; the template can be made to ask for the same, and the controller then knows."""
    who = "An admission plugin, a mutating policy or a webhook"
    if reason.runtime_class:
        who = f"Its RuntimeClass {reason.runtime_class}, another admission plugin or a webhook"
    same = "tolerate no more than that" if reason.field == "tolerations" else "ask for the same"
    return (
        f"The template fits the node and the admitted pod does not: its {reason.field} {_asks(reason)}."
        f" {who} changed the pod; change that, or {same} in the template, so that the node is left out."
    )


def _asks(reason: AdmissionChangedPod | OutdatedPodMismatch) -> str:
    wants = listed(reason.wants)
    if reason.field == "tolerations":
        return f"do not tolerate {wants}"
    return f"wants {wants}, which the node has not"


def _insufficient(reason: InsufficientResource) -> str:
    name = reason.resource
    if reason.requested is None:
        return f"The scheduler says: insufficient {name}{_RELIEVED[reason.relief]}."
    requests = f"The pod requests {spelled_amount(name, reason.requested)} {name}{_added(reason)}"
    allocatable = spelled_amount(name, reason.allocatable)
    if reason.too_large:
        has = f"offers {allocatable} in all" if reason.allocatable else "offers none"
        return f"{requests} and the node {has}, so no eviction helps; request less, enlarge the node, or leave it out."
    free = spelled_amount(name, max(0, reason.free or 0))
    holder = reason.holder
    held = f", where {holder.pod} holds {spelled_amount(name, holder.amount)}" if holder else ""
    way_out = (
        "; request less, or move pods off the node" if reason.relief == "none" else _RELIEVED[reason.relief]
    )
    return f"{requests}, and {free} of {allocatable} is free on the node{held}{way_out}."


def _added(reason: InsufficientResource) -> str:
    """What of the request stands nowhere in the template, so that nobody looks for it there."""
    name, added = reason.resource, reason.added
    told = []
    if added.overhead:
        told.append(f"{spelled_amount(name, added.overhead)} the overhead of its RuntimeClass")
    if added.admission:
        whose = "a LimitRange's default or another admission plugin's, not the template's"
        told.append(f"{spelled_amount(name, added.admission)} {whose}")
    return f" ({', '.join(told)})" if told else ""


def _too_many_pods(reason: TooManyPods) -> str:
    if reason.pods is None:
        return f"The scheduler says: too many pods{_RELIEVED[reason.relief]}."
    if reason.allocatable == 0:
        return "The node offers no pod slots at all; leave it out."
    way_out = (
        "; move pods off the node, or raise its kubelet's maxPods"
        if reason.relief == "none"
        else _RELIEVED[reason.relief]
    )
    slots = "The only pod slot" if reason.allocatable == 1 else f"All {reason.allocatable} pod slots"
    return f"{slots} of the node {'is' if reason.allocatable == 1 else 'are'} taken{way_out}."


def _host_port(reason: HostPortConflict) -> str:
    address = "" if reason.address == "0.0.0.0" else f" on {reason.address}"  # noqa: S104
    what = f"The host port {reason.port}/{reason.protocol}{address} is held by the pod {reason.holder}"
    if reason.relief == "sibling":
        return (
            f"{what} of this DaemonSet, which stays until the new one is Ready:"
            " maxSurge and host ports exclude each other, use maxUnavailable."
        )
    if reason.owner:
        what += f" of the {reason.owner}"
    way_out = "; move one of the two to another port" if reason.relief == "none" else _RELIEVED[reason.relief]
    return f"{what}{way_out}."


def _preemption(reason: PreemptionCannotHelp) -> str:
    named = f" ({reason.priority_class})" if reason.priority_class else ""
    if reason.never:
        return f"The pod's priority class{named} says preemptionPolicy Never, so it may evict nothing."
    if reason.blocked:
        return "More than room keeps the pod off the node, so the scheduler evicts nothing for it."
    what = f"With its priority of {reason.priority}{named} the pod may evict nothing that would make it fit"
    if reason.helped_from is None:
        return f"{what}, and no priority helps."
    if reason.helped_from > _HIGHEST_OF_USERS:
        return f"{what}; only one of {reason.helped_from}, as system-node-critical has it, helps."
    return f"{what}; a priority class of {reason.helped_from} or more helps."


def _virtual(reason: NodeCannotHost) -> str:
    exclude = "exclude it in the template's required node affinity"
    match reason.kind:
        case "fargate":
            return (
                "The node is a Fargate machine, made for the one pod on it;"
                f" {exclude} (eks.amazonaws.com/compute-type NotIn [fargate])."
            )
        case "virtual-kubelet":
            what = "The node is a virtual kubelet, which cannot host daemons"
            if not reason.labelled:
                return f"{what}; take the toleration of {PROVIDER_TAINT} out of the template."
            return f"{what}; {exclude} (type NotIn [virtual-kubelet])."
        case _:
            assert_never(reason.kind)
