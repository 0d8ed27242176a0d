"""Which containers leave a resource open, and the pod as a whole does too."""

from collections.abc import Iterable, Mapping
from typing import Literal

from kubectl_ds.core.model import Container, PodSpec, Quantity
from kubectl_ds.core.quantity import parse_quantity


def without(
    spec: PodSpec, containers: Iterable[Container], field: Literal["requests", "limits"], resource: str
) -> tuple[str, ...]:
    """The names of `containers`, of a pod of this spec, that have no such amount; 0 is none.

    A limit of the whole pod is its request, where it has none (`SetDefaults_PodSpec`, defaultPodRequests).
    """
    whole = spec.resources
    if whole is not None and (_is_set(getattr(whole, field), resource) or _is_set(whole.limits, resource)):
        return ()
    return tuple(one.name for one in containers if not _is_set(getattr(one.resources, field), resource))


def _is_set(amounts: Mapping[str, Quantity], resource: str) -> bool:
    if resource not in amounts:
        return False
    try:
        return parse_quantity(amounts[resource]) != 0
    except ValueError:
        # No quantity: the API server lets none in, and a file that holds one has something there all the same.
        return True
