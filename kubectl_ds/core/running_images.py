"""Which images containers really run, by what their kubelets report."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from kubectl_ds.core.image_reference import image_reference
from kubectl_ds.core.model import Pod
from kubectl_ds.core.ownership import is_terminal


class RunningImage(Struct, frozen=True, gc=False):
    """`digest` identifies what runs. `was_pulled`: it is that of what was pulled (`repository@sha256:…`), and can be
    pulled again; else that of the image's configuration. Digests of the two forms cannot be compared."""

    pod: Pod
    container: str
    image: str
    digest: str
    was_pulled: bool


def running_images(pods: Iterable[Pod]) -> Iterator[RunningImage]:
    """Of all containers that have been started, init containers too, in pods that stay."""
    for pod in pods:
        if not is_terminal(pod) and pod.metadata.deletion_timestamp is None:
            yield from _of(pod)


def _of(pod: Pod) -> Iterator[RunningImage]:
    statuses = (*pod.status.init_container_statuses, *pod.status.container_statuses)
    identities = {one.name: one.image_id for one in statuses if one.image_id}
    for container in (*pod.spec.init_containers, *pod.spec.containers):
        if identity := identities.get(container.name):
            digest = image_reference(identity).digest or identity
            yield RunningImage(pod, container.name, container.image, digest, "@" in identity)
