"""The sentences for nodes without a live pod, and for pods on nodes where they do not belong."""

from datetime import timedelta
from typing import assert_never

from kubectl_ds.core.creation_failures import CreationFailed
from kubectl_ds.core.dead_pods import CreateBackoff, PodFailed, PodSucceeded, PodTerminating
from kubectl_ds.core.extra import ControllerDeletesPod, ControllerLeavesPod, ExtraReason
from kubectl_ds.core.human_duration import human_duration
from kubectl_ds.core.missing import (
    OF_THE_GARBAGE_COLLECTOR,
    ControllerBehind,
    DaemonSetDeleted,
    MissingReason,
    SelectingAll,
    UnknownCause,
)
from kubectl_ds.core.namespaces import NamespaceTerminating
from kubectl_ds.core.node_condition import NodeNotReady
from kubectl_ds.output.creation_sentences import creation_sentence
from kubectl_ds.output.dead_pod_sentences import dead_pod_sentence, finalizers, them


def missing_sentence(reason: MissingReason | ExtraReason) -> str:
    """What is so, and what would free it when it is stuck."""
    match reason:
        case DaemonSetDeleted():
            return _deleted(reason)
        case SelectingAll():
            return (
                "The selector is empty, and so would select every pod: the controller does nothing at all for such a"
                " DaemonSet. A selector cannot be changed; delete the DaemonSet and create it with the labels of its"
                " template as the selector."
            )
        case PodTerminating() | PodFailed() | CreateBackoff() | PodSucceeded():
            return dead_pod_sentence(reason)
        case ControllerBehind():
            return _behind(reason)
        case CreationFailed():
            return creation_sentence(reason)
        case NamespaceTerminating():
            return _namespace(reason)
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


def _deleted(reason: DaemonSetDeleted) -> str:
    waits = []
    if "foregroundDeletion" in reason.finalizers:
        waits.append("its pods to go (foregroundDeletion)")
    if others := [one for one in reason.finalizers if one not in OF_THE_GARBAGE_COLLECTOR]:
        waits.append(f"{finalizers(others)}, which whoever set {them(others)} has to take off")
    until = f" It waits for {' and for '.join(waits)}." if waits else ""
    return (
        "The DaemonSet is being deleted, so the controller neither creates nor deletes pods for it;"
        f" once it is gone it can be created again.{until}"
    )


def _namespace(reason: NamespaceTerminating) -> str:
    held = "; ".join(word.strip().rstrip(".") for word in reason.words)
    why = (
        f"what holds the deletion up: {held}"
        if held
        else "kubectl get namespace -o yaml says what holds it up"
    )
    return (
        f"The namespace {reason.namespace} has been being deleted{for_so_long(reason.seconds)}, so that no pod can be"
        f" created in it ({why}); once it is gone, create it and the DaemonSet anew if they are wanted."
    )


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
    if reason.namespace_is_well:
        return (
            "No pod was made, and no event of the DaemonSet says why (events are gone after an hour); see that"
            " kube-controller-manager runs and what its log says."
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
