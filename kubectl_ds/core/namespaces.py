"""A namespace that is being deleted: nothing can be created in it, and its pods go first.

The DaemonSet controller meets that refusal in silence (createPods of pkg/controller/controller_utils.go emits no
event), and the namespace controller deletes pods before DaemonSets (OrderedNamespaceDeletion), so that one pod that
does not go leaves DaemonSets behind that can never be whole again.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from kubectl_ds.core.model import Namespace
from kubectl_ds.core.node_condition import seconds_between
from kubectl_ds.core.reason import Fact, Outlook, Source


class NamespaceTerminating(Fact, frozen=True):
    """The API server creates no pod, since the namespace is being deleted."""

    code: ClassVar[str] = "FailedCreate"
    source: ClassVar[Source] = "computed"
    outlook: ClassVar[Outlook] = "stuck"
    varying: ClassVar[frozenset[str]] = frozenset({"seconds"})

    namespace: str
    seconds: int | None
    """Since when it is being deleted."""
    words: tuple[str, ...]
    """What the namespace controller says holds the deletion up; empty where it says nothing yet."""


def namespace_of(name: str, namespaces: Iterable[Namespace]) -> Namespace | None:
    """The namespace of that name; None where it was not looked at."""
    return next((one for one in namespaces if one.metadata.name == name), None)


def is_going(namespace: Namespace | None) -> bool:
    """Whether it is known to be being deleted."""
    return namespace is not None and namespace.metadata.deletion_timestamp is not None


def namespace_terminating(namespace: Namespace | None, now: datetime) -> NamespaceTerminating | None:
    """The reason where the namespace is known to be going."""
    if namespace is None or not is_going(namespace):
        return None
    return NamespaceTerminating(
        namespace=namespace.metadata.name,
        seconds=seconds_between(namespace.metadata.deletion_timestamp, now),
        words=tuple(
            one.message for one in namespace.status.conditions if one.status == "True" and one.message
        ),
    )
