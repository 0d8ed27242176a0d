"""A folder or an archive as one dump: by the layout of the tool that made it, else every list in it."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from kubectl_ds.kube.api_server.resources import ServedResource
from kubectl_ds.kube.dump.cluster_info import ClusterInfoDump
from kubectl_ds.kube.dump.files import Files
from kubectl_ds.kube.dump.gathered import Gathered
from kubectl_ds.kube.dump.holdings import Refusal
from kubectl_ds.kube.dump.layouts import Layout, Place, resource_named
from kubectl_ds.kube.dump.lists import read_placed
from kubectl_ds.kube.dump.must_gather import MustGather
from kubectl_ds.kube.dump.texts import read_text
from kubectl_ds.kube.dump.troubleshoot import VERSION, TroubleshootBundle, errors_of

_LAYOUTS: Final[tuple[Layout, ...]] = (TroubleshootBundle(), MustGather(), ClusterInfoDump())
_ENDINGS: Final = (".json", ".yaml", ".yml")


def read_files(files: Files, gathered: Gathered) -> None:
    """Everything that matters in them. Raises `KubectlDsError` where nothing does, or a file cannot be read."""
    names = files.names()
    for layout in _LAYOUTS:
        roots = layout.roots(names)
        if roots:
            _LaidOut(layout, roots, gathered).read(files)
            return
    for name, content in files.read(lambda name: name.endswith(_ENDINGS)):
        gathered.at(name)
        read_text(content, gathered, resource_named(name.rpartition("/")[2].partition(".")[0]))


class _LaidOut:
    """A dump whose files say by their names what they are."""

    def __init__(self, layout: Layout, roots: Sequence[str], gathered: Gathered) -> None:
        self._layout, self._gathered = layout, gathered
        # The deepest first: a file belongs to the nearest root above it.
        self._roots = sorted(roots, key=len, reverse=True)
        self._namespaces: dict[ServedResource, set[str]] = {}

    def read(self, files: Files) -> None:
        """All that has a place, and then what can be concluded of it."""
        for name, content in files.read(self._matters):
            below = self._below(name)
            place = self._layout.place_of(below)
            self._gathered.at(name)
            if place is not None:
                self._place(place, content)
            elif below == VERSION:
                self._gathered.git_version = _git_version(content)
            else:
                self._errors(errors_of(below), content)
        listed = self._gathered.names_of("namespaces")
        for resource, namespaces in self._namespaces.items():
            every = self._layout.is_of_every_namespace(frozenset(namespaces), listed)
            self._gathered.knows(resource, None if every else namespaces)

    def _below(self, name: str) -> str:
        return next((name[len(root) :] for root in self._roots if name.startswith(root)), "")

    def _matters(self, name: str) -> bool:
        below = self._below(name)
        if self._layout.place_of(below) is not None:
            return True
        return isinstance(self._layout, TroubleshootBundle) and (below == VERSION or bool(errors_of(below)))

    def _place(self, place: Place, content: bytes) -> None:
        read_placed(content, place.resource, self._gathered)
        if place.resource.namespaced:
            self._namespaces.setdefault(place.resource, set()).add(place.namespace)
        elif place.resource.kind != "Namespace":
            self._gathered.knows(place.resource, None)

    def _errors(self, plural: str, content: bytes) -> None:
        """By namespace, or a list of what went wrong with a resource of the cluster."""
        resource = resource_named(plural)
        try:
            told = msgspec.json.decode(content or b"null", type=dict[str, str] | list[str] | None)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return
        if resource is None or not told:
            return
        by_namespace: Mapping[str, str] = told if isinstance(told, dict) else {"": "; ".join(told)}
        for namespace, message in by_namespace.items():
            self._gathered.refusals[resource.qualified, namespace] = Refusal(message=message, how="failed")


def _git_version(content: bytes) -> str:
    try:
        return str(msgspec.json.decode(content)["info"]["gitVersion"])
    except (msgspec.DecodeError, UnicodeDecodeError, LookupError, TypeError):
        return ""
