"""From parsed flags to an open session and a snapshot, and from a snapshot's gaps to an exit code."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from kubectl_ds.commands.options import connection_flags
from kubectl_ds.commands.progress import shown_progress
from kubectl_ds.environment import Environment
from kubectl_ds.errors import UsageError
from kubectl_ds.exit_codes import ExitCode
from kubectl_ds.output.style import Style
from kubectl_ds.output.terminal_text import safe

if TYPE_CHECKING:
    from kubectl_ds.core.snapshot import ClusterSnapshot, Resource
    from kubectl_ds.kube.connection import Session
    from kubectl_ds.kube.reader import ReadOptions, Scope

LOG_REQUESTS_FROM = 6
"""kubectl logs each request from -v=6 on."""

EVERYTHING: "frozenset[Resource]" = frozenset(
    ("daemonsets", "nodes", "pods", "events", "controllerrevisions")
)


@contextmanager
def session_from(environment: Environment, values: Mapping[str, Any]) -> "Iterator[Session]":
    """The session that the flags ask for, closed at the end whatever happens."""
    from msgspec.structs import replace

    with opened(environment, values, may_ask=True) as session:
        if logs_requests(values):
            session = logged(session, environment)
        else:
            # Beside a line for each request a bar would be in the way.
            session = replace(session, progress=lambda: shown_progress(environment))
        yield session


def opened(environment: Environment, values: Mapping[str, Any], *, may_ask: bool) -> "Session":
    """A session as the flags have it. With `may_ask` a credential plugin may use the terminal, where there is one."""
    if values.get("dump"):
        from kubectl_ds.commands.dumps import session_of_dump

        return session_of_dump(environment, values)
    from kubectl_ds.kube.connection import open_session

    return open_session(
        connection_flags(values),
        environment.variables,
        stdin_is_tty=may_ask and environment.stdin_is_terminal,
        stderr=environment.stderr,
    )


def logs_requests(values: Mapping[str, Any]) -> bool:
    return bool(values.get("verbosity", 0) >= LOG_REQUESTS_FROM)


def logged(session: "Session", environment: Environment, whose: str = "") -> "Session":
    """The same session, which says each request on standard error, with `whose` before it."""
    from msgspec.structs import replace

    from kubectl_ds.kube.logged_transport import LoggedTransport

    def log(line: str) -> None:
        print(safe(f"{whose}{line}"), file=environment.stderr)

    return replace(session, transport=LoggedTransport(session.transport, log))


def everywhere_unless_named(values: Mapping[str, Any]) -> dict[str, Any]:
    """The flags of a command that looks in all namespaces where none is given."""
    return {**values, "all_namespaces": values["all_namespaces"] or not values["namespace"]}


def scope_from(values: Mapping[str, Any], names: Sequence[str], session: "Session") -> "Scope":
    """Which DaemonSets are meant. Raises `UsageError` where kubectl would refuse the combination."""
    from kubectl_ds.kube.reader import Scope

    everywhere = bool(values.get("all_namespaces"))
    selectors = (values.get("selector") or "", values.get("field_selector") or "")
    if names and everywhere:
        raise UsageError(
            "a resource cannot be retrieved by name across all namespaces",
            hint="give -n NAMESPACE with the name",
        )
    if names and any(selectors):
        raise UsageError("name cannot be provided when a selector is specified", hint="give one of the two")
    return Scope(
        namespace=None if everywhere else session.namespace_of(names),
        names=tuple(names),
        label_selector=selectors[0],
        field_selector=selectors[1],
    )


def read_options_from(values: Mapping[str, Any]) -> "ReadOptions":
    from kubectl_ds.kube.reader import ReadOptions

    return ReadOptions(
        chunk_size=values.get("chunk_size", 500),
        fast=bool(values.get("fast")),
        ignore_not_found=bool(values.get("ignore_not_found")),
    )


def take_snapshot(
    environment: Environment,
    values: Mapping[str, Any],
    names: Sequence[str],
    wants: "frozenset[Resource]" = EVERYTHING,
    *,
    concerning: "Callable[[ClusterSnapshot], ClusterSnapshot] | None" = None,
) -> "ClusterSnapshot":
    """One moment of the cluster, read with the flags given; gaps are said on standard error.

    `concerning` drops those that the answer does not rest on.
    """
    with session_from(environment, values) as session:
        scope = scope_from(values, names, session)
        snapshot = read_with(session, values, scope, wants)
    if concerning is not None:
        snapshot = concerning(snapshot)
    say_what_is_lacking(environment, snapshot, scope)
    return snapshot


def read_with(
    session: "Session", values: Mapping[str, Any], scope: "Scope", wants: "frozenset[Resource]" = EVERYTHING
) -> "ClusterSnapshot":
    """One moment, over a session that stays open."""
    from kubectl_ds.kube.reader import read_snapshot

    with showing_progress(session, values) as options:
        return read_snapshot(session.transport, scope, wants, options)


@contextmanager
def showing_progress(session: "Session", values: Mapping[str, Any]) -> "Iterator[ReadOptions]":
    """How to read, for a read that is whole at the end of the block."""
    from msgspec.structs import replace

    options = read_options_from(values)
    if session.progress is None:
        yield options
        return
    with session.progress() as on_progress:
        yield replace(options, on_progress=on_progress)


def say_what_is_lacking(
    environment: Environment, snapshot: "ClusterSnapshot", scope: "Scope", *, empty_is_fine: bool = False
) -> None:
    if not snapshot.daemonsets and not scope.names and not empty_is_fine:
        say_nothing_found(environment, scope.namespace)
    for gap in snapshot.gaps:
        print(f"warning: {safe(gap.message)}", file=environment.stderr)


def say_nothing_found(environment: Environment, namespace: str | None) -> None:
    """kubectl's own words, on standard error, exit code 0."""
    where = "" if namespace is None else f" in {safe(namespace)} namespace."
    print(f"No resources found{where}", file=environment.stderr)


def style_from(environment: Environment, values: Mapping[str, Any]) -> Style:
    return Style(
        color=environment.allows_colour(values.get("color") or "auto"),
        width=environment.width(),
        headers=not values.get("no_headers"),
    )


def exit_code_for(values: Mapping[str, Any], *, incomplete: bool, findings: bool) -> ExitCode:
    """Incomplete data never gives 0 or 1 unless --allow-partial says that it may."""
    if incomplete and not values.get("allow_partial"):
        return ExitCode.UNAVAILABLE
    return ExitCode.FINDINGS if findings and values.get("exit_code") else ExitCode.OK
