"""ControllerRevisions: which one is current, and whether a pod is on it.

Upstream: `constructHistory` and `Match` of pkg/controller/daemon/update.go, `IsPodUpdated` and
`GetTemplateGeneration` of pkg/controller/daemon/util/daemonset_util.go. The hash itself is taken from the
object's label and never computed: it is FNV over a dump of Go's memory.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from kubectl_ds.core.integers import parse_int64
from kubectl_ds.core.label_selector import compile_selector
from kubectl_ds.core.model import ControllerRevision, DaemonSet, Pod
from kubectl_ds.core.ownership import controller_of

HASH_LABEL = "controller-revision-hash"
TEMPLATE_GENERATION_LABEL = "pod-template-generation"
TEMPLATE_GENERATION_ANNOTATION = "deprecated.daemonset.template.generation"


def revisions_of(
    daemonset: DaemonSet, revisions: Iterable[ControllerRevision]
) -> tuple[ControllerRevision, ...]:
    """The DaemonSet's history, oldest first: revisions that it controls, and orphans that it would adopt."""
    selector = compile_selector(daemonset.spec.selector)
    if selector is None:
        return ()
    adopts = daemonset.metadata.deletion_timestamp is None
    own = []
    for revision in revisions:
        metadata = revision.metadata
        if metadata.namespace != daemonset.metadata.namespace or not selector.matches(metadata.labels):
            continue
        controller = controller_of(metadata)
        if controller is None:
            adopted = adopts and metadata.deletion_timestamp is None
        else:
            adopted = controller.uid == daemonset.metadata.uid
        if adopted:
            own.append(revision)
    return tuple(sorted(own, key=_age))


class RevisionIndex:
    """A snapshot's revisions by what can make one matter to a DaemonSet, so that no DaemonSet looks at all of them."""

    def __init__(self, revisions: tuple[ControllerRevision, ...]) -> None:
        self.revisions = revisions
        self._places: dict[tuple[str, str], list[int]] = {}
        for place, revision in enumerate(revisions):
            metadata = revision.metadata
            controller = controller_of(metadata)
            owner = ("orphan of", metadata.namespace) if controller is None else ("owned by", controller.uid)
            base = metadata.name.removesuffix(f"-{metadata.labels.get(HASH_LABEL, '')}")
            for key in (owner, (f"named in {metadata.namespace}", base)):
                self._places.setdefault(key, []).append(place)

    def about(self, daemonset: DaemonSet) -> tuple[ControllerRevision, ...]:
        """Those that it controls, might adopt, or would have given this name; in the order read."""
        metadata = daemonset.metadata
        keys = (
            ("owned by", metadata.uid),
            ("orphan of", metadata.namespace),
            (f"named in {metadata.namespace}", metadata.name),
        )
        places = {place for key in keys for place in self._places.get(key, ())}
        return tuple([self.revisions[place] for place in sorted(places)])


def current_revision(
    daemonset: DaemonSet,
    daemonset_object: Mapping[str, Any] | None,
    revisions: Iterable[ControllerRevision],
) -> ControllerRevision | None:
    """The revision that holds the present template; the highest one where none does, or nothing can be compared.

    `daemonset_object` is the raw object, since no Struct holds a template whole; `revisions` are those of the
    namespace. No revision equal to the template means that the controller has not caught up, or that the API's
    defaults have changed since.
    """
    every = tuple(revisions)
    history = revisions_of(daemonset, every)
    equal = [revision for revision in history if holds_template(revision, daemonset_object)]
    if equal:
        return equal[-1]
    return _namesake(daemonset, daemonset_object, every) or (history[-1] if history else None)


def _namesake(
    daemonset: DaemonSet, daemonset_object: Mapping[str, Any] | None, revisions: Iterable[ControllerRevision]
) -> ControllerRevision | None:
    """A revision that the controller would have created, and finds there under another's control.

    `snapshot` of update.go takes it as it is: orphaned revisions are adopted by whatever DaemonSet selects them
    first, and those of a recreated DaemonSet may fall to another one with a wider selector.
    """
    return next(
        (
            revision
            for revision in revisions
            if is_named_by(daemonset, revision) and holds_template(revision, daemonset_object)
        ),
        None,
    )


def is_named_by(daemonset: DaemonSet, revision: ControllerRevision) -> bool:
    """Whether the controller would have given it this name for the DaemonSet."""
    mine, its = daemonset.metadata, revision.metadata
    return its.namespace == mine.namespace and its.name == f"{mine.name}-{its.labels.get(HASH_LABEL, '')}"


def holds_template(revision: ControllerRevision, daemonset_object: Mapping[str, Any] | None) -> bool:
    """Whether the revision records just this DaemonSet's template."""
    recorded = template_of(revision.data)
    present = template_of(daemonset_object)
    return recorded is not None and present is not None and comparable(recorded) == comparable(present)


def revision_hash(revision: ControllerRevision | None) -> str:
    """The hash that pods of this revision carry; empty without one, which equals no pod's.

    A revision without the label gets its own name for one, as `constructHistory` does.
    """
    if revision is None:
        return ""
    return revision.metadata.labels.get(HASH_LABEL) or revision.metadata.name


def template_generation(daemonset: DaemonSet) -> int | None:
    """The deprecated counter that some DaemonSets still carry; None where it is absent or no integer."""
    return parse_int64(daemonset.metadata.annotations.get(TEMPLATE_GENERATION_ANNOTATION, ""))


def is_pod_updated(pod: Pod, current_hash: str, template_generation: int | None) -> bool:
    """Whether the pod was made from the current template, by its hash or else by the deprecated counter."""
    labels = pod.metadata.labels
    if current_hash and labels.get(HASH_LABEL) == current_hash:
        return True
    if template_generation is None:
        return False
    return labels.get(TEMPLATE_GENERATION_LABEL) == str(template_generation)


def _age(revision: ControllerRevision) -> tuple[int, str]:
    return revision.revision, revision.metadata.name


def template_of(tree: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The pod template in a raw DaemonSet, or in a revision's data."""
    spec = tree.get("spec") if isinstance(tree, Mapping) else None
    template = spec.get("template") if isinstance(spec, Mapping) else None
    return template if isinstance(template, Mapping) else None


def comparable(tree: Any) -> Any:
    """Without `$patch`, and without nulls: servers differ in whether they write `creationTimestamp: null`."""
    if isinstance(tree, Mapping):
        return {key: comparable(held) for key, held in tree.items() if key != "$patch" and held is not None}
    if isinstance(tree, list):
        return [comparable(held) for held in tree]
    return tree
