"""How `node` reads: the nodes asked for, what is on them, and nothing else of a large cluster."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from kubectl_ds.commands.following import following
from kubectl_ds.commands.reading import (
    EVERYTHING,
    everywhere_unless_named,
    read_options_from,
    say_what_is_lacking,
    scope_from,
    session_from,
)
from kubectl_ds.commands.waiting import timeout_seconds
from kubectl_ds.core.node import nodes
from kubectl_ds.core.node_report import NodeReport
from kubectl_ds.core.ownership import target_node_name
from kubectl_ds.environment import Environment
from kubectl_ds.errors import UsageError
from kubectl_ds.kube.reader import read_snapshot

if TYPE_CHECKING:
    from kubectl_ds.core.snapshot import ClusterSnapshot
    from kubectl_ds.kube.connection import Session
    from kubectl_ds.kube.scope import Scope

_TYPES = frozenset({"node", "nodes", "no"})


def node_names(words: Sequence[str]) -> tuple[str, ...]:
    """NAME, node/NAME, no/NAME; each once. Raises `UsageError` for another type."""
    names = []
    for word in words:
        kind, slash, name = word.rpartition("/")
        if (slash and kind.lower() not in _TYPES) or not name:
            raise UsageError(f"{word!r} is not a node", hint="write NAME or node/NAME")
        names.append(name)
    return tuple(dict.fromkeys(names))


def nodes_report(
    environment: Environment,
    values: Mapping[str, Any],
    names: Sequence[str],
    required: Collection[tuple[str, str]],
) -> NodeReport:
    """One look at these nodes, or at all of them."""
    with session_from(environment, values) as session:
        scope = node_scope(values, names, session)
        snapshot = _read(session, values, scope)
    say_what_is_lacking(environment, snapshot, scope, empty_is_fine=True)
    return nodes(snapshot, names, required=required)


def report_once_covered(
    environment: Environment,
    values: Mapping[str, Any],
    names: Sequence[str],
    required: Collection[tuple[str, str]],
) -> NodeReport:
    """The first moment at which all that count are Ready on these nodes, or the last one before time was up.

    A node that is not there yet is waited for. Raises the error of a connection that is broken when time is up.
    """
    patience = timeout_seconds(values.get("timeout") or "")
    with following(environment, values, names, timeout=patience, scope_of=node_scope) as follower:
        snapshot = follower.begin(empty_is_fine=True)
        while not follower.time_is_up:
            seen = nodes(about_nodes(snapshot, names), names, required=required)
            if seen.is_covered and follower.live.lost is None:
                break
            follower.next()
            snapshot = follower.live.snapshot()
        if follower.live.lost is not None:
            raise follower.live.lost
        follower.live.close()
        # What is watched is as narrow as a watch can be; the last word is read as without --wait.
        return nodes(_read(follower.session, values, follower.scope), names, required=required)


def _read(session: "Session", values: Mapping[str, Any], scope: "Scope") -> "ClusterSnapshot":
    options = replace(read_options_from(values), start_times=True)
    return read_snapshot(session.transport, scope, EVERYTHING, options)


def about_nodes(snapshot: "ClusterSnapshot", names: Sequence[str]) -> "ClusterSnapshot":
    """The snapshot with only these nodes: nothing else has to be worked out anew at every change."""
    if not names:
        return snapshot
    chosen = frozenset(names)
    return replace(
        snapshot,
        nodes=tuple(node for node in snapshot.nodes if node.metadata.name in chosen),
        pods=tuple(pod for pod in snapshot.pods if target_node_name(pod) in chosen),
        some_nodes=True,
    )


def node_scope(values: Mapping[str, Any], names: Sequence[str], session: "Session") -> "Scope":
    """All namespaces unless one is named: a node waits for the DaemonSets of all of them."""
    scope = scope_from(everywhere_unless_named(values), (), session)
    return replace(scope, nodes=tuple(names))
