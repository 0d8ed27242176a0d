"""The same reports for Python programs, as typed values.

    from kubectl_ds import api

    with api.session(context="production") as session:
        report = api.coverage(session, namespace="kube-system", names=["cni"])
    for item in report.items:
        print(item.name, item.summary.missing)
    document = api.to_document(report)          # what `-o json` prints

A session comes from a kubeconfig (`session`) or from an `ApiClient` of the official client that a script
already has (`session_of`). Every function raises `kubectl_ds.errors.KubectlDsError`.
"""

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kubectl_ds.core.coverage import coverage as _coverage
from kubectl_ds.core.coverage_report import CoverageReport
from kubectl_ds.core.explain import explain as _explain
from kubectl_ds.core.explain_report import PlacementReport
from kubectl_ds.core.snapshot import ClusterSnapshot, Resource
from kubectl_ds.kube.connection import ConnectionFlags, Session, open_session
from kubectl_ds.kube.reader import Scope, read_snapshot
from kubectl_ds.output.documents import to_document

if TYPE_CHECKING:
    from kubernetes.client import ApiClient

__all__ = [
    "ClusterSnapshot",
    "CoverageReport",
    "PlacementReport",
    "Session",
    "coverage",
    "explain",
    "session",
    "session_of",
    "snapshot",
    "to_document",
]

_EVERYTHING: frozenset[Resource] = frozenset(("daemonsets", "nodes", "pods", "events", "controllerrevisions"))


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


def snapshot(
    session: Session, *, namespace: str | None = None, names: Sequence[str] = (), label_selector: str = ""
) -> ClusterSnapshot:
    """One moment of the cluster. Without a namespace: all of them, or with names the session's own."""
    if namespace is None and names:
        namespace = session.namespace
    scope = Scope(namespace=namespace, names=tuple(names), label_selector=label_selector)
    return read_snapshot(session.transport, scope, _EVERYTHING)


def coverage(
    session: Session, *, namespace: str | None = None, names: Sequence[str] = (), label_selector: str = ""
) -> CoverageReport:
    """What `kubectl ds coverage` reports. `report.incomplete` holds what could not be read."""
    return _coverage(snapshot(session, namespace=namespace, names=names, label_selector=label_selector))


def explain(
    session: Session,
    name: str,
    *,
    namespace: str | None = None,
    nodes: Sequence[str] = (),
    pods: Sequence[str] = (),
) -> PlacementReport:
    """What `kubectl ds explain NAME` reports."""
    moment = snapshot(session, namespace=namespace, names=[name])
    return _explain(moment, moment.daemonsets[0], nodes=nodes, pods=pods)
