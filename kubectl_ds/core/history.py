"""The revisions of a DaemonSet, with the nodes on each.

Upstream: `DaemonSetHistoryViewer` of kubectl's pkg/polymorphichelpers/history.go; which revision is current is
the controller's rule (core/revisions.py), and the nodes on each are ours.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from kubectl_ds.core.model import ControllerRevision, DaemonSet, Pod
from kubectl_ds.core.natural_order import natural_key
from kubectl_ds.core.ownership import PodIndex, target_node_name
from kubectl_ds.core.revisions import HASH_LABEL, current_revision, revision_hash, revisions_of
from kubectl_ds.core.snapshot import ClusterSnapshot, Consistency, Gap
from kubectl_ds.core.template_tree import all_containers, part, text

CHANGE_CAUSE = "kubernetes.io/change-cause"


class RevisionNodes(Struct, frozen=True, kw_only=True):
    """One revision and the nodes that a pod of it is bound or pinned to, in natural order.

    `number` is None for pods whose hash belongs to no revision that is left. `nodes` has a node once,
    however many pods of the revision it holds; `pods` counts them all; both are None where the pods could
    not be read. `images` are those of the template, init containers first, each once. `template` is the raw
    pod template that the revision records, without `$patch`.
    """

    number: int | None
    hash: str
    name: str = ""
    current: bool = False
    created: datetime | None = None
    change_cause: str = ""
    images: tuple[str, ...] = ()
    nodes: tuple[str, ...] | None = ()
    pods: int | None = 0
    template: Mapping[str, Any] | None = None


class HistoryReport(Struct, frozen=True, kw_only=True):
    """One DaemonSet's revisions, the newest first, then the hashes of pods whose revision is gone.

    `revisions` is None where the ControllerRevisions could not be read. `taken_at` is the server's clock,
    which ages are told by.
    """

    namespace: str
    name: str
    uid: str
    revisions: tuple[RevisionNodes, ...] | None
    taken_at: datetime
    incomplete: tuple[Gap, ...] = ()
    consistency: Consistency = "consistent"

    def of_number(self, number: int) -> RevisionNodes | None:
        """The revision with this number; of several, which only a hand can make, the one listed first."""
        return next((one for one in self.revisions or () if one.number == number), None)

    @property
    def current(self) -> RevisionNodes | None:
        """The revision that the DaemonSet stands at."""
        return next((one for one in self.revisions or () if one.current), None)


def history(snapshot: ClusterSnapshot, daemonset: DaemonSet, pods: PodIndex | None = None) -> HistoryReport:
    """The history of one of the snapshot's DaemonSets; `pods` saves indexing the snapshot's again."""
    meta = daemonset.metadata
    index = PodIndex(snapshot.pods) if pods is None else pods
    claimed = index.claimed(daemonset) if snapshot.knows("pods", meta.namespace) else None
    known = snapshot.knows("controllerrevisions", meta.namespace)
    return HistoryReport(
        namespace=meta.namespace,
        name=meta.name,
        uid=meta.uid,
        revisions=revision_nodes(snapshot, daemonset, claimed) if known else None,
        taken_at=snapshot.taken_at,
        incomplete=snapshot.gaps,
        consistency=snapshot.consistency,
    )


def revision_nodes(
    snapshot: ClusterSnapshot, daemonset: DaemonSet, claimed: Sequence[Pod] | None
) -> tuple[RevisionNodes, ...]:
    """Newest first, then the hashes without a revision. `claimed`: the DaemonSet's pods, None when unread."""
    own = revisions_of(daemonset, snapshot.revisions)
    template = snapshot.daemonset_objects.get(daemonset.metadata.uid)
    current = current_revision(daemonset, template, snapshot.revisions)
    if current is not None and current not in own:
        own = (*own, current)
    by_hash: dict[str, list[Pod]] = {}
    for pod in claimed or ():
        by_hash.setdefault(pod.metadata.labels.get(HASH_LABEL, ""), []).append(pod)
    known = [
        _known(revision, None if claimed is None else by_hash.pop(revision_hash(revision), []), current)
        for revision in reversed(own)
    ]
    unknown = [
        RevisionNodes(number=None, hash=hash_, nodes=_nodes(pods), pods=len(pods))
        for hash_, pods in sorted(by_hash.items())
    ]
    return (*known, *unknown)


def _known(
    revision: ControllerRevision, pods: Sequence[Pod] | None, current: ControllerRevision | None
) -> RevisionNodes:
    template = recorded_template(revision)
    return RevisionNodes(
        number=revision.revision,
        hash=revision_hash(revision),
        name=revision.metadata.name,
        current=revision is current,
        created=revision.metadata.creation_timestamp,
        change_cause=revision.metadata.annotations.get(CHANGE_CAUSE, ""),
        images=_images(template),
        nodes=None if pods is None else _nodes(pods),
        pods=None if pods is None else len(pods),
        template=template,
    )


def recorded_template(revision: ControllerRevision) -> Mapping[str, Any] | None:
    """The pod template that the revision holds, as it would stand in the DaemonSet; None without one."""
    spec = (revision.data or {}).get("spec")
    template = spec.get("template") if isinstance(spec, Mapping) else None
    if not isinstance(template, Mapping):
        return None
    return {key: held for key, held in template.items() if key != "$patch"}


def _images(template: Mapping[str, Any] | None) -> tuple[str, ...]:
    found = (text(one, "image") for one in all_containers(part(template, "spec")))
    return tuple(dict.fromkeys(image for image in found if image))


def _nodes(pods: Iterable[Pod]) -> tuple[str, ...]:
    names = {name for pod in pods if (name := target_node_name(pod))}
    return tuple(sorted(names, key=natural_key))
