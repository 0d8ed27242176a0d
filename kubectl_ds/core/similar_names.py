"""Names that look like a misspelling of the one asked for."""

from collections.abc import Iterable

from kubectl_ds.core.natural_order import natural_key

MOST_SIMILAR = 3
_CUTOFF = 0.8


def similar_names(wanted: str, there: Iterable[str]) -> tuple[str, ...]:
    """The same name under another prefix or spelling first, then whatever difflib finds close.

    A long prefix (`nvidia.com/gpu…`) makes nothing close by itself: under the same one the names alone are compared.
    """
    from difflib import get_close_matches

    candidates = sorted(set(there) - {wanted}, key=natural_key)
    prefix, slash, bare = wanted.rpartition("/")
    same = [name for name in candidates if name.rpartition("/")[2].casefold() == bare.casefold()]
    near = get_close_matches(wanted, candidates, cutoff=_CUTOFF)
    if slash:
        under = [name.removeprefix(prefix + slash) for name in candidates if name.startswith(prefix + slash)]
        alike = set(get_close_matches(bare, under, cutoff=_CUTOFF))
        near = [
            name
            for name in near
            if not name.startswith(prefix + slash) or name.removeprefix(prefix + slash) in alike
        ]
    close = [name for name in near if name not in same]
    return tuple([*same, *close][:MOST_SIMILAR])
