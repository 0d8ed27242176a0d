"""DS017: keys of labels and taints that Kubernetes gave up, in a template."""

from collections.abc import Iterator

from msgspec.structs import replace

from kubectl_ds.core.audit_report import Found, Level, Patch
from kubectl_ds.core.audit_rule import Rule
from kubectl_ds.core.audit_words import command, counted, listed
from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.control_plane import MASTER
from kubectl_ds.core.deprecated_keys import (
    LABELS,
    TAINTS,
    KeyUse,
    Successor,
    deprecated_uses,
    patch_operations,
    with_label_renamed,
)
from kubectl_ds.core.model import PodSpec, Taint
from kubectl_ds.core.tolerations import SCHEDULING_EFFECTS, merged_tolerations, tolerates


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """One finding for each deprecated label that is asked for, and for each deprecated taint that is tolerated."""
    uses = deprecated_uses(audited.tree)
    for key in dict.fromkeys(one.key for one in uses if one.field != "tolerations"):
        yield _label(audited, tuple(one for one in uses if one.key == key and one.field != "tolerations"))
    for key in dict.fromkeys(one.key for one in uses if one.field == "tolerations"):
        yield _taint(audited, tuple(one for one in uses if one.key == key and one.field == "tolerations"))


# --- labels ----------------------------------------------------------------------------------------


def _label(audited: AuditedDaemonSet, uses: tuple[KeyUse, ...]) -> Found:
    old = uses[0].key
    new = LABELS[old].key
    spec = audited.daemonset.spec.template.spec
    before = {node.metadata.name for node in audited.eligible}
    after = audited.nodes_with(with_label_renamed(spec, old, new))
    nodes = audited.cluster.nodes
    labelled = sum(old in node.metadata.labels for node in nodes)
    same = before <= after and _is_one_topology(audited, uses, new)
    edit = "as the patch does" if same else f"by {command('kubectl', 'edit', *audited.flags)}"
    fields, have = listed(list(dict.fromkeys(one.field for one in uses))), "has" if labelled == 1 else "have"
    usual = old == MASTER and _is_usual_here(audited, old)
    return Found(
        message=f"In {fields} it asks for the label {old}, {_given_up(LABELS[old])}; "
        f"{labelled} of {counted(len(nodes), 'node')} {have} it.",
        subject=f"label {old}",
        fix=f"Write {new}{_difference(before, after)}, {edit}.",
        patch=Patch(type="json", body=patch_operations(uses, spec, new, drop=False)) if same else None,
        level="info" if usual else None,
    )


def _is_usual_here(audited: AuditedDaemonSet, old: str) -> bool:
    """Whether nodes have the old taint and none the new one: OpenShift has kept it, and its own agents go by it."""
    new = TAINTS[old].key
    return bool(_with_taint(audited, old)) and not (new and _with_taint(audited, new))


def _given_up(successor: Successor) -> str:
    """`which was given up in v1.14 for kubernetes.io/os`."""
    when = f" in {successor.since}" if successor.since else ""
    return f"which was given up{when}{f' for {successor.key}' if successor.key else ''}"


def _is_one_topology(audited: AuditedDaemonSet, uses: tuple[KeyUse, ...], new: str) -> bool:
    """Whether the new label parts the nodes as the old one does, where it is a topology's."""
    if not any(one.pointer.endswith("/topologyKey") for one in uses):
        return True
    old = uses[0].key
    labels = (node.metadata.labels for node in audited.eligible)
    return all(one.get(old) == one.get(new) for one in labels)


def _difference(before: set[str], after: frozenset[str]) -> str:
    """What becomes of its nodes; nothing where they stay the same."""
    gained, lost = len(after - before), len(before - after)
    told = [f"{gained} more"] * bool(gained) + [f"{lost} fewer"] * bool(lost)
    return f", with which it belongs on {listed(told)} of the nodes" if told else ""


# --- taints ----------------------------------------------------------------------------------------


def _taint(audited: AuditedDaemonSet, uses: tuple[KeyUse, ...]) -> Found:
    """A toleration that nothing needs is only told; one whose successor is not tolerated keeps pods out."""
    old = uses[0].key
    new = TAINTS[old].key
    spec = audited.daemonset.spec.template.spec
    tainted = _with_taint(audited, old)
    covered = not new or _is_covered(spec, old, new)
    level: Level = "info" if covered or _is_usual_here(audited, old) else "warning"
    there = (
        f"{counted(len(tainted), 'node')} {'has' if len(tainted) == 1 else 'have'}"
        if tainted
        else "no node has"
    )
    beside = ", and it tolerates the new one too" if covered and new else ""
    operations = patch_operations(uses, spec, new, drop=covered)
    return Found(
        message=f"It tolerates the taint {old}, {_given_up(TAINTS[old])}; {there} it{beside}.",
        nodes=tainted,
        subject=f"taint {old}",
        fix=_mend(new, covered=covered, tainted=bool(tainted)),
        patch=None if tainted else Patch(type="json", body=operations),
        level=level,
    )


def _with_taint(audited: AuditedDaemonSet, key: str) -> tuple[str, ...]:
    return tuple(
        node.metadata.name
        for node in audited.cluster.nodes
        if any(taint.key == key and taint.effect in SCHEDULING_EFFECTS for taint in node.spec.taints)
    )


def _mend(new: str, *, covered: bool, tainted: bool) -> str:
    if tainted:
        beside = "" if covered else f"Tolerate {new} beside it, and "
        return f"{beside}{'take' if beside else 'Take'} the old one out when no node has the taint any more."
    if covered:
        return "Take the toleration out, as the patch does."
    return f"Tolerate {new} in its place, as the patch does."


def _is_covered(spec: PodSpec, old: str, new: str) -> bool:
    """Whether the successor is tolerated as far as the old taint is, by another toleration or the controller's own."""
    others = replace(spec, tolerations=tuple(one for one in spec.tolerations if one.key != old))
    merged = merged_tolerations(others)
    effects = {one.effect for one in spec.tolerations if one.key == old}
    wanted = SCHEDULING_EFFECTS if "" in effects else effects & SCHEDULING_EFFECTS
    return all(any(tolerates(one, Taint(key=new, effect=effect)) for one in merged) for effect in wanted)


RULE = Rule(
    id="DS017",
    name="deprecated-labels-and-taints",
    level="warning",
    needs=frozenset(("nodes",)),
    means="The template asks for a label, or tolerates a taint, whose key Kubernetes gave up: beta.kubernetes.io/os "
    "and arch, failure-domain.beta.kubernetes.io/zone, node-role.kubernetes.io/master. A toleration beside "
    "that of the new key does no harm, and is a note; so is node-role.kubernetes.io/master where nodes have that taint "
    "and none the new one, as OpenShift has it.",
    why="Nodes go on having some of these labels, and others have gone: node-role.kubernetes.io/master is on no node "
    "that kubeadm made since v1.24. The day a label goes, the DaemonSet leaves every node; a taint that has another "
    "name keeps it out.",
    mend="Write the new key. The ready patch does so where no node is lost by it; it tests what it changes, and is "
    "refused where the template has changed since.",
    check=check,
)
