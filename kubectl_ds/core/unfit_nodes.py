"""Eligible nodes that cannot host a DaemonSet's pods: virtual ones, Fargate's, and Windows under a Linux template.

Placement knows none of this: the controller makes a pod for each, and it never gets to run.
"""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.node_platform import linux_only_fields, only_os

WINDOWS = "windows"


class UnfitNode(Struct, frozen=True, kw_only=True):
    """`labelled`: a label of the provider says what it is, so that node affinity can leave it out."""

    node: str
    kind: Literal["fargate", "virtual-kubelet", "windows"]
    labelled: bool = True


def unfit_nodes(audited: AuditedDaemonSet) -> tuple[UnfitNode, ...]:
    """In natural order."""
    return tuple(_unfit(audited))


def _unfit(audited: AuditedDaemonSet) -> Iterator[UnfitNode]:
    wanted_os, linux_only = only_os(audited.tree), linux_only_fields(audited.tree)
    ready = frozenset(audited.nodes_in("Ready"))
    for node in audited.eligible:
        name = node.metadata.name
        platform = audited.cluster.platforms[name]
        if platform.virtual is not None:
            yield UnfitNode(node=name, kind=platform.virtual.kind, labelled=platform.virtual.labelled)
        elif platform.os == WINDOWS and (
            (wanted_os and wanted_os != WINDOWS) or (linux_only and name not in ready)
        ):
            yield UnfitNode(node=name, kind="windows")
