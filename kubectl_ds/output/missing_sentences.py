"""The sentences for nodes without a live pod, and for pods on nodes where they do not belong."""

from datetime import timedelta
from typing import assert_never

from kubectl_ds.core.creation_failures import CreationFailed
from kubectl_ds.core.extra import ControllerDeletesPod, ControllerLeavesPod, ExtraReason
from kubectl_ds.core.human_duration import human_duration
from kubectl_ds.core.missing import (
    ControllerBehind,
    CreateBackoff,
    DaemonSetDeleted,
    MissingReason,
    PodFailed,
    PodSucceeded,
    PodTerminating,
    SelectingAll,
    UnknownCause,
)
from kubectl_ds.core.node_condition import NodeNotReady
from kubectl_ds.output.creation_sentences import creation_sentence
from kubectl_ds.output.placement_sentences import listed

_REPLACED = "the controller deletes it and makes another"


def missing_sentence(reason: MissingReason | ExtraReason) -> str:
    """What is so, and what would free it when it is stuck."""
    match reason:
        case DaemonSetDeleted():
            return (
                "The DaemonSet is being deleted, so the controller neither creates nor deletes pods for it;"
                " once it is gone it can be created again."
            )
        case SelectingAll():
            return (
                "The selector is empty, and so would select every pod: the controller does nothing at all for such a"
                " DaemonSet. A selector cannot be changed; delete the DaemonSet and create it with the labels of its"
                " template as the selector."
            )
        case PodTerminating():
            return _terminating(reason)
        case PodFailed():
            return _failed(reason)
        case CreateBackoff():
            return (
                f"The controller backs off before it replaces the failed pod {reason.pod}"
                " (1 s, doubling to 15 min; a new generation of the DaemonSet starts afresh)."
            )
        case PodSucceeded():
            return (
                f"The pod {reason.pod} ended by itself with success, which a daemon should not; {_REPLACED},"
                " which will end as well unless the container keeps running."
            )
        case ControllerBehind():
            return _behind(reason)
        case CreationFailed():
            return creation_sentence(reason)
        case NodeNotReady():
            return node_not_ready_sentence(reason)
        case UnknownCause():
            return _unknown(reason)
        case ControllerDeletesPod():
            return "The controller will delete the pod."
        case ControllerLeavesPod():
            return _left(reason)
        case _:
            assert_never(reason)


def node_not_ready_sentence(reason: NodeNotReady) -> str:
    """Why nothing can become Ready there; the kubelet's own words at the end."""
    if reason.status == "Unknown":
        what = "The node's kubelet has not reported"
        free = "bring the machine or its kubelet back, or delete the node if it is gone for good"
    else:
        what = "The node has not been Ready"
        free = "see the log of its kubelet; often it waits for the network plugin or the container runtime"
    what += for_so_long(reason.seconds)
    if reason.starting:
        free = "it is only minutes old and may still be starting"
    words = ": ".join(word for word in (reason.reason, reason.message) if word)
    return f"{what}; {free}{f' ({words})' if words else ''}."


def for_so_long(seconds: int | None) -> str:
    """` for 5m`, or nothing when it is not known."""
    return "" if seconds is None else f" for {human_duration(timedelta(seconds=seconds))}"


def _terminating(reason: PodTerminating) -> str:
    if not reason.overdue:
        next_one = "the next one comes when it is gone" if reason.replaced else "no other comes after it"
        return f"The pod {reason.pod} is terminating; {next_one}."
    overdue = human_duration(timedelta(seconds=reason.overdue_seconds))
    if reason.kubelet_is_silent:
        return (
            f"The pod {reason.pod} should have been gone {overdue} ago, and the node's kubelet is not there to confirm"
            " its end; bring the node back, delete the Node object, or delete the pod with --grace-period=0 --force."
        )
    return (
        f"The pod {reason.pod} should have been gone {overdue} ago and is still there;"
        " look for finalizers on it, and at the kubelet's log for a container or volume that cannot be stopped."
    )


def _failed(reason: PodFailed) -> str:
    stripped = reason.message.strip().rstrip(".")
    words = f": {stripped}" if stripped else ""
    if reason.pinned_to:
        return (
            f"The pod {reason.pod} is pinned to {listed(reason.pinned_to)} and yet was bound to this node, whose"
            f" kubelet refused it ({reason.code}){words}; find what ignores or changes the pin: the scheduler"
            f" {reason.scheduler}, or an admission webhook. Until then each new pod may end the same way."
        )
    if reason.refused_by_kubelet:
        return (
            f"The kubelet refused the pod {reason.pod} ({reason.code}){words}; each new one is refused as"
            " well until the node has room for it and fits its nodeSelector, ports and tolerations."
        )
    return f"The pod {reason.pod} failed ({reason.code}){words}; {_REPLACED}."


def _behind(reason: ControllerBehind) -> str:
    match reason.behind:
        case "new-daemonset":
            return "The DaemonSet was created seconds ago; the controller is about to create its pods."
        case "new-node":
            return "The node joined seconds ago; the controller is about to create the pod."
        case "generation":
            if reason.never_observed:
                return (
                    "The DaemonSet controller has never looked at this DaemonSet;"
                    " see that kube-controller-manager runs and holds its lease."
                )
            return (
                "The DaemonSet controller has not acted on the newest change of the spec;"
                " if this lasts, see that kube-controller-manager runs and holds its lease."
            )
        case "status":
            return (
                "The status that the controller wrote counts other nodes or pods than there are now, so it has yet to"
                " act; if this lasts, see that kube-controller-manager runs and holds its lease."
            )
        case _:
            assert_never(reason.behind)


def _unknown(reason: UnknownCause) -> str:
    if reason.unread:
        return (
            f"No pod was made, and the {' and '.join(reason.unread)} that could say why could not be read;"
            " ask for the right to list them."
        )
    return (
        "No pod was made, and no event of the DaemonSet says why (events are gone after an hour, and a namespace"
        " that is being deleted gets none); see that the namespace is not being deleted, and that"
        " kube-controller-manager runs and what its log says."
    )


def _left(reason: ControllerLeavesPod) -> str:
    fate = "The controller leaves the pod as it is, and does not replace it once it is gone"
    if not reason.bound:
        fate = "The pod waits: the controller leaves it as it is, and no scheduler binds it past the taint"
    if reason.passing:
        return f"{fate}; Kubernetes removes the taint when the node recovers."
    return f"{fate}; tolerate the taint in the template, take it off the node, or delete the pod."
