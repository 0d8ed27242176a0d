"""Volumes that keep a pod off its node, told from the scheduler's words: claims and volumes are not read."""

import re
from typing import ClassVar, Literal

from kubectl_ds.core.model import Pod
from kubectl_ds.core.reason import Fact, Outlook, Source

VolumeTrouble = Literal[
    "no-claim",
    "claim-going",
    "unbound",
    "no-volume",
    "elsewhere",
    "too-little",
    "too-many",
    "in-use",
    "lost",
    "other",
]

_BY_WORDS: tuple[tuple[VolumeTrouble, str], ...] = (
    ("no-claim", r'persistentvolumeclaim "(?P<claim>[^"]*)" not found'),
    ("claim-going", r'persistentvolumeclaim "(?P<claim>[^"]*)" is being deleted'),
    ("lost", r"non-existent p(?:ersistentvolume|v)"),
    ("unbound", r"unbound immediate PersistentVolumeClaims"),
    ("no-volume", r"didn't find available persistent volumes to bind"),
    ("elsewhere", r"PersistentVolume's node affinity|volume node affinity conflict|no available volume zone"),
    ("too-little", r"did not have enough free storage"),
    ("too-many", r"exceed max volume count"),
    ("in-use", r"ReadWriteOncePod|no available disk"),
    ("other", r"volume|disk|pvc\(s\)"),
)
"""The words of volumebinding, volumezone, volumerestrictions and nodevolumelimits (pkg/scheduler/framework/plugins)."""


class VolumeConflict(Fact, frozen=True):
    """A volume of the pod cannot be had on its node."""

    code: ClassVar[str] = "VolumeConflict"
    source: ClassVar[Source] = "pod"
    outlook: ClassVar[Outlook] = "stuck"
    trouble: VolumeTrouble
    words: str
    claims: tuple[str, ...]
    """The claim that the words name; else all that the pod names."""


def volume_conflict(words: str, pod: Pod) -> VolumeConflict | None:
    """None for words that are about no volume."""
    for trouble, pattern in _BY_WORDS:
        if found := re.search(pattern, words, re.IGNORECASE):
            claim = found.groupdict().get("claim")
            return VolumeConflict(trouble=trouble, words=words, claims=(claim,) if claim else _claims(pod))
    return None


def _claims(pod: Pod) -> tuple[str, ...]:
    """Those that the pod names; the ones made for it alone are not among them."""
    return tuple(
        volume.persistent_volume_claim.claim_name
        for volume in pod.spec.volumes
        if volume.persistent_volume_claim is not None
    )
