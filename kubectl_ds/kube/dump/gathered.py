"""What has been found of a dump so far: objects as they come, and what may be concluded of where they came from."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from kubectl_ds.errors import KubectlDsError
from kubectl_ds.kube.api_server.resources import SERVED, ServedResource
from kubectl_ds.kube.api_server.store import Key, Stored
from kubectl_ds.kube.dump.holdings import Extent, Holdings, Refusal
from kubectl_ds.kube.dump.objects import ObjectReader, Text, resource_of

CLUSTER_WIDE: Final = frozenset(one.qualified for one in SERVED if not one.namespaced)


class Gathered:
    """Filled by the readers of each kind of dump; `holdings` ends it."""

    def __init__(self, where: str) -> None:
        self._dump = where
        self._file = ""
        self.taken_at: datetime | None = None
        """A dump that knows its own moment sets it; otherwise it is the newest of its objects."""
        self.namespace = ""
        self.git_version = ""
        self.refusals: dict[tuple[str, str], Refusal] = {}
        self._objects: dict[str, dict[Key, Stored]] = {}
        self._extents: dict[str, Extent] = {}
        self._newest = ""
        self._reader = ObjectReader()
        self._empty: list[ServedResource] = []
        self._of_one: dict[ServedResource, set[str]] = {}

    @property
    def where(self) -> str:
        """What is being read, in sentences."""
        return f"{self._file} in {self._dump}" if self._file else self._dump

    def at(self, file: str) -> None:
        """What comes now is from this file of the dump."""
        self._file = file

    def take(self, body: Text, kind: str, api_version: str) -> tuple[ServedResource, str] | None:
        """Keep an object that can matter: its resource and namespace, or None for any other kind.

        An object that comes twice is kept as it came last.
        """
        resource = resource_of(kind, api_version)
        if resource is None:
            return None
        return resource, self.keep(resource, body)

    def keep(self, resource: ServedResource, body: Text) -> str:
        """Keep an object of a resource that is known; its namespace."""
        one, moment = self._reader.stored(resource, body, self.where)
        if moment > self._newest and _moment_of(moment) is not None:
            self._newest = moment
        self._objects.setdefault(resource.qualified, {})[one.key] = one
        self._extents.setdefault(resource.qualified, Extent())
        return one.key[0]

    def knows(self, resource: ServedResource, namespaces: Iterable[str] | None) -> None:
        """All objects of a resource are here: of these namespaces, or (None) of the whole cluster."""
        known = self._extents.get(resource.qualified, Extent())
        self._extents[resource.qualified] = Extent(
            everywhere=known.everywhere or namespaces is None or not resource.namespaced,
            namespaces=known.namespaces.union(namespaces or ()),
        )

    def of_one_namespace(self, resource: ServedResource, namespace: str) -> None:
        """A list in which only this namespace occurs: of it all is here, and perhaps of all others too."""
        self._of_one.setdefault(resource, set()).add(namespace)
        self.knows(resource, {namespace})

    def found_none(self, resource: ServedResource) -> None:
        """An empty list, which says nothing of namespaces: it is taken to be of those that the others are of."""
        self._empty.append(resource)

    def names_of(self, qualified: str) -> frozenset[str]:
        """The names of the objects found so far of a resource."""
        return frozenset(name for _, name in self._objects.get(qualified, ()))

    def _settle_lists_of_one(self) -> None:
        """kubectl lists one namespace or all, and people ask for all kinds alike.

        Where one list of a dump is of several namespaces, another in which only one occurs is of all too, unless the
        dump itself shows otherwise.
        """
        if not any(one.everywhere for name, one in self._extents.items() if name not in CLUSTER_WIDE):
            return
        for resource, namespaces in self._of_one.items():
            if len(namespaces) == 1 and not self._shows_others(resource.qualified, namespaces):
                self.knows(resource, None)

    def _shows_others(self, qualified: str, namespaces: set[str]) -> bool:
        """Whether there are objects of a resource elsewhere, by what others say of them."""
        daemonsets = self._objects.get("daemonsets.apps", {})
        match qualified:
            case "daemonsets.apps":
                return not self._reader.controllers <= daemonsets.keys()
            case "pods":
                return not self._reader.populated <= namespaces
            case "controllerrevisions.apps":
                return not {namespace for namespace, _ in daemonsets} <= namespaces
            case _:
                return False

    def _settle_empty_lists(self) -> None:
        others = [one for name, one in self._extents.items() if name not in CLUSTER_WIDE]
        namespaces = frozenset[str]().union(*(one.namespaces for one in others))
        everywhere = bool(others) and all(one.everywhere for one in others)
        for resource in self._empty:
            if not resource.namespaced or everywhere:
                self.knows(resource, None)
            elif namespaces:
                self.knows(resource, namespaces)

    def holdings(self) -> Holdings:
        """Everything. Raises `KubectlDsError` when nothing of use was found."""
        self._file = ""
        self._settle_lists_of_one()
        self._settle_empty_lists()
        if not self._extents:
            raise KubectlDsError(
                f"{self.where} holds nothing that could be read here: no DaemonSets, nodes or pods",
                hint="made by `kubectl get ds,nodes,pods,events,controllerrevisions -A -o json > FILE`, for one",
            )
        return Holdings(
            self.where,
            {name: held.values() for name, held in self._objects.items()},
            self._extents,
            refusals=self.refusals,
            taken_at=self.taken_at or _moment_of(self._newest),
            namespace=self.namespace,
            git_version=self.git_version,
        )


def _moment_of(text: str) -> datetime | None:
    """In UTC; None for what looks like a moment and is none, such as the 31st of February."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return None
