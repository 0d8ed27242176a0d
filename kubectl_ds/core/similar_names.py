"""Names that look like a misspelling of the one asked for."""

from collections.abc import Iterable

from kubectl_ds.core.natural_order import natural_key

MOST_SIMILAR = 3
_CUTOFF = 0.8


def similar_names(wanted: str, there: Iterable[str]) -> tuple[str, ...]:
    """The same name under another prefix or spelling first, then whatever difflib finds close."""
    from difflib import get_close_matches

    candidates = sorted(set(there) - {wanted}, key=natural_key)
    bare = wanted.rpartition("/")[2].casefold()
    same = [name for name in candidates if name.rpartition("/")[2].casefold() == bare]
    close = [name for name in get_close_matches(wanted, candidates, cutoff=_CUTOFF) if name not in same]
    return tuple([*same, *close][:MOST_SIMILAR])
