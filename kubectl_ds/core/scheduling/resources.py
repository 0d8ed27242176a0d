"""Too little CPU, memory, storage, devices or pod slots on the target node."""

from typing import ClassVar

from msgspec import Struct

from kubectl_ds.core.reason import Fact, Outlook, Source
from kubectl_ds.core.scheduling.relief import OUTLOOK_OF_RELIEF, Relief

_OWN_CODES = {
    "cpu": "InsufficientCPU",
    "memory": "InsufficientMemory",
    "ephemeral-storage": "InsufficientEphemeralStorage",
}


class Added(Struct, frozen=True):
    """How much of a request the template does not ask for: a RuntimeClass's overhead, and what admission set."""

    overhead: int = 0
    admission: int = 0


class Holder(Struct, frozen=True):
    """The pod of a node that requests most of a resource; `pod` is `namespace/name`."""

    pod: str
    amount: int


class InsufficientResource(Fact, frozen=True):
    """The pod asks for more of a resource than is free on its node.

    Amounts are millicores for cpu and whole units (bytes, pieces) for the rest. `requested` and `free` are
    None when only the scheduler's words are known. Extended resources share the code `InsufficientResource`
    and differ in `resource`.
    """

    varying: ClassVar[frozenset[str]] = frozenset({"free", "allocatable", "holder"})

    resource: str
    requested: int | None
    free: int | None
    allocatable: int
    relief: Relief
    added: Added = Added()
    holder: Holder | None = None
    """None where nothing on the node requests any, or the pods there could not be read."""

    @property
    def code(self) -> str:
        return _OWN_CODES.get(self.resource, "InsufficientResource")

    @property
    def source(self) -> Source:
        return "pod" if self.requested is None else "computed"

    @property
    def outlook(self) -> Outlook:
        return "stuck" if self.too_large else OUTLOOK_OF_RELIEF[self.relief]

    @property
    def too_large(self) -> bool:
        """The request alone is more than the node has: no eviction will ever do."""
        return self.requested is not None and self.requested > self.allocatable

    def cause(self) -> tuple[object, ...]:
        return (*super().cause(), self.too_large)


class TooManyPods(Fact, frozen=True):
    """The node's pod slots are all taken."""

    code: ClassVar[str] = "TooManyPods"
    varying: ClassVar[frozenset[str]] = frozenset({"pods"})

    pods: int | None
    """How many are there; None when only the scheduler's words are known."""
    allocatable: int
    relief: Relief

    @property
    def source(self) -> Source:
        return "pod" if self.pods is None else "computed"

    @property
    def outlook(self) -> Outlook:
        return "stuck" if self.allocatable == 0 else OUTLOOK_OF_RELIEF[self.relief]
