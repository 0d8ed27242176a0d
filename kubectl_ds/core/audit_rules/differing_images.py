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
"""Container, image, revision, platform and form of the digest: what has to be the same for a comparison."""
_NodesById = dict[str, list[str]]


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """Each container whose image reference stands for several images among pods of one revision and platform."""
    told: dict[str, tuple[_Alike, _NodesById]] = {}
    for alike, nodes_by_id in _running(audited).items():
        if len(nodes_by_id) > 1:
            # Of several revisions or platforms the one with most nodes is told.
            name = alike[0]
            if name not in told or _size(nodes_by_id) > _size(told[name][1]):
                told[name] = alike, nodes_by_id
    for alike, nodes_by_id in told.values():
        yield _found(audited, alike, nodes_by_id)


def _running(audited: AuditedDaemonSet) -> Mapping[_Alike, _NodesById]:
    """The nodes of every image that runs by a reference which could mean another one elsewhere."""
    running: dict[_Alike, _NodesById] = {}
    for one in running_images(audited.pods):
        node = audited.cluster.node_of.get(one.pod.spec.node_name)
        if node is not None and not image_reference(one.image).digest:
            by_digest = running.setdefault(_alike(one, node), {})
            by_digest.setdefault(one.digest, []).append(node.metadata.name)
    return running


def _alike(one: RunningImage, node: Node) -> _Alike:
    labels = node.metadata.labels
    return (
        one.container,
        one.image,
        one.pod.metadata.labels.get(HASH_LABEL, ""),
        *(labels.get(key, "") for key in _PLATFORM),
        "pulled" if one.was_pulled else "configuration",
    )


def _size(nodes_by_id: _NodesById) -> int:
    return sum(map(len, nodes_by_id.values()))


def _found(audited: AuditedDaemonSet, alike: _Alike, nodes_by_id: _NodesById) -> Found:
    name, image, *_ = alike
    by_size = sorted(nodes_by_id.items(), key=lambda one: (-len(one[1]), one[0]))
    told = [f"{identity[:_SHORT]} on {counted(len(nodes), 'node')}" for identity, nodes in by_size]
    fewer = [node for _, nodes in by_size[1:] for node in nodes]
    return Found(
        message=f"Pods of one revision run {len(by_size)} different images as {image} in container {name}: "
        f"{', '.join(told)}. The nodes are those that differ from most.",
        subject=name,
        nodes=tuple(sorted(set(fewer), key=natural_key)),
        fix="Name the digest that is right, and all nodes pull that: "
        + command(
            "kubectl",
            "set",
            "image",
            *audited.flags,
            f"{name}={image_reference(image).repository}@sha256:DIGEST",
        )
        + ".",
    )


RULE = Rule(
    id="DS029",
    name="differing-images",
    level="warning",
    needs=NODES_AND_PODS,
    means="One image reference of the template stands for different images on different nodes, by the identity that "
    "kubelets report. Pods of one revision and one platform are compared; an image with a digest is never different.",
    why="The tag was pushed again after some nodes had pulled it: nodes run different programs under one name and one "
    "revision, and no rollout shows it.",
    mend="Name the image by its digest, or by a tag that is never pushed again.",
    check=check,
)
