"""Text that UTF-8 can hold, whatever a cluster or a file said: what a pipe gets has to be readable to others."""

from typing import Any


def valid_unicode(text: str) -> str:
    """`text` with U+FFFD for each lone surrogate, as Go has it. Everything else stays."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def valid_tree(tree: Any) -> Any:
    """A tree of JSON's kinds with all its texts valid, keys included."""
    match tree:
        case str():
            return valid_unicode(tree)
        case dict():
            return {valid_unicode(str(key)): valid_tree(value) for key, value in tree.items()}
        case list() | tuple():
            return [valid_tree(one) for one in tree]
        case _:
            return tree
