"""DS029: pods of one revision that run different programs."""

from collections.abc import Iterator, Mapping

from kubectl_ds.core.audit_report import Found
from kubectl_ds.core.audit_rule import NODES_AND_PODS, Rule
from kubectl_ds.core.audit_words import command, counted
from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.image_reference import image_reference
from kubectl_ds.core.model import Node
from kubectl_ds.core.natural_order import natural_key
from kubectl_ds.core.revisions import HASH_LABEL
from kubectl_ds.core.running_images import RunningImage, running_images

_PLATFORM = ("kubernetes.io/os", "kubernetes.io/arch", "node.kubernetes.io/windows-build")
_SHORT = len("sha256:") + 12

_Alike = tuple[str, ...]
"""Container, revision, platform and form of the digest: what has to be the same for a comparison."""
_NodesByImage = dict[tuple[str, str], list[str]]
"""By the image's reference and digest."""


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """Each container that runs several images among pods of one revision and platform."""
    told: dict[str, _NodesByImage] = {}
    for (container, *_), nodes_by_image in _running(audited).items():
        several = len({digest for _, digest in nodes_by_image}) > 1
        # Of several revisions or platforms the one with most nodes is told.
        if several and _size(nodes_by_image) > _size(told.get(container, {})):
            told[container] = nodes_by_image
    for container, nodes_by_image in told.items():
        yield _found(audited, container, nodes_by_image)


def _running(audited: AuditedDaemonSet) -> Mapping[_Alike, _NodesByImage]:
    running: dict[_Alike, _NodesByImage] = {}
    for one in running_images(audited.pods):
        node = audited.cluster.node_of.get(one.pod.spec.node_name)
        if node is not None:
            by_image = running.setdefault(_alike(one, node), {})
            digest = image_reference(one.image).digest or one.digest
            by_image.setdefault((one.image, digest), []).append(node.metadata.name)
    return running


def _alike(one: RunningImage, node: Node) -> _Alike:
    labels = node.metadata.labels
    return (
        one.container,
        one.pod.metadata.labels.get(HASH_LABEL, ""),
        *(labels.get(key, "") for key in _PLATFORM),
        "pulled" if one.was_pulled else "configuration",
    )


def _size(nodes_by_image: _NodesByImage) -> int:
    return sum(map(len, nodes_by_image.values()))


def _found(audited: AuditedDaemonSet, container: str, nodes_by_image: _NodesByImage) -> Found:
    by_size = sorted(nodes_by_image.items(), key=lambda one: (-len(one[1]), one[0]))
    references = {reference for reference, _ in nodes_by_image}
    told = [
        f"{reference if len(references) > 1 else digest[:_SHORT]} on {counted(len(nodes), 'node')}"
        for (reference, digest), nodes in by_size
    ]
    fewer = {node for _, nodes in by_size[1:] for node in nodes}
    as_one = "" if len(references) > 1 else f" as {by_size[0][0][0]}"
    return Found(
        message=f"Pods of one revision run {len(by_size)} different images{as_one} in container {container}: "
        f"{', '.join(told)}. The nodes are those that differ from most.",
        subject=container,
        nodes=tuple(sorted(fewer, key=natural_key)),
        fix=_as_the_template_has_it(audited)
        if len(references) > 1
        else _by_digest(audited, container, by_size[0][0][0]),
    )


def _as_the_template_has_it(audited: AuditedDaemonSet) -> str:
    """Only a pod's own image can be changed after it was made, by hand or by a webhook."""
    restart = command("kubectl", "rollout", "restart", *audited.flags)
    return f"Somebody, or a webhook, gave single pods another image than the template has; {restart} makes them anew."


def _by_digest(audited: AuditedDaemonSet, container: str, image: str) -> str:
    pinned = f"{container}={image_reference(image).repository}@sha256:DIGEST"
    return (
        "Name the digest that is right, and all nodes pull that: "
        + command("kubectl", "set", "image", *audited.flags, pinned)
        + "."
    )


RULE = Rule(
    id="DS029",
    name="differing-images",
    level="warning",
    needs=NODES_AND_PODS,
    means="Pods of one revision and one platform run different images in one container, by the digest that kubelets "
    "report: one reference stands for several images, or single pods were given another one.",
    why="Mostly a tag was pushed again after some nodes had pulled it. Nodes run different programs under one name and "
    "one revision, and no rollout shows it.",
    mend="Name the image by its digest, or by a tag that is never pushed again.",
    check=check,
)
