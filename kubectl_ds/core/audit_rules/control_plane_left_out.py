"""DS016: an agent of every node that is not on the control plane's."""

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from kubectl_ds.core.audit_report import Found, Patch
from kubectl_ds.core.audit_rule import Rule
from kubectl_ds.core.audit_words import counted
from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.control_plane import CONTROL_PLANE_KEYS
from kubectl_ds.core.model import Node, Taint, Toleration
from kubectl_ds.core.placement import Placement, UntoleratedTaint
from kubectl_ds.core.planned_change import PASSING_TAINTS
from kubectl_ds.core.template_patch import placement_patch

NODE_CRITICAL = "system-node-critical"


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """Control-plane nodes that their own taint alone keeps out, of an agent that no selector narrows."""
    control_plane = audited.cluster.control_plane
    left_out = [node for node in control_plane if _only_by_role(audited.placements[node.metadata.name])]
    if not left_out:
        return
    others = Counter(id(audited.placements[name]) for name in _others(audited, left_out))
    verdict = {id(one): one for one in audited.placements.values()}
    total = others.total()
    covered = sum(number for one, number in others.items() if _covers(verdict[one]))
    # Those that are not covered have taints of their own; they are fewer where an agent is meant for every node.
    narrowed = any(not _covers(verdict[one]) and not _lasting_taints(verdict[one]) for one in others)
    if narrowed or 2 * covered <= total:
        return
    everywhere = covered == total
    of = f"the {counted(covered, 'other node')}"
    if not everywhere:
        of = f"{covered} of the {total} other nodes (the rest have taints of their own)"
    critical = everywhere and audited.daemonset.spec.template.spec.priority_class_name == NODE_CRITICAL
    though = f", though its priority class {NODE_CRITICAL} says that no node is whole without it"
    yield Found(
        message=f"It covers {of}, and the taint of {counted(len(left_out), 'control-plane node')} keeps it out "
        f"there{though * critical}.",
        nodes=tuple(node.metadata.name for node in left_out),
        fix="If it is meant for every node, tolerate the taint of the control plane, as the patch does.",
        patch=_patch(audited, left_out),
        level="warning" if critical else None,
    )


def _others(audited: AuditedDaemonSet, left_out: Sequence[Node]) -> Iterator[str]:
    """The machines of the same operating system that are no control-plane nodes."""
    cluster = audited.cluster
    apart = {node.metadata.name for node in cluster.control_plane}
    systems = {cluster.platforms[node.metadata.name].os for node in left_out}
    for name, platform in cluster.platforms.items():
        if platform.virtual is None and platform.os in systems and name not in apart:
            yield name


def _only_by_role(placement: Placement) -> bool:
    lasting = _lasting_taints(placement)
    return bool(lasting) and all(taint.key in CONTROL_PLANE_KEYS for taint in lasting)


def _covers(placement: Placement) -> bool:
    """Whether it belongs there, or will once the node is up and well."""
    deciding = placement.deciding
    return deciding is None or (deciding.rule == "Taints" and not _lasting_taints(placement))


def _lasting_taints(placement: Placement) -> tuple[Taint, ...]:
    """The taints that keep it out of a node that is up and well; none where another rule does."""
    deciding = placement.deciding
    if deciding is None or not isinstance(deciding.reason, UntoleratedTaint):
        return ()
    return tuple(taint for taint in deciding.reason.taints if taint.key not in PASSING_TAINTS)


def _patch(audited: AuditedDaemonSet, left_out: Sequence[Node]) -> Patch:
    spec = audited.daemonset.spec.template.spec
    untolerated = dict.fromkeys(
        (taint.key, taint.effect)
        for node in left_out
        for taint in _lasting_taints(audited.placements[node.metadata.name])
    )
    more = tuple(Toleration(key=key, operator="Exists", effect=effect) for key, effect in untolerated)
    return placement_patch(spec, replace(spec, tolerations=spec.tolerations + more))


RULE = Rule(
    id="DS016",
    name="control-plane-left-out",
    level="info",
    needs=frozenset(("nodes",)),
    means="No selector narrows the DaemonSet, it covers the machines that are no control-plane nodes (but for some "
    "with taints of their own), and nothing but the taint of the control plane keeps it off these. With the priority "
    "class system-node-critical, and on all other machines, it is a warning.",
    why="Logs, metrics and security events of the nodes that matter most are missing, and DESIRED does not count them: "
    "the DaemonSet looks complete.",
    mend="Tolerate node-role.kubernetes.io/control-plane with effect NoSchedule, if it is meant for every node. If it "
    "is not, an exception in the configuration says so.",
    check=check,
)
