"""What the scheduler itself says, for causes that cannot be worked out from the objects that are read.

The message of the PodScheduled condition counts all nodes of the cluster and never names one, so it is weak
evidence (kubernetes/kubernetes#93934): it is used for what is not computed here (volumes, inter-pod affinity,
spread, devices, plugins) and for everything when not every pod could be read.
"""

import re
from typing import ClassVar

from kubectl_ds.core.model import Pod, PodCondition
from kubectl_ds.core.reason import Fact, Outlook, Source
from kubectl_ds.core.scheduling.resources import InsufficientResource, TooManyPods
from kubectl_ds.core.scheduling.volumes import VolumeConflict, volume_conflict

_COUNT = re.compile(r"[0-9]+ (?=[A-Za-z])")
_INSUFFICIENT = re.compile(r"Insufficient (?P<resource>[A-Za-z0-9./_-]+)")
_OF_OTHER_NODES = (
    "didn't match Pod's node affinity",
    "didn't match node selector",
    "didn't satisfy plugin",
    "didn't satisfy plugin(s) [NodeAffinity]",
    "untolerated taint",
    "had taint",
    "were unschedulable",
    "didn't match the requested node name",
)
"""The pin rules all nodes out but one, and these are the words for that."""
_OF_POST_FILTER = ". not found"
"""What preemption adds where a pod cannot go anywhere: `… persistentvolumeclaim "data" not found. not found`."""
_HOST_PORTS = "didn't have free ports"


class Unschedulable(Fact, frozen=True):
    """The scheduler refuses for a cause that is not computed here."""

    code: ClassVar[str] = "Unschedulable"
    source: ClassVar[Source] = "pod"
    outlook: ClassVar[Outlook] = "unknown"
    words: str


class HostPortsTaken(Fact, frozen=True):
    """The scheduler says that a host port is taken, and the pod that holds it could not be read."""

    code: ClassVar[str] = "HostPortConflict"
    source: ClassVar[Source] = "pod"
    outlook: ClassVar[Outlook] = "unknown"


class SchedulerError(Fact, frozen=True):
    """The scheduler ran into an error over this pod and will try again."""

    code: ClassVar[str] = "SchedulerError"
    source: ClassVar[Source] = "pod"
    outlook: ClassVar[Outlook] = "unknown"
    message: str


SchedulerWord = VolumeConflict | Unschedulable | HostPortsTaken | InsufficientResource | TooManyPods


def pod_scheduled(pod: Pod) -> PodCondition | None:
    """The PodScheduled condition; None says that no scheduler has taken the pod up."""
    return next((one for one in pod.status.conditions if one.type == "PodScheduled"), None)


def scheduler_words(pod: Pod, message: str, *, computed: bool) -> list[SchedulerWord]:
    """The causes in an Unschedulable message. With `computed`, those worked out elsewhere are left out."""
    reasons: list[SchedulerWord] = []
    for words in _fragments(message):
        if any(phrase in words for phrase in _OF_OTHER_NODES):
            continue
        if (short := _shortage(words)) is not None:
            reasons.extend([] if computed else [short])
        else:
            reasons.append(volume_conflict(words, pod) or Unschedulable(words=words))
    return reasons


def _shortage(words: str) -> SchedulerWord | None:
    if found := _INSUFFICIENT.search(words):
        return InsufficientResource(
            resource=found["resource"].rstrip("."), requested=None, free=None, allocatable=0, relief="unknown"
        )
    if "Too many pods" in words:
        return TooManyPods(pods=None, allocatable=1, relief="unknown")
    return HostPortsTaken() if _HOST_PORTS in words else None


def _fragments(message: str) -> list[str]:
    """`0/3 nodes are available: 1 Insufficient cpu, 2 node(s) …. preemption: …` in its single causes."""
    verdict = message.split(" preemption: ", 1)[0]
    _, separator, causes = verdict.partition(" nodes are available: ")
    if not separator:
        return []
    parts: list[str] = []
    for part in causes.removesuffix(_OF_POST_FILTER).rstrip(". ").split(", "):
        if parts and not _COUNT.match(part):
            parts[-1] += f", {part}"
        else:
            parts.append(part)
    return [_COUNT.sub("", part, count=1) if _COUNT.match(part) else part for part in parts if part]
