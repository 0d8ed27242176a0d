"""Our own form of a dump (docs/schema/cluster-snapshot.schema.json): what `kubectl ds snapshot` writes, read back."""

import re
from datetime import datetime
from typing import Final

import msgspec
from msgspec import Raw, Struct

from kubectl_ds.errors import KubectlDsError
from kubectl_ds.kube.api_server.resources import SERVED
from kubectl_ds.kube.dump.gathered import Gathered
from kubectl_ds.kube.dump.holdings import How, Refusal

API_VERSION: Final = "kubectl-ds/v1"
KIND: Final = "ClusterSnapshot"
BEGINNING: Final = f'{{"apiVersion":"{API_VERSION}","kind":"{KIND}",'.encode()
"""How the file begins, by which it is told from other JSON."""

_BEGINNING: Final = 64 * 1024
"""Bytes in which the kind is looked for: tools that sort keys put the gaps before it."""
_KIND: Final = re.compile(rb'"kind"\s*:\s*"ClusterSnapshot"')

SECTIONS: Final = {
    ("podmetrics" if one.kind == "PodMetrics" else one.plural): one
    for one in SERVED
    if one.kind != "ReplicaSet"
}
"""What a snapshot holds, by the name in the file."""


class Lacking(Struct, frozen=True, kw_only=True):
    """A list that could not be read when the snapshot was taken."""

    resource: str
    how: How
    namespace: str = ""
    status: int = 0
    message: str = ""


class SnapshotFile(Struct, frozen=True, kw_only=True, rename="camel"):
    """The document. Objects stay bytes until they are needed."""

    api_version: str
    kind: str
    objects: dict[str, list[Raw]]
    taken_at: datetime
    scope: str = ""
    """The one namespace that was read; empty is all of them."""
    namespace: str = ""
    server_version: str = ""
    redacted: bool = False
    gaps: tuple[Lacking, ...] = ()


def is_snapshot(content: bytes) -> bool:
    """By its first bytes."""
    beginning = content[:_BEGINNING].lstrip()
    return beginning.startswith(b"{") and _KIND.search(beginning) is not None


def decoded(content: bytes, where: str) -> SnapshotFile:
    """The file, its objects not yet looked at. Raises `KubectlDsError`."""
    try:
        file = msgspec.json.decode(content, type=SnapshotFile)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise KubectlDsError(f"{where} is no snapshot that can be read: {error}") from None
    if (file.api_version, file.kind) != (API_VERSION, KIND):
        raise KubectlDsError(
            f"{where} is a {file.kind} of {file.api_version}, which this version does not read",
            hint="a newer kubectl ds may",
        )
    return file


def read_snapshot_file(content: bytes, gathered: Gathered) -> None:
    """Everything in it. Raises `KubectlDsError` for a file that is cut short, or of a version that is not known."""
    file = decoded(content, gathered.where)
    gathered.taken_at = file.taken_at
    gathered.namespace = file.namespace
    gathered.git_version = file.server_version
    for name, items in file.objects.items():
        resource = SECTIONS.get(name)
        if resource is None:
            continue
        for item in items:
            gathered.keep(resource, memoryview(item))
        gathered.knows(resource, {file.scope} if file.scope else None)
    for gap in file.gaps:
        if gap.resource in SECTIONS:
            key = (SECTIONS[gap.resource].qualified, gap.namespace)
            gathered.refusals[key] = Refusal(message=gap.message, status=gap.status, how=gap.how)
