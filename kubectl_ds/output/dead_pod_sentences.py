"""The sentences for pods that live no more and are still there, or were until a moment ago."""

from collections.abc import Sequence
from datetime import timedelta
from typing import assert_never

from kubectl_ds.core.dead_pods import CreateBackoff, PodFailed, PodSucceeded, PodTerminating
from kubectl_ds.core.human_duration import human_duration
from kubectl_ds.output.placement_sentences import listed

_REPLACED = "the controller deletes it and makes another"


def dead_pod_sentence(reason: PodTerminating | PodFailed | CreateBackoff | PodSucceeded) -> str:
    """What became of the pod, and what would let the next one live."""
    match reason:
        case PodTerminating():
            return _terminating(reason)
        case PodFailed():
            return _failed(reason)
        case CreateBackoff(overdue=True):
            return (
                f"The pod {reason.pod} failed {human_duration(timedelta(seconds=reason.ended_seconds))} ago, and the "
                "controller, which waits 15 min at most, has not replaced it; see that kube-controller-manager runs "
                "and what its log says."
            )
        case CreateBackoff():
            return (
                f"The controller backs off before it replaces the failed pod {reason.pod}"
                " (1 s, doubling to 15 min; a new generation of the DaemonSet starts afresh)."
            )
        case PodSucceeded():
            return _succeeded(reason)
        case _:
            assert_never(reason)


def _terminating(reason: PodTerminating) -> str:
    names = reason.finalizers
    if not reason.overdue:
        next_one = "the next one comes when it is gone" if reason.replaced else "no other comes after it"
        held = (
            f"; it is kept until {finalizers(names)} {'are' if len(names) > 1 else 'is'} taken off"
            if names
            else ""
        )
        return f"The pod {reason.pod} is terminating; {next_one}{held}."
    overdue = human_duration(timedelta(seconds=reason.overdue_seconds))
    what = f"The pod {reason.pod} should have been gone {overdue} ago"
    kept = (
        f"kept by {finalizers(names)}; whoever set {them(names)} has to take {them(names)} off"
        if names
        else ""
    )
    if reason.kubelet_is_silent:
        return (
            f"{what}, and the node's kubelet is not there to confirm its end; bring the node back, delete the Node"
            " object, or delete the pod with --grace-period=0 --force." + (f" It is {kept}." if kept else "")
        )
    if kept:
        return f"{what} and is {kept}."
    return (
        f"{what} and is still there;"
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
    if reason.gone:
        what = f"The pod {reason.pod} failed and has been deleted; the controller makes another"
    else:
        what = f"The pod {reason.pod} failed ({reason.code}){words}; {_REPLACED}"
    if reason.loops:
        return f"{what}. {reason.before} have failed here of late, so see why before the next one does."
    return f"{what}."


def _succeeded(reason: PodSucceeded) -> str:
    done = "has been deleted; the controller makes another" if reason.gone else _REPLACED
    what = f"The pod {reason.pod} ended by itself with success, which a daemon should not; {done}"
    if reason.loops:
        return f"{what}. {reason.before} have ended so here of late: give the container a command that keeps running."
    return f"{what}, which will end as well unless the container keeps running."


def finalizers(names: Sequence[str]) -> str:
    """`the finalizer a`, `the finalizers a and b`."""
    return f"the finalizer{'s' * (len(names) > 1)} {listed(names)}"


def them(names: Sequence[str]) -> str:
    """The pronoun for so many."""
    return "them" if len(names) > 1 else "it"
