"""The same reports for Python programs, as typed values.

    from kubectl_ds import api

    with api.session(context="production") as session:
        report = api.coverage(session, namespace="kube-system", names=["cni"])
    for item in report.items:
        print(item.name, item.summary.missing)
    document = api.to_document(report)          # what `-o json` prints

What is asked about is a `Session`, from a kubeconfig (`session`), from an `ApiClient` of the official client that a
script already has (`session_of`), or from a snapshot or a dump (`session_from`); or a moment that was read once
(`snapshot`), for several reports about the same. Every function raises `kubectl_ds.errors.KubectlDsError`, with a
sentence in `message` and what to do in `hint`; what could not be read is in a report's `incomplete`. The names in
`__all__`, their parameters and the fields of the reports keep their meaning until the next major version: docs/api.md.
"""

import io
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, TextIO

from msgspec.structs import replace

from kubectl_ds.commands.history import WANTS as _FOR_HISTORY
from kubectl_ds.commands.overhead import WANTS as _FOR_OVERHEAD
from kubectl_ds.commands.reading import EVERYTHING as _FOR_COVERAGE
from kubectl_ds.core.audit import WANTED as _FOR_AUDIT
from kubectl_ds.core.audit import audit as _audit
from kubectl_ds.core.audit_report import AuditReport, Finding
from kubectl_ds.core.coverage import coverage as _coverage
from kubectl_ds.core.coverage_report import CoverageReport
from kubectl_ds.core.diff import diff as _diff
from kubectl_ds.core.diff_report import DiffReport
from kubectl_ds.core.explain import explain as _explain
from kubectl_ds.core.explain_report import PlacementReport
from kubectl_ds.core.history import HistoryReport
from kubectl_ds.core.history import history as _history
from kubectl_ds.core.idle_gaps import without_idle_gaps
from kubectl_ds.core.model import DaemonSet
from kubectl_ds.core.node import nodes as _nodes
from kubectl_ds.core.node_report import NodeReport
from kubectl_ds.core.overhead import overhead as _overhead
from kubectl_ds.core.overhead_report import OverheadReport
from kubectl_ds.core.plan import plan as _plan
from kubectl_ds.core.plan_report import PlanReport
from kubectl_ds.core.rollout import rollout as _rollout
from kubectl_ds.core.rollout_report import RolloutReport
from kubectl_ds.core.snapshot import ClusterSnapshot, Resource
from kubectl_ds.errors import KubectlDsError, NotFoundError, UsageError
from kubectl_ds.kube.connection import ConnectionFlags, Session, open_session
from kubectl_ds.kube.reader import ReadOptions, Scope, read_snapshot
from kubectl_ds.output.documents import Report, to_document

if TYPE_CHECKING:
    from kubernetes.client import ApiClient

__all__ = [
    "AuditReport",
    "ClusterSnapshot",
    "CoverageReport",
    "DiffReport",
    "Finding",
    "HistoryReport",
    "KubectlDsError",
    "NodeReport",
    "OverheadReport",
    "PlacementReport",
    "PlanReport",
    "Report",
    "RolloutReport",
    "Session",
    "Source",
    "audit",
    "coverage",
    "diff",
    "explain",
    "history",
    "node",
    "overhead",
    "plan",
    "rollout",
    "session",
    "session_from",
    "session_of",
    "snapshot",
    "to_document",
]

Source = Session | ClusterSnapshot
"""A cluster that is asked now, or one moment of it that was read already."""

_FOR_PLAN: frozenset[Resource] = frozenset(
    ("daemonsets", "nodes", "pods", "priorityclasses", "limitranges", "runtimeclasses")
)
_FOR_ALL = _FOR_AUDIT | _FOR_OVERHEAD


# --- where from --------------------------------------------------------------------------------------


def session(*, kubeconfig: str = "", context: str = "", **flags: Any) -> Session:
    """An open session as kubectl would have it; `flags` are further fields of `ConnectionFlags`.

    Use it in a `with` statement. Raises `KubeconfigError`, `CredentialError`.
    """
    return open_session(
        ConnectionFlags(kubeconfig=kubeconfig, context=context, **flags),
        os.environ,
        stdin_is_tty=sys.stdin is not None and sys.stdin.isatty(),
        stderr=sys.stderr,
    )


def session_of(client: "ApiClient", *, namespace: str = "default") -> Session:
    """A session around an `ApiClient` of `kubernetes` 35, 36 or 37; closing it leaves the client open."""
    from kubectl_ds.kube.api_client_session import api_client_session

    return Session(transport=api_client_session(client), namespace=namespace)


def session_from(
    path: str | os.PathLike[str], *, namespace: str = "", stdin: TextIO | BinaryIO | None = None
) -> Session:
    """A session whose cluster is a snapshot or a dump, as `--from PATH` reads it; `-` is `stdin`.

    Raises `UsageError` for a path that is not there, `KubectlDsError` for what is no dump.
    """
    from kubectl_ds.kube.dump.opening import open_dump

    return open_dump(os.fspath(path), stdin=stdin, namespace=namespace, variables=os.environ)


def snapshot(
    session: Session, *, namespace: str | None = None, names: Sequence[str] = (), label_selector: str = ""
) -> ClusterSnapshot:
    """One moment of the cluster, with all that any report needs; without a namespace or names, all of it."""
    return _read(session, _FOR_ALL, namespace, names, label_selector)


# --- reports -----------------------------------------------------------------------------------------


def coverage(
    source: Source, *, namespace: str | None = None, names: Sequence[str] = (), label_selector: str = ""
) -> CoverageReport:
    """What `kubectl ds coverage` reports. `report.incomplete` holds what could not be read."""
    return _coverage(_moment(source, _FOR_COVERAGE, namespace, names, label_selector))


def explain(
    source: Source,
    name: str,
    *,
    namespace: str | None = None,
    nodes: Sequence[str] = (),
    pods: Sequence[str] = (),
) -> PlacementReport:
    """What `kubectl ds explain NAME` reports. Raises `NotFoundError` for a name that is not there."""
    moment = _moment(source, _FOR_COVERAGE, namespace, [name])
    return _explain(moment, _the_one(moment, name), nodes=nodes, pods=pods)


def rollout(source: Source, name: str, *, namespace: str | None = None) -> RolloutReport:
    """What `kubectl ds rollout NAME` reports. Raises `NotFoundError` for a name that is not there."""
    moment = _moment(source, _FOR_COVERAGE, namespace, [name])
    return _rollout(moment, _the_one(moment, name))


def history(source: Source, name: str, *, namespace: str | None = None) -> HistoryReport:
    """What `kubectl ds history NAME` reports. Raises `NotFoundError` for a name that is not there."""
    moment = _moment(source, _FOR_HISTORY, namespace, [name])
    return _history(moment, _the_one(moment, name))


def node(
    source: Source, *nodes: str, namespace: str | None = None, required: Iterable[tuple[str, str]] = ()
) -> NodeReport:
    """What `kubectl ds node [NODE...]` reports; `required` are namespaces and names of DaemonSets that must be there.

    Without a namespace the DaemonSets of all of them count.
    """
    if isinstance(source, ClusterSnapshot):
        moment = _moment(source, _FOR_COVERAGE, namespace)
    else:
        scope = Scope(namespace=namespace, nodes=tuple(nodes))
        moment = read_snapshot(source.transport, scope, _FOR_COVERAGE, ReadOptions(start_times=True))
    return _nodes(moment, nodes, required=tuple(required))


def overhead(source: Source, *, namespace: str | None = None, label_selector: str = "") -> OverheadReport:
    """What `kubectl ds overhead` reports; without a namespace, of all DaemonSets."""
    return _overhead(without_idle_gaps(_moment(source, _FOR_OVERHEAD, namespace, (), label_selector)))


def audit(
    source: Source,
    *,
    namespace: str | None = None,
    label_selector: str = "",
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    require: Sequence[str] = (),
    config: str | os.PathLike[str] = "",
    baseline: str | os.PathLike[str] = "",
) -> AuditReport:
    """What `kubectl ds audit` reports, with the words of its flags; `report.is_incomplete`: silence is no verdict.

    A configuration is read where one is named, and not looked for. Raises `UsageError` for rules that there are not,
    for a configuration or a baseline that does not say what can be meant.
    """
    from kubectl_ds.commands.auditing import audit_request

    request = audit_request(
        {
            "select": tuple(select),
            "ignore": tuple(ignore),
            "require": tuple(require),
            "config": os.fspath(config),
            "baseline": os.fspath(baseline),
            "write_baseline": False,
            "fail_on": None,
            "namespace": namespace,
            "all_namespaces": namespace is None,
            "selector": label_selector,
            "field_selector": "",
        }
    )
    moment = without_idle_gaps(_moment(source, _FOR_AUDIT, namespace, (), label_selector))
    return _audit(moment, request.settings, request.policy, rules=request.rules)


def plan(
    source: Source,
    manifests: Sequence[str | os.PathLike[str] | Mapping[str, Any]] = (),
    *,
    namespace: str = "",
    taint: Sequence[str] = (),
    label: Sequence[str] = (),
    nodes: Sequence[str] = (),
    node_selector: str = "",
    add_node: Sequence[str] = (),
    remove_node: Sequence[str] = (),
    drain: Sequence[str] = (),
    delete: Sequence[str] = (),
) -> PlanReport:
    """What `kubectl ds plan` reports if these manifests were applied and the other changes made, all at once.

    Manifests are paths of files and folders, or objects as plain trees; `namespace` is that of objects which name
    none. The other parameters take the words of the flags (`taint=["n7:dedicated=gpu:NoSchedule"]`). Nothing is
    written. Raises `UsageError` for words that mean nothing, `NotFoundError` for nodes and DaemonSets that are not
    there.
    """
    from kubectl_ds.commands.planning import changes_from
    from kubectl_ds.kube.manifests import Manifest, read_manifests

    trees = [Manifest(dict(one), "the manifest") for one in manifests if isinstance(one, Mapping)]
    paths = [os.fspath(one) for one in manifests if not isinstance(one, Mapping)]
    values = {
        "taints": tuple(taint),
        "labels": tuple(label),
        "nodes": tuple(nodes),
        "node_selector": node_selector,
        "added": tuple(add_node),
        "removed": tuple(remove_node),
        "drained": tuple(drain),
        "deleted": tuple(delete),
    }
    read = read_manifests(paths, io.StringIO())
    moment = _moment(source, _FOR_PLAN, None)
    home = namespace or (source.namespace if isinstance(source, Session) else "default")
    changes, ignored = changes_from(values, [*read, *trees], moment, home)
    return _plan(moment, changes, ignored=ignored)


def diff(
    before: Source,
    after: Source,
    *,
    labels: tuple[str, str] = ("before", "after"),
    namespace: str | None = None,
    compare: Literal["auto", "nodes", "counts"] = "auto",
) -> DiffReport:
    """What `kubectl ds diff A B` reports; `labels` are what the sides are called there."""
    one, other = (without_idle_gaps(_moment(side, _FOR_AUDIT, namespace)) for side in (before, after))
    return _diff(one, other, labels=labels, compare=compare)


# --- one moment --------------------------------------------------------------------------------------


def _moment(
    source: Source,
    wants: frozenset[Resource],
    namespace: str | None,
    names: Sequence[str] = (),
    label_selector: str = "",
) -> ClusterSnapshot:
    """What a report is computed from: read now, or what the snapshot holds of it."""
    if isinstance(source, Session):
        return _read(source, wants, namespace, names, label_selector)
    return _held(source, wants, namespace, names, label_selector)


def _read(
    session: Session,
    wants: frozenset[Resource],
    namespace: str | None,
    names: Sequence[str],
    label_selector: str,
) -> ClusterSnapshot:
    if namespace is None and names:
        namespace = session.namespace_of(names)
    scope = Scope(namespace=namespace, names=tuple(names), label_selector=label_selector)
    return read_snapshot(session.transport, scope, wants)


def _held(
    snapshot: ClusterSnapshot,
    wants: frozenset[Resource],
    namespace: str | None,
    names: Sequence[str],
    label_selector: str,
) -> ClusterSnapshot:
    """The snapshot with these DaemonSets alone. Raises `NotFoundError` for a name that is not among them."""
    from kubectl_ds.core.label_selector import parse

    selector = parse(label_selector) if label_selector else None
    chosen = tuple(
        one
        for one in snapshot.daemonsets
        if namespace in (None, one.metadata.namespace)
        and (not names or one.metadata.name in names)
        and (selector is None or selector.matches(one.metadata.labels))
    )
    found = {one.metadata.name for one in chosen}
    if missing := [name for name in names if name not in found]:
        where = "the snapshot" if namespace is None else f"namespace {namespace} of the snapshot"
        raise NotFoundError(f'daemonsets.apps "{missing[0]}" not found in {where}')
    gaps = tuple(gap for gap in snapshot.gaps if gap.resource in wants)
    return replace(snapshot, daemonsets=chosen, gaps=gaps)


def _the_one(moment: ClusterSnapshot, name: str) -> DaemonSet:
    """Raises `UsageError` where several namespaces have one of this name."""
    if len(moment.daemonsets) > 1:
        where = ", ".join(sorted(one.metadata.namespace for one in moment.daemonsets))
        raise UsageError(f"{name} is in namespaces {where}", hint="give the namespace with the name")
    return moment.daemonsets[0]
