"""Objects that differ in a few texts only: dumped once, filled in many thousand times."""

import json
import re
from collections.abc import Mapping
from typing import Any

_HOLE = re.compile(rb"@\{(\w+)\}")


class Template:
    """JSON of a tree in which `@{name}` stands for a text that is filled in later, as it is.

    Values are inserted unescaped: they are names, times and addresses.
    """

    def __init__(self, tree: Any) -> None:
        text = json.dumps(tree, separators=(",", ":")).encode().replace(b"%", b"%%")
        self._format = _HOLE.sub(rb"%(\1)b", text)

    def fill(self, values: Mapping[bytes, bytes]) -> bytes:
        """The object as JSON."""
        return self._format % values
