"""DS028: images that are not the same tomorrow."""

from collections.abc import Iterator

from kubectl_ds.core.audit_report import Found
from kubectl_ds.core.audit_rule import NOTHING_ELSE, Rule
from kubectl_ds.core.audit_words import command
from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.image_reference import ImageReference, image_reference
from kubectl_ds.core.model import Container

_LATEST = "latest"


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """Each container, init containers too, whose image has no digest, and no tag or `latest` for one."""
    spec = audited.daemonset.spec.template.spec
    for container in (*spec.init_containers, *spec.containers):
        reference = image_reference(container.image)
        if reference.repository and not reference.digest and reference.tag in ("", _LATEST):
            yield _found(audited, container, reference)


def _found(audited: AuditedDaemonSet, container: Container, reference: ImageReference) -> Found:
    what = "has the tag latest" if reference.tag else "has no tag, which means latest"
    return Found(
        message=f"The image {container.image} of container {container.name} {what}: each node runs what it found "
        "there when it pulled.",
        subject=container.name,
        fix="Name a version, or the digest: "
        + command("kubectl set image", *audited.flags, f"{container.name}={reference.repository}:VERSION")
        + ".",
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
