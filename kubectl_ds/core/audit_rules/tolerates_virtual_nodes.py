"""DS014: pods made for nodes that cannot host them: Fargate, virtual kubelets, Windows under a Linux template."""

from collections.abc import Iterator, Sequence

from kubectl_ds.core.audit_report import Found, Patch
from kubectl_ds.core.audit_rule import Rule
from kubectl_ds.core.audit_words import counted, listed
from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.model import NodeSelectorRequirement
from kubectl_ds.core.node_platform import linux_only_fields, only_os
from kubectl_ds.core.template_patch import placement_patch, requiring, with_node_selector
from kubectl_ds.core.unfit_nodes import UnfitNode, tolerates_everything, unfit_nodes

_WORDS = {
    "fargate": "of Fargate (room for one pod)",
    "virtual-kubelet": "of a virtual kubelet (no machine behind it)",
    "windows": "with Windows",
}
_LEFT_OUT = {
    "fargate": NodeSelectorRequirement(
        key="eks.amazonaws.com/compute-type", operator="NotIn", values=("fargate",)
    ),
    "virtual-kubelet": NodeSelectorRequirement(key="type", operator="NotIn", values=("virtual-kubelet",)),
}


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """Unfit nodes among the eligible ones, unless it is made for virtual nodes alone."""
    unfit = unfit_nodes(audited)
    if not unfit or (len(unfit) == len(audited.eligible) and _all_virtual(unfit)):
        return
    patch = _patch(audited, unfit)
    yield Found(
        message=f"It belongs on {counted(len(unfit), 'node')} that cannot host it: {_kinds(unfit, audited)}."
        f"{' It tolerates every taint.' * tolerates_everything(audited.daemonset.spec.template.spec)}",
        nodes=tuple(one.node for one in unfit),
        fix="Leave them out, as the patch does."
        if patch
        else "Leave them out by node affinity on a label that no other node has, or tolerate fewer taints.",
        patch=patch,
    )


def _all_virtual(unfit: Sequence[UnfitNode]) -> bool:
    return all(one.kind == "virtual-kubelet" for one in unfit)


def _kinds(unfit: Sequence[UnfitNode], audited: AuditedDaemonSet) -> str:
    numbers = {kind: sum(one.kind == kind for one in unfit) for kind in _WORDS}
    words = dict(_WORDS, windows=f"with Windows, where its template cannot run ({_linux_only(audited)})")
    return listed([f"{number} {words[kind]}" for kind, number in numbers.items() if number])


def _linux_only(audited: AuditedDaemonSet) -> str:
    fields = [*linux_only_fields(audited.tree), *["spec.os"] * bool(only_os(audited.tree))]
    return listed(fields) or "none of its pods there is Ready"


def _patch(audited: AuditedDaemonSet, unfit: Sequence[UnfitNode]) -> Patch | None:
    """All of them left out and nobody else, or none."""
    before = audited.daemonset.spec.template.spec
    after = before
    kinds = {one.kind for one in unfit}
    if more := tuple(_LEFT_OUT[kind] for kind in _LEFT_OUT if kind in kinds):
        after = requiring(after, expressions=more)
    if "windows" in kinds:
        after = with_node_selector(after, {"kubernetes.io/os": "linux"})
    left = {node.metadata.name for node in audited.eligible} - {one.node for one in unfit}
    return placement_patch(before, after) if audited.nodes_with(after) == left else None


RULE = Rule(
    id="DS014",
    name="tolerates-virtual-nodes",
    level="warning",
    needs=frozenset(("nodes",)),
    means="The DaemonSet belongs on nodes that cannot host its pods: Fargate machines, virtual kubelets, or Windows "
    "nodes under a template that only Linux can run (`spec.os`, privileged containers, capabilities, hostPID, "
    "hostIPC), or where an agent that tolerates every taint has come to Windows nodes and none of its pods is Ready.",
    why="The controller makes a pod for each of them all the same. It stays Pending or fails for ever, DESIRED is "
    "never reached, rollouts wait for it, and alerts on it are switched off, with those that matter.",
    mend="Leave such nodes out by node affinity (`eks.amazonaws.com/compute-type NotIn [fargate]`, `type NotIn "
    "[virtual-kubelet]`) or by `kubernetes.io/os: linux` in the nodeSelector; the ready patch does so where labels "
    "tell the nodes from others. A DaemonSet that is on virtual nodes alone is taken to be meant for them.",
    check=check,
)
