"""Numbers and names as the sentences of audit rules spell them."""

from collections.abc import Sequence

_MOST_NAMES = 6


def counted(number: int, noun: str) -> str:
    """`1 node`, `3 nodes`."""
    return f"{number} {noun}{'s' * (number != 1)}"


def of_them(number: int, all_of_them: int) -> str:
    """`1 of the 3 nodes where it belongs has`, `All 3 nodes where it belongs have`."""
    if number == all_of_them:
        return (
            "The one node where it belongs has"
            if number == 1
            else f"All {number} nodes where it belongs have"
        )
    return f"{number} of the {all_of_them} nodes where it belongs {'has' if number == 1 else 'have'}"


def listed(names: Sequence[str], most: int = _MOST_NAMES) -> str:
    """`a`, `a and b`, `a, b and 9 more`: as many as `most` by name."""
    shown = list(names[:most])
    if rest := len(names) - len(shown):
        shown.append(f"{rest} more")
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def command(*words: str) -> str:
    """A command line in a sentence, as Markdown code."""
    return f"`{' '.join(words)}`"
