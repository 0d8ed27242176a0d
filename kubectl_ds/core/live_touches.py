"""What a batch of changes touches of a live coverage, and when a change is none."""

from typing import Any, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from kubectl_ds.core.model import DaemonSet, Node, ObjectMeta, Pod
from kubectl_ds.core.object_key import Key

Watched = TypeVar("Watched", DaemonSet, Node, Pod)


class Touch(Struct):
    """What a batch touches of one DaemonSet."""

    pods: dict[Key, Pod | None] = field(default_factory=dict)
    targets: set[str] = field(default_factory=set)
    """The nodes that these pods are, or were, meant for."""
    names: set[str] = field(default_factory=set)
    """Nodes of whose pods an event tells something else."""
    missing: bool = False
    """Why pods are missing may be another thing."""
    revisions: bool = False
    anew: bool = False


class Touches(Struct):
    """What a batch touches of all of them."""

    daemonsets: dict[str, Touch] = field(default_factory=dict)
    nodes: set[str] = field(default_factory=set)
    """Nodes that came, went, or changed in anything that the rules look at."""
    places: set[str] = field(default_factory=set)
    """Nodes on which the room is another one."""
    came: dict[str, DaemonSet] = field(default_factory=dict)
    went: list[str] = field(default_factory=list)

    def of(self, uid: str) -> Touch:
        return self.daemonsets.setdefault(uid, Touch())


def is_the_same(before: Watched | None, after: Watched | None) -> bool:
    """Whether nothing differs but the version: a kubelet that reports that all is as it was."""
    if before is None or after is None or not is_like(before.metadata, after.metadata):
        return False
    return before.spec == after.spec and before.status == after.status


def is_like(before: ObjectMeta, after: ObjectMeta) -> bool:
    """Whether metadata differ in nothing but the versions of object and spec."""
    versions = {"resource_version": after.resource_version, "generation": after.generation}
    return replace(before, **versions) == after


def template_of(raw: Any) -> Any:
    return (raw or {}).get("spec", {}).get("template")
