"""One object that changed between two looks at a cluster."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from kubectl_ds.core.model import ControllerRevision, DaemonSet, Event, Node, Pod
from kubectl_ds.core.snapshot import Resource


class ObjectChange(Struct, frozen=True, kw_only=True):
    """What one object was at the last look and is now: `before` None is new, `after` None is gone.

    An object that was deleted and made anew in between has two uids and is one change. Changes in between
    that nobody looked at are not told: only the last state counts.
    """

    resource: Resource
    before: DaemonSet | Node | Pod | ControllerRevision | Event | None
    after: DaemonSet | Node | Pod | ControllerRevision | Event | None
    raw: Mapping[str, Any] | None = None
    """The whole object, of a DaemonSet that is there."""
