"""DS028: images that are not the same tomorrow."""

from collections.abc import Iterator

from kubectl_ds.core.audit_report import Found, Patch
from kubectl_ds.core.audit_rule import NOTHING_ELSE, Rule
from kubectl_ds.core.audit_words import command
from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.image_reference import ImageReference, image_reference
from kubectl_ds.core.model import Container
from kubectl_ds.core.running_images import running_images

_LATEST = "latest"


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """Each container, init containers too, whose image has no digest, and no tag or `latest` for one."""
    spec = audited.daemonset.spec.template.spec
    for field, containers in (("initContainers", spec.init_containers), ("containers", spec.containers)):
        for place, container in enumerate(containers):
            reference = image_reference(container.image)
            if reference.repository and not reference.digest and reference.tag in ("", _LATEST):
                yield _found(audited, container, f"/spec/template/spec/{field}/{place}", reference)


def _found(audited: AuditedDaemonSet, container: Container, path: str, reference: ImageReference) -> Found:
    what = "has the tag latest" if reference.tag else "has no tag, which means latest"
    pinned = _as_it_runs(audited, container, reference)
    return Found(
        message=f"The image {container.image} of container {container.name} {what}: each node runs what it found "
        "there when it pulled.",
        subject=container.name,
        fix="Name a version, or the digest that all its pods run now."
        if pinned
        else "Name a version, or the digest: "
        + command(
            "kubectl", "set", "image", *audited.flags, f"{container.name}={reference.repository}:VERSION"
        )
        + ".",
        patch=_patch(container, path, pinned) if pinned else None,
    )


def _as_it_runs(audited: AuditedDaemonSet, container: Container, reference: ImageReference) -> str:
    """The image by its digest, where all pods run one that can be pulled; empty where they do not."""
    running = {
        (one.digest, one.was_pulled)
        for one in running_images(audited.pods)
        if (one.container, one.image) == (container.name, container.image)
    }
    digests = [digest for digest, was_pulled in running if was_pulled]
    return f"{reference.repository}@{digests[0]}" if len(running) == len(digests) == 1 else ""


def _patch(container: Container, path: str, image: str) -> Patch:
    """With a test, since a list's place alone names no container."""
    return Patch(
        type="json",
        body=[
            {"op": "test", "path": f"{path}/name", "value": container.name},
            {"op": "replace", "path": f"{path}/image", "value": image},
        ],
    )


RULE = Rule(
    id="DS028",
    name="mutable-image",
    level="warning",
    needs=NOTHING_ELSE,
    means="A container's image has the tag `latest`, or none, which means the same. An image with a digest is fine, "
    "whatever its tag.",
    why="Nodes pull at different times and so run different programs under one revision, a rollback brings nothing "
    "back, and a node that joins tomorrow tries out the newest version on its own.",
    mend="Name a version, or better a digest.",
    check=check,
)
