"""The sentences for pods that are bound and not Ready."""

from typing import assert_never

from kubectl_ds.core.node_condition import NodeNotReady
from kubectl_ds.core.pod_health_reasons import (
    ContainerKind,
    ContainerTerminated,
    ContainerWaiting,
    InitContainerRunning,
    KubeletEvent,
    PodConditionFalse,
    PodHealthReason,
    PodNotStarted,
    PodStatusReason,
    ProbeFailing,
)
from kubectl_ds.core.scheduling import NodeCannotHost
from kubectl_ds.output.missing_sentences import for_so_long, node_not_ready_sentence
from kubectl_ds.output.scheduling_sentences import scheduling_sentence

_WAY_OUT = {
    "ImagePullBackOff": "correct the image's name or the pull secret, or bring the registry back",
    "ErrImagePull": "correct the image's name or the pull secret, or bring the registry back",
    "ErrImageNeverPull": "the image has to be on the node already, or imagePullPolicy has to change",
    "InvalidImageName": "correct the image's name in the template",
    "ImageInspectError": "the container runtime of the node cannot read the image",
    "RegistryUnavailable": "bring the registry back",
    "CreateContainerConfigError": "create the ConfigMap, Secret or key that it refers to, or correct the template",
    "CreateContainerError": "the container runtime refuses the container as the template has it",
    "RunContainerError": "the container runtime cannot start the command that the template has",
    "PreCreateHookError": "the container runtime's hook fails",
    "PreStartHookError": "the container runtime's hook fails",
    "PostStartHookError": "the container's postStart hook fails",
}


def pod_health_sentence(reason: PodHealthReason) -> str:
    """What the kubelet reports, and what would free it when it is stuck."""
    match reason:
        case NodeNotReady():
            return node_not_ready_sentence(reason)
        case NodeCannotHost():
            return scheduling_sentence(reason)
        case PodStatusReason():
            named = f" ({reason.code})" if reason.code != "PodStatus" else ""
            return f"The node took the pod {reason.pod} and cannot start it{named}{_words(reason.message)}."
        case ContainerWaiting():
            return _waiting(reason)
        case ContainerTerminated():
            ended = f"{_container(reason.container, reason.pod, reason.kind)} ended"
            how = f"{reason.code}, exit code {reason.exit_code}, {_restarts(reason.restarts)}"
            return f"{ended} ({how}) and is about to be started again{_words(reason.message)}."
        case InitContainerRunning():
            what = _container(reason.container, reason.pod, "init container")
            return f"{what} has been at work{for_so_long(reason.seconds)}; the others start after it."
        case ProbeFailing():
            return _probe(reason)
        case PodNotStarted():
            return (
                f"The pod {reason.pod} has been bound{for_so_long(reason.seconds)}, and the kubelet has reported"
                " nothing about it yet; if this lasts, see the kubelet's log."
            )
        case KubeletEvent():
            return f"The kubelet cannot start the pod {reason.pod} ({reason.code}): {reason.message}"
        case PodConditionFalse():
            what = f"The containers of {reason.pod} run and the pod is not Ready"
            return f"{what} ({reason.code}){_words(reason.message)}."
        case _:
            assert_never(reason)


def _waiting(reason: ContainerWaiting) -> str:
    what = _container(reason.container, reason.pod, reason.kind)
    if reason.code in ("ContainerCreating", "PodInitializing"):
        return f"{what} has not been started{for_so_long(reason.seconds)} ({reason.code}){_words(reason.message)}."
    last = ""
    if reason.last_exit_code is not None:
        ended = f"{reason.last_reason}, " if reason.last_reason else ""
        last = f" (last end: {ended}exit code {reason.last_exit_code}; {_restarts(reason.restarts)})"
    # The kubelet's own words for a crash loop name the container again, and nothing else.
    words = "" if reason.code == "CrashLoopBackOff" else _words(reason.message)
    if way_out := _way_out(reason):
        return f"{what} waits: {reason.code}{last}; {way_out}{words}."
    return f"{what} waits: {reason.code}{last}{words}; see kubectl describe pod -n {reason.namespace} {reason.pod}."


def _way_out(reason: ContainerWaiting) -> str:
    if reason.code == "CrashLoopBackOff":
        if reason.last_reason == "OOMKilled":
            return "it needs more memory than its limit, or leaks"
        logs = f"see {_logs(reason)} --previous"
        return f"{logs}; it is tried again every 5 minutes at the latest"
    if "no space left on device" in reason.message:
        return "free space on the node's disk"
    return _WAY_OUT.get(reason.code, "")


def _logs(reason: ContainerWaiting | ProbeFailing) -> str:
    return f"kubectl logs -n {reason.namespace} {reason.pod} -c {reason.container}"


def _probe(reason: ProbeFailing) -> str:
    what = _container(reason.container, reason.pod, reason.kind)
    restarts = f", {_restarts(reason.restarts)}" if reason.restarts else ""
    probe = "startup" if reason.probe == "startup" else "readiness"
    return (
        f"{what} has been running{for_so_long(reason.seconds)}{restarts}, and its {probe} probe has not passed"
        f"{_words(reason.message)}; see {_logs(reason)}."
    )


def _container(name: str, pod: str, kind: ContainerKind) -> str:
    return f"The {kind} {name} of {pod}"


def _restarts(count: int) -> str:
    return f"{count} restart{'s' * (count != 1)}"


def _words(message: str) -> str:
    stripped = message.strip().rstrip(".")
    return f": {stripped}" if stripped else ""
