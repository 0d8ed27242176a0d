"""Types made known to msgspec one at a time: while it learns one, another thread must not meet its half.

msgspec notes what it knows of a Struct on the class before it knows all of it, and runs Python code in between.
A thread that builds a decoder meanwhile takes the half for the whole, and decoding with that is a segmentation
fault. So whatever is decoded on threads goes through `learned` first; afterwards it is complete.
"""

import threading
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

_one_at_a_time = threading.Lock()
_learned: set[Any] = set()


def learned(model: type[T]) -> type[T]:
    """The same type, with nothing left that msgspec would have to learn of it."""
    if model not in _learned:
        with _one_at_a_time:
            msgspec.json.Decoder(model)
            _learned.add(model)
    return model
