"""Why a pod that somebody named is not one of a DaemonSet's."""

from collections.abc import Iterable

from kubectl_ds.core.model import DaemonSet, Pod
from kubectl_ds.core.ownership import controller_of


def why_not_ours(name: str, daemonset: DaemonSet, pods: Iterable[Pod]) -> str:
    """One sentence for a name that no pod of the DaemonSet has; `pods` are those that were read.

    Of pods with other labels nothing was read: one that was relabelled has left the DaemonSet, and is as unknown
    here as one that never was.
    """
    meta = daemonset.metadata
    pod = next(
        (one for one in pods if one.metadata.name == name and one.metadata.namespace == meta.namespace), None
    )
    if pod is None:
        return f'no pod "{name}" in namespace {meta.namespace} has the labels that the selector asks for'
    owner = controller_of(pod.metadata)
    if owner is None or owner.uid == meta.uid:
        return f'pod "{name}" does not belong to daemonset "{meta.name}", or is tied to no node'
    namesake = owner.kind == "DaemonSet" and owner.name == meta.name
    whose = "an earlier DaemonSet of that name" if namesake else f"{owner.kind} {owner.name}"
    return f'pod "{name}" belongs to {whose}, not to daemonset "{meta.name}"'
