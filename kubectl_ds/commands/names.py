"""How a DaemonSet is named on the command line (NAME, ds/NAME, …), and what comes of a name that is not there."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from kubectl_ds.errors import UsageError

if TYPE_CHECKING:
    from kubectl_ds.kube.connection import Session
    from kubectl_ds.kube.scope import Scope

Named = TypeVar("Named")

TYPES = frozenset(
    f"{spelling}{group}"
    for spelling in ("ds", "daemonset", "daemonsets")
    for group in ("", ".apps", ".v1.apps")
)


def daemonset_names(words: Sequence[str]) -> tuple[str, ...]:
    """The names, in order and without repetition. Raises `UsageError` for another type than a DaemonSet."""
    return tuple(dict.fromkeys(names_as_given(words)))


def names_as_given(words: Sequence[str]) -> tuple[str, ...]:
    """The same with every repetition: what prints objects prints one as often as it is named, as kubectl does."""
    return tuple(_name(word) for word in words)


def in_order_of(names: Sequence[str], found: Iterable[Named], name_of: Callable[[Named], str]) -> list[Named]:
    """What is there of the names, as often and in the order in which they were given; all of it without names."""
    by_name = {name_of(one): one for one in found}
    return [by_name[name] for name in names if name in by_name] if names else list(by_name.values())


def tolerant(values: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Of several names kubectl prints those that are there, and only then says which are not."""
    return {**values, "ignore_not_found": bool(values.get("ignore_not_found")) or len(set(names)) > 1}


def refuse_missing(
    session: "Session", values: Mapping[str, Any], scope: "Scope", missing: Sequence[str]
) -> None:
    """Raises `NotFoundError` for what was asked for and is not there, unless --ignore-not-found."""
    if missing and not values.get("ignore_not_found"):
        from kubectl_ds.kube.daemonset_objects import not_found

        raise not_found(session.transport, scope.namespace, missing)


def _name(word: str) -> str:
    kind, slash, name = word.rpartition("/")
    if slash and kind.lower() not in TYPES:
        raise UsageError(f"{word!r} is not a DaemonSet", hint="write NAME, ds/NAME or daemonset/NAME")
    if not name:
        raise UsageError(f"{word!r} names no DaemonSet", hint="write NAME, ds/NAME or daemonset/NAME")
    return name
