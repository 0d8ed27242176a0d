"""Pods that fail because their image is made for another kind of machine, by the words that runtimes use."""

from collections.abc import Iterable, Iterator

from kubectl_ds.core.model import ContainerStatus, Event, Pod

_PHRASES = (
    "exec format error",
    # containerd
    "no match for platform in manifest",
    # Docker, and containerd of late
    "no matching manifest for",
    # CRI-O (containers/image), newer and older
    "no image found in image index for architecture",
    "no image found in manifest list for architecture",
    # moby, and the Host Compute Service of Windows
    "cannot be used on this platform",
    "operating system does not match the host operating system",
)
_REFUSALS = frozenset(("PodOSNotSupported", "PodOSSelectorNodeLabelDoesNotMatch"))
"""The kubelet's own reasons."""


def platform_failure(pod: Pod, events: Iterable[Event]) -> str:
    """The words in which somebody says that the image does not fit the machine; empty where nobody does."""
    if pod.status.reason in _REFUSALS:
        return pod.status.reason
    told = [message.lower() for message in _messages(pod, events)]
    return next((phrase for phrase in _PHRASES if any(phrase in one for one in told)), "")


def _messages(pod: Pod, events: Iterable[Event]) -> Iterator[str]:
    for status in (*pod.status.init_container_statuses, *pod.status.container_statuses):
        if not status.ready:
            yield from _messages_of(status)
    # A pod that runs has got past whatever its events tell of.
    if any(not one.ready for one in pod.status.container_statuses):
        yield from (one.message for one in events if one.type == "Warning")


def _messages_of(status: ContainerStatus) -> Iterator[str]:
    for state in (status.state, status.last_state):
        if state.waiting is not None:
            yield state.waiting.message
        if state.terminated is not None:
            yield state.terminated.message
