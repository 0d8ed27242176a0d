"""Eligible nodes that cannot host a DaemonSet's pods: virtual ones, Fargate's, and Windows under a Linux template.

A Windows node counts as well where it tolerates every taint, asks for no operating system, and no pod there is Ready.
Placement knows none of this: the controller makes a pod for each, and it never gets to run.
"""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.model import PodSpec
from kubectl_ds.core.node_platform import asks_for, linux_only_fields, only_os
from kubectl_ds.core.tolerations import SCHEDULING_EFFECTS

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
    ready, strays = frozenset(audited.nodes_in("Ready")), _strays(audited)
    for node in audited.eligible:
        name = node.metadata.name
        platform = audited.cluster.platforms[name]
        if platform.virtual is not None:
            yield UnfitNode(node=name, kind=platform.virtual.kind, labelled=platform.virtual.labelled)
        elif platform.os == WINDOWS and (
            (wanted_os and wanted_os != WINDOWS) or (linux_only and name not in ready) or name in strays
        ):
            yield UnfitNode(node=name, kind="windows")


def tolerates_everything(spec: PodSpec) -> bool:
    """Whether one toleration is for every key and every effect that keeps pods out."""
    return any(one.operator == "Exists" and not one.key for one in spec.tolerations)


def _strays(audited: AuditedDaemonSet) -> frozenset[str]:
    """Windows nodes with a taint of their own, of an agent for other systems that tolerates every taint."""
    spec, platforms = audited.daemonset.spec.template.spec, audited.cluster.platforms
    unread = any(one.state is None for one in audited.coverage.nodes)
    if unread or not tolerates_everything(spec) or asks_for(spec, "os"):
        return frozenset()
    windows = [node for node in audited.eligible if platforms[node.metadata.name].os == WINDOWS]
    names = {node.metadata.name for node in windows}
    if len(windows) == len(audited.eligible) or not names.isdisjoint(audited.nodes_in("Ready")):
        return frozenset()
    return frozenset(
        node.metadata.name
        for node in windows
        if any(taint.effect in SCHEDULING_EFFECTS for taint in node.spec.taints)
    )
