"""What a dump holds: objects by resource, and of which namespaces it holds them all."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from kubectl_ds.errors import ApiError, ConnectionFailed, NotHeld
from kubectl_ds.kube.api_server.resources import ServedResource
from kubectl_ds.kube.api_server.store import Key, Moment, Stored

_VERSION = 1
_NAMED_AT_MOST = 5


class Extent(Struct, frozen=True, kw_only=True):
    """How much of a resource is held. Neither `everywhere` nor a namespace: only what came one by one."""

    everywhere: bool = False
    """All of it: of a resource without namespaces, or of every namespace."""
    namespaces: frozenset[str] = frozenset()
    """These in full."""


How = Literal["refused", "failed", "not held", "partial"]
"""An answer that is an error, none at all, or a dump that the snapshot was made from and that had it not, or not
wholly so."""


class Refusal(Struct, frozen=True, kw_only=True):
    """A list that could not be read when the dump was made: said again as it was said then."""

    message: str
    how: How
    status: int = 0
    """The HTTP code, 0 where there was none."""

    def lacks(self) -> str:
        """What the list lacked though it was there. Raises what it raised if it was not."""
        match self.how:
            case "refused":
                raise ApiError(self.message, status=self.status)
            case "failed":
                raise ConnectionFailed(self.message)
            case "not held":
                raise NotHeld(self.message)
            case "partial":
                return self.message


class Holdings:
    """Read-only, and so safe to use from several threads. `where` names the dump in sentences."""

    def __init__(
        self,
        where: str,
        objects: Mapping[str, Iterable[Stored]],
        extents: Mapping[str, Extent],
        *,
        refusals: Mapping[tuple[str, str], Refusal] | None = None,
        taken_at: datetime | None = None,
        namespace: str = "",
        git_version: str = "",
    ) -> None:
        """`objects` and `extents` by qualified resource; `refusals` by it and by namespace, "" for all of them.

        `namespace` is the one of the context in which a snapshot was taken.
        """
        self.where = where
        self.taken_at = taken_at
        self.namespace = namespace
        self.git_version = git_version
        self._by_key = {name: {one.key: one for one in held} for name, held in objects.items()}
        self._moments = {
            name: Moment(_VERSION, tuple(held[key] for key in sorted(held)))
            for name, held in self._by_key.items()
        }
        self._extents = extents
        self._refusals = refusals or {}

    @property
    def homes(self) -> dict[str, tuple[str, ...]]:
        """The namespaces in which there is a DaemonSet of each name."""
        homes: dict[str, tuple[str, ...]] = {}
        for namespace, name in sorted(self._by_key.get("daemonsets.apps", ())):
            homes[name] = (*homes.get(name, ()), namespace)
        return homes

    def holds_all(self, qualified: str) -> bool:
        """Whether all objects of a resource are held, of whatever namespace."""
        return self._extents.get(qualified, Extent()).everywhere

    def moment(self, resource: ServedResource, at: int | None = None) -> Moment:
        """All objects of a resource: a dump knows one moment."""
        return self._moments.get(resource.qualified) or Moment(_VERSION, ())

    def find(self, resource: ServedResource, key: Key) -> Stored | None:
        """One object."""
        return self._by_key.get(resource.qualified, {}).get(key)

    def lacks(self, resource: ServedResource, namespace: str) -> str:
        """What a list may lack though it was asked for, in one sentence; nothing when it is whole.

        Raises `NotHeld` when there is no such list, and what the list raised when the dump was made.
        """
        extent = self._extents.get(resource.qualified)
        refusal = self._refusals.get((resource.qualified, namespace)) or self._refusals.get(
            (resource.qualified, "")
        )
        if refusal is not None:
            return refusal.lacks()
        if extent is None:
            raise NotHeld(f"{self.where} holds no {_words(resource)}")
        if extent.everywhere or namespace in extent.namespaces:
            return ""
        if not extent.namespaces or namespace:
            if not self._holds_any(resource, namespace):
                raise NotHeld(f"{self.where} holds no {_words(resource)} of namespace {namespace}")
            return f"{self.where} holds single {_words(resource)}, which may not be all of them"
        return (
            f"{self.where} may hold {_words(resource)} of some namespaces alone: {_listed(extent.namespaces)}"
        )

    def _holds_any(self, resource: ServedResource, namespace: str) -> bool:
        return any(not namespace or key[0] == namespace for key in self._by_key.get(resource.qualified, ()))


def _words(resource: ServedResource) -> str:
    return "podmetrics" if resource.kind == "PodMetrics" else resource.plural


def _listed(namespaces: Iterable[str]) -> str:
    names = sorted(namespaces)
    further = f" and {len(names) - _NAMED_AT_MOST} more" if len(names) > _NAMED_AT_MOST else ""
    return ", ".join(names[:_NAMED_AT_MOST]) + further
