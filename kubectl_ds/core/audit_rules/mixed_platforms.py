"""DS015: one template for nodes of several operating systems or architectures, with nothing to show that it fits."""

from collections.abc import Collection, Iterator, Mapping

from kubectl_ds.core.audit_report import Found, Patch
from kubectl_ds.core.audit_rule import NODES_AND_PODS, Rule
from kubectl_ds.core.audit_words import counted, listed
from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.image_platform import platform_failure
from kubectl_ds.core.model import Node
from kubectl_ds.core.node_platform import LABEL_OF, Dimension, asks_for
from kubectl_ds.core.ownership import is_terminating
from kubectl_ds.core.template_patch import placement_patch, with_node_selector
from kubectl_ds.core.unfit_nodes import unfit_nodes

_DIMENSIONS: Mapping[Dimension, str] = {"os": "operating systems", "arch": "architectures"}


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """Pods that fail by their platform; and several platforms where nothing asks for any, worse if one is unproven."""
    failing = _failing(audited)
    if failing:
        yield _found_failing(audited, failing)
    unfit = {one.node for one in unfit_nodes(audited)}
    fit = [node for node in audited.eligible if node.metadata.name not in unfit]
    for dimension in _DIMENSIONS:
        if not asks_for(audited.daemonset.spec.template.spec, dimension):
            yield from _mixed(audited, fit, dimension, failing)


# --- pods that fail --------------------------------------------------------------------------------


def _failing(audited: AuditedDaemonSet) -> dict[str, str]:
    """Runtimes' words by node, of pods where they belong and something is wrong."""
    ailing = [one.node for one in audited.coverage.nodes if one.eligible and one.is_problem]
    if not ailing:
        return {}
    joins = audited.cluster.joins
    found: dict[str, str] = {}
    for pod in joins.pods.claimed(audited.daemonset):
        if not is_terminating(pod) and (
            words := platform_failure(pod, joins.events.about("Pod", pod.metadata))
        ):
            found[pod.spec.node_name] = words
    return {name: found[name] for name in ailing if name in found}


def _found_failing(audited: AuditedDaemonSet, failing: Mapping[str, str]) -> Found:
    of = audited.cluster.platforms
    platforms = listed(
        sorted({f"{of[name].os or 'unknown'}/{of[name].arch or 'unknown'}" for name in failing})
    )
    patch = _without(audited, failing.keys())
    leave_out = (
        "leave those nodes out, as the patch does" if patch else "leave those nodes out by nodeSelector"
    )
    return Found(
        message=f"On {counted(len(failing), 'node')} its pod cannot run on {platforms}: "
        f"{listed(sorted(set(failing.values())))}.",
        nodes=tuple(failing),
        subject="image",
        level="error",
        fix=f"Use an image that is made for {platforms} too, or {leave_out}.",
        patch=patch,
    )


# --- mixes that nobody asked for -------------------------------------------------------------------


def _mixed(
    audited: AuditedDaemonSet, fit: list[Node], dimension: Dimension, failing: Mapping[str, str]
) -> Iterator[Found]:
    by_value: dict[str, list[str]] = {}
    for node in fit:
        if value := audited.cluster.platforms[node.metadata.name].value(dimension):
            by_value.setdefault(value, []).append(node.metadata.name)
    if len(by_value) < 2:
        return
    ready = frozenset(audited.nodes_in("Ready"))
    proven = {value for value, nodes in by_value.items() if not ready.isdisjoint(nodes)}
    most = max(by_value, key=lambda value: (value in proven, len(by_value[value]), value))
    doubtful = sorted(value for value in by_value if value not in proven and value != most)
    doubted = {name for value in doubtful for name in by_value[value]}
    if not doubted:
        yield _well(sorted(by_value), dimension)
    elif nodes := tuple(one.metadata.name for one in fit if one.metadata.name in doubted - failing.keys()):
        patch = _without(audited, doubted) if len(doubtful) == 1 else None
        ask = (
            f"ask for {LABEL_OF[dimension]} in the nodeSelector"
            if patch is None
            else "leave those nodes out, as the patch does"
        )
        yield Found(
            message=f"It belongs on nodes of several {_DIMENSIONS[dimension]} ({_mix(by_value)}), its template asks "
            f"for none, and no pod of it is Ready on {listed(doubtful)}.",
            nodes=nodes,
            subject=dimension,
            fix=f"See that its images are made for {listed(doubtful)} too; if they are not, {ask}.",
            patch=patch,
        )


def _mix(by_value: Mapping[str, list[str]]) -> str:
    return listed(
        [f"{counted(len(names), 'node')} with {value}" for value, names in sorted(by_value.items())]
    )


def _well(values: list[str], dimension: Dimension) -> Found:
    """Its pods are Ready on each kind: its images are made for them now, and the next ones may not be."""
    return Found(
        message=f"Its pods are Ready on {listed(values)}, and its template asks for no {LABEL_OF[dimension]}.",
        subject=dimension,
        fix="Nothing, as long as its images are made for each of them. Node affinity on the label says that the mix is "
        "meant.",
        level="info",
    )


def _without(audited: AuditedDaemonSet, gone: Collection[str]) -> Patch | None:
    """The nodeSelector that lets all other eligible nodes in and none of these; None where there is none."""
    before = audited.daemonset.spec.template.spec
    kept = [node for node in audited.eligible if node.metadata.name not in gone]
    for label in LABEL_OF.values():
        values = {node.metadata.labels.get(label, "") for node in kept}
        if len(values) == 1 and "" not in values and label not in before.node_selector:
            after = with_node_selector(before, {label: values.pop()})
            if audited.nodes_with(after) == {node.metadata.name for node in kept}:
                return placement_patch(before, after)
    return None


RULE = Rule(
    id="DS015",
    name="mixed-platforms",
    level="warning",
    needs=NODES_AND_PODS,
    means="The DaemonSet belongs on nodes of several operating systems or architectures, nothing in its template asks "
    "for one, and on some of them none of its pods is Ready. Where pods fail by their platform (exec format error, no "
    "image for the platform, PodOSNotSupported) it is an error; where they are Ready on each, a note.",
    why="Not every image is made for every platform. A pod on a machine of another kind never starts, and takes up "
    "the rollout's budget for good.",
    mend="Use images that are made for all platforms of the cluster, or say in the nodeSelector for which they are "
    "(`kubernetes.io/os`, `kubernetes.io/arch`). Node affinity that names several of them says that the mix is meant.",
    check=check,
)
