"""How a DaemonSet is named on the command line: NAME, ds/NAME, daemonset/NAME, daemonsets.v1.apps/NAME."""

from collections.abc import Sequence

from kubectl_ds.errors import UsageError

TYPES = frozenset(
    f"{spelling}{group}"
    for spelling in ("ds", "daemonset", "daemonsets")
    for group in ("", ".apps", ".v1.apps")
)


def daemonset_names(words: Sequence[str]) -> tuple[str, ...]:
    """The names, in order and without repetition. Raises `UsageError` for another type than a DaemonSet."""
    return tuple(dict.fromkeys(_name(word) for word in words))


def _name(word: str) -> str:
    kind, slash, name = word.rpartition("/")
    if slash and kind.lower() not in TYPES:
        raise UsageError(f"{word!r} is not a DaemonSet", hint="write NAME, ds/NAME or daemonset/NAME")
    if not name:
        raise UsageError(f"{word!r} names no DaemonSet", hint="write NAME, ds/NAME or daemonset/NAME")
    return name
