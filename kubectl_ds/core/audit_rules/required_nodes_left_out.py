"""DS034: nodes that a DaemonSet is required to cover, and that its template keeps out."""

from collections.abc import Iterator, Sequence

from kubectl_ds.core.audit_report import Found, Patch, Unjudged
from kubectl_ds.core.audit_rule import Rule
from kubectl_ds.core.audit_words import command, counted, listed
from kubectl_ds.core.audited_cluster import AuditedCluster, AuditedDaemonSet
from kubectl_ds.core.coverage_reasons import NodeReason
from kubectl_ds.core.coverage_report import Cause
from kubectl_ds.core.coverage_requirement import CoverageRequirement
from kubectl_ds.core.model import Node
from kubectl_ds.core.object_key import Key
from kubectl_ds.core.placement import (
    NodeAffinityMismatch,
    NodeNameMismatch,
    NodeSelectorMismatch,
    place,
)
from kubectl_ds.core.placement_change import AddTolerations, Remedy, applied
from kubectl_ds.core.remedies import remedies
from kubectl_ds.core.template_patch import placement_patch

_MOST_NAMES = 3
"""Of each part: the finding names all of its nodes."""


def check_cluster(cluster: AuditedCluster) -> Iterator[tuple[Key, Found] | Unjudged]:
    """Requirement by requirement, each of them once."""
    for requirement in dict.fromkeys(cluster.settings.requirements):
        covering = [one for one in cluster.daemonsets if requirement.means(one.key)]
        if not covering or requirement.names_several:
            if _daemonsets_unread(cluster, requirement):
                yield Unjudged(rule="DS034", daemonset=requirement.key, lacking=("daemonsets",))
                continue
            if not cluster.snapshot.looked_for_daemonsets_in(requirement.namespace):
                # Other DaemonSets were asked for: whether this one is there was not looked at.
                continue
        yield from _found(cluster, requirement, covering)


def _daemonsets_unread(cluster: AuditedCluster, requirement: CoverageRequirement) -> bool:
    if requirement.names_several:
        return not cluster.snapshot.knows_all("daemonsets")
    return any(
        gap.resource == "daemonsets" and gap.namespace in ("", requirement.namespace)
        for gap in cluster.snapshot.gaps
    )


def _found(
    cluster: AuditedCluster, requirement: CoverageRequirement, covering: Sequence[AuditedDaemonSet]
) -> Iterator[tuple[Key, Found]]:
    nodes = [node for node in cluster.nodes if requirement.nodes.matches(node.metadata.labels)]
    key, subject = requirement.key, requirement.node_selector
    if not covering:
        yield key, _absent(requirement, nodes)
        return
    key = covering[0].key if len(covering) == 1 else key
    if not nodes:
        yield (
            key,
            Found(
                message=f"It must cover {_which(requirement, 0)}, and there is no such node.",
                fix="Correct the node selector of the requirement, or take the requirement out.",
                subject=subject,
                level="warning",
            ),
        )
        return
    eligible = {node.metadata.name for one in covering for node in one.eligible}
    left_out = [node for node in nodes if node.metadata.name not in eligible]
    if left_out:
        yield key, _left_out(requirement, covering, nodes, left_out)


def _absent(requirement: CoverageRequirement, nodes: Sequence[Node]) -> Found:
    namespace, name = requirement.key
    what = (
        f"No DaemonSet is named {namespace}/{name}"
        if requirement.names_several
        else f"There is no DaemonSet {name} in the namespace {namespace}"
    )
    return Found(
        message=f"{what}, and it must cover {_which(requirement, len(nodes))}.",
        nodes=_names(nodes),
        fix=f"Create it, or correct the requirement: {command('kubectl', 'get', 'ds', '-A')} lists all that are there.",
        subject=requirement.node_selector,
    )


def _left_out(
    requirement: CoverageRequirement,
    covering: Sequence[AuditedDaemonSet],
    nodes: Sequence[Node],
    left_out: Sequence[Node],
) -> Found:
    of = _which(requirement, len(nodes))
    names = _names(left_out)
    if len(covering) > 1:
        who = listed([one.key[1] for one in covering])
        return Found(
            message=f"{who} must cover {of} together, and {len(names)} of these "
            f"{'belongs' if len(names) == 1 else 'belong'} to none of them.",
            nodes=names,
            fix=f"{_explain(covering[0])}, and the same for the others, shows which rule keeps which node out.",
            subject=requirement.node_selector,
        )
    audited = covering[0]
    causes = _causes(audited, names)
    first = audited.cluster.node_of[causes[0].nodes[0] if causes else names[0]]
    found = remedies(audited.daemonset, first, audited.cluster.joins.gates)
    return Found(
        message=f"It must cover {of}, and its own rules keep {len(names)} of these out: {_parted(audited, names)}.",
        nodes=names,
        causes=causes,
        fix=f"{_explain(audited)} shows which rule keeps which node out.",
        remedies=found,
        remedied_node=first.metadata.name,
        patch=_patch(audited, found, left_out),
        subject=requirement.node_selector,
    )


def _parted(audited: AuditedDaemonSet, names: Sequence[str]) -> str:
    """`2 by its node selector (win-1 and win-2), 1 by a taint (gpu-1)`: the rule at which the controller stops."""
    chosen = frozenset(names)
    by_rule: dict[str, list[str]] = {}
    for one in audited.coverage.nodes:
        if one.node in chosen and one.reasons:
            by_rule.setdefault(_rule_of(one.reasons[0]), []).append(one.node)
    parts = sorted(by_rule.items(), key=lambda part: -len(part[1]))
    return ", ".join(f"{len(nodes)} by {rule} ({listed(nodes, _MOST_NAMES)})" for rule, nodes in parts)


def _rule_of(reason: NodeReason) -> str:
    match reason:
        case NodeNameMismatch():
            return "its nodeName"
        case NodeSelectorMismatch():
            return "its node selector"
        case NodeAffinityMismatch():
            return "its node affinity"
        case _:
            return "a taint that it does not tolerate"


def _causes(audited: AuditedDaemonSet, names: Sequence[str]) -> tuple[Cause, ...]:
    """Why these nodes are out, the largest cause first; those of pods that are there all the same too."""
    chosen = frozenset(names)
    parts = [
        (cause, nodes)
        for cause in audited.causes_of("Excluded", "Extra")
        if (nodes := tuple(node for node in cause.nodes if node in chosen))
    ]
    return tuple(cause for cause, nodes in sorted(parts, key=lambda part: -len(part[1])))


def _patch(audited: AuditedDaemonSet, found: Sequence[Remedy], left_out: Sequence[Node]) -> Patch | None:
    """Tolerations alone open the DaemonSet to nothing but tainted nodes; only where they let all of these in."""
    daemonset, gates = audited.daemonset, audited.cluster.joins.gates
    for remedy in found:
        if not all(isinstance(change, AddTolerations) for change in remedy):
            continue
        mended = daemonset
        for change in remedy:
            mended, _ = applied(change, mended, left_out[0])
        if all(place(mended, node, gates).should_run for node in left_out):
            return placement_patch(daemonset.spec.template.spec, mended.spec.template.spec)
    return None


def _explain(audited: AuditedDaemonSet) -> str:
    namespace, name = audited.key
    return command("kubectl", "ds", "explain", name, "-n", namespace)


def _which(requirement: CoverageRequirement, number: int) -> str:
    with_labels = f" with {requirement.node_selector}" if requirement.node_selector else ""
    if not number:
        return f"nodes{with_labels}"
    return f"the {counted(number, 'node')}{with_labels}" if with_labels else f"all {counted(number, 'node')}"


def _names(nodes: Sequence[Node]) -> tuple[str, ...]:
    return tuple(node.metadata.name for node in nodes)


RULE = Rule(
    id="DS034",
    name="required-nodes-left-out",
    level="error",
    needs=frozenset({"nodes"}),
    means="A requirement says that the DaemonSet must cover these nodes (`--require NAMESPACE/NAME:NODESELECTOR`, or "
    "`requirements` in the configuration), and its node selector, its affinity or a taint keeps them out, or it is not "
    "there at all. A requirement whose selector matches no node is told as a warning, since a typing error must not "
    "read as all is well. Nodes that are let in and have no pod, or none that is Ready, are told by DS001, DS003 and "
    "DS006, required or not.",
    why="DESIRED leaves out every node that a selector or a taint excludes: 100 % can mean that half the cluster has "
    "no agent, and no other tool can know what was meant.",
    mend="The finding names the rule that keeps the nodes out and the smallest change that lets them in. Where the "
    "nodes are out on purpose, narrow the requirement, or write an exception with a reason.",
    check_cluster=check_cluster,
)
