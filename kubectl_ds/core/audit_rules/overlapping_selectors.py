"""DS022: a selector that takes in the pods of another DaemonSet."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from kubectl_ds.core.audit_report import Found
from kubectl_ds.core.audit_rule import NOTHING_ELSE, Rule
from kubectl_ds.core.audit_words import command
from kubectl_ds.core.audited_cluster import AuditedCluster, AuditedDaemonSet
from kubectl_ds.core.label_selector import Requirements, compile_selector, selects_everything
from kubectl_ds.core.object_key import Key


def check(cluster: AuditedCluster) -> Iterator[tuple[Key, Found]]:
    """Pairs within a namespace. Where each selects the other's pods the younger one is blamed."""
    by_namespace: dict[str, list[tuple[AuditedDaemonSet, Requirements]]] = defaultdict(list)
    for audited in cluster.daemonsets:
        metadata, selector = audited.daemonset.metadata, audited.daemonset.spec.selector
        requirements = compile_selector(selector)
        # The controller leaves one alone whose selector is empty; that is no overlap.
        if requirements is None or selects_everything(selector) or metadata.deletion_timestamp is not None:
            continue
        by_namespace[metadata.namespace].append((audited, requirements))
    for neighbours in by_namespace.values():
        for one, other in combinations(sorted(neighbours, key=lambda pair: pair[0].youth()), 2):
            yield from _overlap(*one, *other)


def _overlap(
    younger: AuditedDaemonSet, wanted: Requirements, older: AuditedDaemonSet, others: Requirements
) -> Iterator[tuple[Key, Found]]:
    takes = wanted.matches(older.daemonset.spec.template.metadata.labels)
    taken = others.matches(younger.daemonset.spec.template.metadata.labels)
    if takes:
        yield younger.key, _found(younger, wanted, older, mutual=taken)
    elif taken:
        yield older.key, _found(older, others, younger, mutual=False)


def _found(
    audited: AuditedDaemonSet, wanted: Requirements, other: AuditedDaemonSet, *, mutual: bool
) -> Found:
    namespace, name = audited.key
    turned_round = ", whose selector matches its own" if mutual else ""
    return Found(
        message=f"Its selector ({wanted}) also matches the pods of ds {other.key[1]} in its namespace{turned_round}: "
        "a pod that loses its owner may be adopted by the wrong one.",
        subject=f"ds {other.key[1]}",
        fix="A selector cannot be changed: write one with a label that no other has, beginning with "
        f"{command('kubectl', 'get', 'ds', name, '-n', namespace, '-o', 'yaml')}, and make the DaemonSet anew.",
    )


RULE = Rule(
    id="DS022",
    name="overlapping-selectors",
    level="error",
    needs=NOTHING_ELSE,
    means="The selector of a DaemonSet matches the labels of the pods that another DaemonSet of the same namespace "
    "makes.",
    why="A controller adopts every pod without an owner that its selector matches. When the other DaemonSet is deleted "
    "without its pods, or made anew, its pods are taken over by the wrong one, which deletes them as surplus or as "
    "outdated. Whatever else goes by these labels (Services, PodDisruptionBudgets, network policies, "
    "`kubectl logs -l`) takes both for one.",
    mend="Give each DaemonSet a label that no other has, in its selector and in its template. A selector cannot be "
    "changed: the DaemonSet has to be deleted and made anew. With `--cascade=orphan` its pods go on running meanwhile, "
    "and the other DaemonSet may adopt them.",
    check_cluster=check,
)
