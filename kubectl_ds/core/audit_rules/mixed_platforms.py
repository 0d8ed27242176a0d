"""DS015: one template for nodes of several operating systems or architectures, with nothing to show that it fits."""

from collections.abc import Collection, Iterator, Mapping

from kubectl_ds.core.audit_report import Found, Patch
from kubectl_ds.core.audit_rule import NODES_AND_PODS, Rule
from kubectl_ds.core.audit_words import counted, listed
from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.image_platform import platform_failure
from kubectl_ds.core.model import Node, PodSpec
from kubectl_ds.core.node_platform import BETA_LABEL_OF, LABEL_OF, Dimension
from kubectl_ds.core.ownership import is_terminating
from kubectl_ds.core.placement_change import required_terms_of
from kubectl_ds.core.template_patch import placement_patch, with_node_selector
from kubectl_ds.core.unfit_nodes import unfit_nodes

_DIMENSIONS: Mapping[Dimension, str] = {"os": "operating systems", "arch": "architectures"}


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """Pods that fail by their platform; platforms on which no pod has become Ready, where nothing asks for one."""
    failing = _failing(audited)
    if failing:
        yield _found_failing(audited, failing)
    unfit = {one.node for one in unfit_nodes(audited)}
    fit = [node for node in audited.eligible if node.metadata.name not in unfit]
    for dimension in _DIMENSIONS:
        if not _asks_for(audited.daemonset.spec.template.spec, dimension):
            yield from _unproven(audited, fit, dimension, failing)


# --- pods that fail --------------------------------------------------------------------------------


def _failing(audited: AuditedDaemonSet) -> dict[str, str]:
    """Runtimes' words by node, of pods where they belong."""
    joins = audited.cluster.joins
    found: dict[str, str] = {}
    for pod in joins.pods.claimed(audited.daemonset):
        if not is_terminating(pod):
            words = platform_failure(pod, joins.events.about("Pod", pod.metadata))
            if words:
                found[pod.spec.node_name] = words
    names = [node.metadata.name for node in audited.eligible]
    return {name: found[name] for name in names if name in found}


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


# --- platforms that nothing shows to fit -----------------------------------------------------------


def _asks_for(spec: PodSpec, dimension: Dimension) -> bool:
    """Whether nodeSelector or each term of the required affinity says something of it, so that a mix is meant."""
    keys = {LABEL_OF[dimension], BETA_LABEL_OF[dimension]}
    if not keys.isdisjoint(spec.node_selector):
        return True
    terms = required_terms_of(spec)
    return bool(terms) and all(any(one.key in keys for one in term.match_expressions) for term in terms)


def _unproven(
    audited: AuditedDaemonSet, fit: list[Node], dimension: Dimension, failing: Mapping[str, str]
) -> Iterator[Found]:
    by_value: dict[str, list[Node]] = {}
    for node in fit:
        if value := audited.cluster.platforms[node.metadata.name].value(dimension):
            by_value.setdefault(value, []).append(node)
    if len(by_value) < 2:
        return
    ready = frozenset(audited.nodes_in("Ready"))
    proven = {value for value, nodes in by_value.items() if any(one.metadata.name in ready for one in nodes)}
    most = max(by_value, key=lambda value: (value in proven, len(by_value[value]), value))
    doubtful = {value: nodes for value, nodes in by_value.items() if value not in proven and value != most}
    doubted = {node.metadata.name for of in doubtful.values() for node in of}
    nodes = tuple(
        node.metadata.name
        for node in fit
        if node.metadata.name in doubted and node.metadata.name not in failing
    )
    if not nodes:
        return
    patch = _without(audited, doubted) if len(doubtful) == 1 else None
    mix = listed([f"{counted(len(of), 'node')} with {value}" for value, of in sorted(by_value.items())])
    values = listed(sorted(doubtful))
    ask = (
        "leave those nodes out, as the patch does"
        if patch
        else f"ask for {LABEL_OF[dimension]} in the nodeSelector"
    )
    yield Found(
        message=f"It belongs on nodes of several {_DIMENSIONS[dimension]} ({mix}), its template asks for none, "
        f"and no pod of it is Ready on {values}.",
        nodes=nodes,
        subject=dimension,
        fix=f"See that its images are made for {values} too; if they are not, {ask}.",
        patch=patch,
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
    "image for the platform, PodOSNotSupported) it is an error.",
    why="Not every image is made for every platform. A pod on a machine of another kind never starts, and takes up "
    "the rollout's budget for good.",
    mend="Use images that are made for all platforms of the cluster, or say in the nodeSelector for which they are "
    "(`kubernetes.io/os`, `kubernetes.io/arch`). A pod that is Ready on a platform is proof enough: such a mix is not "
    "told.",
    check=check,
)
