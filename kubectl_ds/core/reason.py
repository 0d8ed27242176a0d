"""What every reason has: a code that scripts read, where it was seen, and whether it passes by itself."""

from typing import ClassVar, Literal

from msgspec import Struct

Source = Literal["event", "node", "daemonset", "pod", "computed"]
"""Where the fact stands: in an event's words, in an object, or worked out from several objects."""

Outlook = Literal["heals", "stuck", "unknown"]
"""`heals`: Kubernetes gets past it alone. `stuck`: not before somebody acts. `unknown`: cannot be told."""


class Fact(Struct, frozen=True, kw_only=True, gc=False):
    """Base of the reasons: facts only, no prose (the sentences are in output/reasons.py).

    A reason class has `code`, `source` and `outlook`. `varying` names the fields that may differ between
    nodes that suffer from one and the same cause (a pod's name, an age, the free amount): the cause is
    counted once over all of them.
    """

    varying: ClassVar[frozenset[str]] = frozenset()

    def cause(self) -> tuple[object, ...]:
        """Equal for reasons that are one cause, whichever node they were found on."""
        fields = (name for name in self.__struct_fields__ if name not in self.varying)
        return (type(self).__name__, *(getattr(self, name) for name in fields))


def worst(outlooks: list[Outlook]) -> Outlook | None:
    """The outlook of several reasons together: one that is stuck holds the whole node."""
    for outlook in ("stuck", "unknown", "heals"):
        if outlook in outlooks:
            return outlook
    return None
