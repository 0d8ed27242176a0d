"""The two sides of `diff`: a snapshot or a dump, a context, or now."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kubectl_ds.commands.options import SERVER
from kubectl_ds.environment import Environment
from kubectl_ds.errors import UsageError

if TYPE_CHECKING:
    from kubectl_ds.core.snapshot import ClusterSnapshot

NOW = "now"
STDIN = "-"
CONTEXT = "context:"
_KEPT = frozenset({"kubeconfig", "kuberc", "verbosity", "color", "request_timeout"})
"""Connection flags that do not belong to the one cluster of `now`."""


def values_of(environment: Environment, values: Mapping[str, Any], word: str) -> dict[str, Any]:
    """The flags with which this side is read. Raises `UsageError` for a word that is none of the three."""
    own = {flag.name: None for flag in SERVER if flag.name not in _KEPT}
    if word == NOW:
        return {**values, "dump": None}
    if word.startswith(CONTEXT) and word != CONTEXT:
        return {**values, **own, "dump": None, "context": word.removeprefix(CONTEXT)}
    if word == STDIN or os.path.exists(word):
        server = {flag.name: None for flag in SERVER if flag.name not in ("verbosity", "color")}
        return {**values, **server, "fast": False, "dump": word}
    contexts = contexts_of(environment, values)
    if word in contexts:
        return {**values, **own, "dump": None, "context": word}
    from difflib import get_close_matches

    near = get_close_matches(word, [NOW, *contexts], n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    raise UsageError(
        f"{word!r} is no file, no folder and no context of the kubeconfig",
        hint=f"{hint}A side is the path of a snapshot or a dump, a context (or context:NAME), or now.",
    )


def contexts_of(environment: Environment, values: Mapping[str, Any]) -> tuple[str, ...]:
    from kubectl_ds.kube.kubeconfig import load_kubeconfig

    return tuple(load_kubeconfig(values["kubeconfig"] or "", environment.variables).contexts)


def taken(environment: Environment, values: Mapping[str, Any], word: str) -> "ClusterSnapshot":
    """One side, read as `audit` reads a cluster. Its gaps are in the report."""
    from kubectl_ds.commands.reading import read_with, scope_from, session_from
    from kubectl_ds.core.audit import WANTED
    from kubectl_ds.core.idle_gaps import without_idle_gaps

    with session_from(environment, values_of(environment, values, word)) as session:
        return without_idle_gaps(read_with(session, values, scope_from(values, (), session), WANTED))
