"""How `node` reads: the nodes asked for, what is on them, and nothing else of a large cluster."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from kubectl_ds.commands.reading import (
    EVERYTHING,
    read_options_from,
    say_what_is_lacking,
    scope_from,
    session_from,
)
from kubectl_ds.core.node import nodes
from kubectl_ds.core.node_report import NodeReport
from kubectl_ds.environment import Environment
from kubectl_ds.errors import UsageError
from kubectl_ds.kube.reader import read_snapshot

if TYPE_CHECKING:
    from kubectl_ds.core.snapshot import Resource
    from kubectl_ds.kube.connection import Session
    from kubectl_ds.kube.scope import Scope

WANTS: "frozenset[Resource]" = EVERYTHING
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
        options = replace(read_options_from(values), start_times=True)
        snapshot = read_snapshot(session.transport, scope, WANTS, options)
    say_what_is_lacking(environment, snapshot, scope, empty_is_fine=True)
    return nodes(snapshot, names, required=required)


def node_scope(values: Mapping[str, Any], names: Sequence[str], session: "Session") -> "Scope":
    """All namespaces unless one is named: a node waits for the DaemonSets of all of them."""
    everywhere = values["all_namespaces"] or not values["namespace"]
    scope = scope_from({**values, "all_namespaces": everywhere}, (), session)
    return replace(scope, nodes=tuple(names))
