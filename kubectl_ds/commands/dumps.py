"""`--from PATH`: what goes together with a dump in place of a cluster, and the session that it gives."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kubectl_ds.commands.options import connection_flags
from kubectl_ds.environment import Environment
from kubectl_ds.errors import UsageError
from kubectl_ds.kube.dump.opening import STDIN, open_dump

if TYPE_CHECKING:
    from kubectl_ds.kube.connection import Session

_HARMLESS = frozenset({"namespace", "cache_dir"})
"""Flags of a connection that mean something without one, or nothing at all."""
_FOLLOWING = ("watch", "watch_only", "wait")


def session_of_dump(environment: Environment, values: Mapping[str, Any]) -> "Session":
    """The session of `--from`. Raises `UsageError` for what does not go together with it, and what `open_dump` does."""
    refuse_what_needs_a_cluster(values)
    return open_dump(
        values["dump"],
        stdin=environment.stdin,
        namespace=values.get("namespace") or "",
        variables=environment.variables,
    )


def refuse_what_needs_a_cluster(values: Mapping[str, Any]) -> None:
    """Raises `UsageError`."""
    flags = connection_flags(values)
    given = [name for name in flags.__struct_fields__ if getattr(flags, name) and name not in _HARMLESS]
    if given:
        raise UsageError(
            f"--from and {_spelled(given[0])} exclude each other", hint="a dump is read without a connection"
        )
    if followed := next((name for name in _FOLLOWING if values.get(name)), ""):
        raise UsageError(f"--from and {_spelled(followed)} exclude each other", hint="a dump does not change")
    if values.get("fast"):
        raise UsageError("--from and --fast exclude each other", hint="a dump has no watch cache")
    if values["dump"] == STDIN and STDIN in (values.get("filenames") or ()):
        raise UsageError("--from - and -f - both read standard input", hint="give one of them as a file")


def _spelled(name: str) -> str:
    """The flag behind a parameter."""
    return "--as" if name == "as_user" else f"--{name.replace('_', '-')}"
