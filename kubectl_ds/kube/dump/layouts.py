"""Where the tools that make dumps put their lists: a file stands for a resource, and for a namespace if it has any."""

from collections.abc import Sequence
from typing import Final, Protocol

from msgspec import Struct

from kubectl_ds.kube.api_server.resources import SERVED, ServedResource

_BY_NAME: Final = {
    name: one
    for one in SERVED
    if one.kind != "PodMetrics"
    for name in (one.plural, one.singular, *one.short_names)
}


class Place(Struct, frozen=True, kw_only=True):
    """What a file holds by its name: all objects of a resource in a namespace ("": in the cluster).

    `one_of_many`: just one of them, and the others are in the files beside it.
    """

    resource: ServedResource
    namespace: str = ""
    one_of_many: bool = False


class Layout(Protocol):
    """One way to lay out a dump. `root` is where it begins in the archive: "" or a path with a `/` at its end."""

    def roots(self, names: Sequence[str]) -> list[str]:
        """The folders that are laid out so."""
        ...

    def place_of(self, name: str) -> Place | None:
        """What a file below a root holds; None for what is not read."""
        ...

    def is_of_every_namespace(self, namespaces: frozenset[str], listed: frozenset[str]) -> bool:
        """Whether there can be no others: `namespaces` that have lists, `listed` in the dump's list of namespaces."""
        ...


IN_EVERY_CLUSTER: Final = frozenset({"default", "kube-system", "kube-public"})
"""Nobody names these one by one: where all of them are, all namespaces are."""


def resource_named(name: str) -> ServedResource | None:
    """`daemonsets`, `daemonset`, `ds`, `pods` …"""
    return _BY_NAME.get(name.lower())
