"""DS009: a DaemonSet that belongs on no node, by what its template asks for."""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from kubectl_ds.core.audit_report import Found, Level, Patch
from kubectl_ds.core.audit_rule import Rule
from kubectl_ds.core.audit_words import command, counted, listed
from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.idle_reason import idle_reason
from kubectl_ds.core.near_miss import NearMiss, UnmetRequirement
from kubectl_ds.core.similar_names import similar_names

_OF_THE_PLATFORM = frozenset(
    f"{prefix}{key}"
    for prefix, keys in (
        ("kubernetes.io/", ("os", "arch")),
        ("beta.kubernetes.io/", ("os", "arch", "instance-type")),
        ("node.kubernetes.io/", ("instance-type", "windows-build")),
        ("topology.kubernetes.io/", ("region", "zone")),
        ("failure-domain.beta.kubernetes.io/", ("region", "zone")),
    )
    for key in keys
)
"""Labels that every node has: an agent for machines that this cluster has none of asks for another value, and that
is how the manifests of Windows agents are handed out."""

_OF_PROVIDERS = frozenset(
    (
        "cloud.google.com/gke-accelerator",
        "cloud.google.com/gke-max-pods-per-node",
        "cloud.google.com/gke-netd-ready",
        "cloud.google.com/gke-os-distribution",
        "cloud.google.com/gke-tpu-accelerator",
        "cloud.google.com/metadata-proxy-ready",
        "eks.amazonaws.com/compute-type",
        "iam.gke.io/gke-metadata-server-enabled",
        "kubernetes.azure.com/accelerator",
        "kubernetes.azure.com/os-sku",
        "node.kubernetes.io/kube-proxy-ds-ready",
        "node.kubernetes.io/masq-agent-ds-ready",
        "sandbox.gke.io/runtime",
    )
)
"""Labels by which providers switch on agents of their own: every cluster of theirs has some for nodes that it lacks."""

_PARKED = re.compile(
    r"non-?exist|not-?exist|no-?such|disable|park|paus|suspend|never|nowhere|switched-?off|turned-?off",
    re.IGNORECASE,
)
"""What people call a label that no node is to have, so that a DaemonSet keeps still: it has no replicas to set to 0."""


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """No node is eligible. Malformed terms are DS010's, and a cluster without nodes is nobody's."""
    near = audited.coverage.near_miss
    if near is None or not near.nodes or audited.going_for is not None:
        return
    if any(one.errors for one in near.unmet):
        return
    level = _level(near)
    why = idle_reason(near)
    patch = _corrected(audited, near) if level == "error" else None
    yield Found(
        message=f"It belongs on none of the {counted(near.nodes, 'node')}{f': {why}' if why else ''}.{_similar(near)}",
        fix=_fix(audited, level),
        patch=patch,
        level=level,
    )


def _fix(audited: AuditedDaemonSet, level: Level) -> str:
    namespace, name = audited.key
    explain = command("kubectl ds explain", name, "-n", namespace)
    edit = command("kubectl edit", *audited.flags)
    if level == "info":
        return f"Nothing, if it waits for nodes to come. If it should run now: {edit}; {explain} shows what nodes lack."
    return f"Correct what it asks for ({edit}), or the nodes; {explain} shows what each of them lacks."


def _corrected(audited: AuditedDaemonSet, near: NearMiss) -> Patch | None:
    """The nodeSelector with the one misspelt key or value as the nodes have it, where nodes are let in by that."""
    spec = audited.daemonset.spec.template.spec
    if len(near.unmet) != 1 or near.unmet[0].place != "nodeSelector":
        return None
    (one,) = near.unmet
    change: dict[str, str | None]
    if values := similar_names(one.values[0], [seen for seen, _ in one.seen]):
        change = {one.key: values[0]}
    elif one.similar:
        change = {one.key: None, one.similar[0]: one.values[0]}
    else:
        return None
    selector = {key: value for key, value in {**spec.node_selector, **change}.items() if value is not None}
    if not audited.nodes_with(replace(spec, node_selector=selector)):
        return None
    return Patch(type="merge", body={"spec": {"template": {"spec": {"nodeSelector": change}}}})


def _level(near: NearMiss) -> Level:
    """An error where it looks like a slip, a warning where it may wait for nodes, a note where it surely does."""
    if near.empty_affinity or any(map(_is_a_slip, near.unmet)):
        return "error"
    if any(map(_is_parked, near.unmet)) or (near.unmet and all(map(_is_for_another_platform, near.unmet))):
        return "info"
    return "warning"


def _is_a_slip(one: UnmetRequirement) -> bool:
    """A misspelt key, value or node name, or a value that differs where the label is in use."""
    if (one.similar and one.key not in _OF_PROVIDERS) or one.place in ("nodeName", "matchFields"):
        return True
    if one.operator != "In":
        return False
    if any(similar_names(value, [seen for seen, _ in one.seen]) for value in one.values):
        return True
    return bool(one.nodes_with_key) and not _is_for_another_platform(one) and not _is_parked(one)


def _is_parked(one: UnmetRequirement) -> bool:
    return any(_PARKED.search(text) for text in (one.key, *one.values))


def _is_for_another_platform(one: UnmetRequirement) -> bool:
    return one.key in _OF_THE_PLATFORM or one.key in _OF_PROVIDERS


def _similar(near: NearMiss) -> str:
    names = [name for one in near.unmet if one.key not in _OF_PROVIDERS for name in one.similar]
    values = [value for one in near.unmet for value, _ in one.seen if one.operator == "In"]
    if names:
        return f" There is {listed(names, 3)}."
    return f" There the value is {listed(list(dict.fromkeys(values)), 3)}." if values else ""


RULE = Rule(
    id="DS009",
    name="selects-no-node",
    level="error",
    needs=frozenset(("nodes",)),
    means="Not one node is eligible: DESIRED is 0. An error where it looks like a slip (a misspelt label or node, a "
    "value that no node with this label has, an affinity without terms); a warning where no node has the label at "
    "all, or every matching one is tainted; a note where it asks for a platform that the cluster does not have "
    "(`kubernetes.io/os`, `kubernetes.io/arch`, instance type, zone, a provider's own label for its agents) or is "
    "parked on a label that says so (`disabled`, `non-existing`).",
    why="kubectl shows 0 of 0, rollout status says that it is done, and alerts compare READY with DESIRED: nothing "
    "anywhere is red, and the agent runs nowhere.",
    mend="Correct the nodeSelector or affinity, label the nodes, or tolerate their taint. `kubectl ds explain NAME` "
    "names the node that lacks least. A DaemonSet that is kept for later is an exception to write down.",
    check=check,
)
