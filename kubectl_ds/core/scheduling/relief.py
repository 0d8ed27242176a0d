"""What will make room on a full node, if anything does."""

from collections.abc import Mapping
from typing import Literal

from kubectl_ds.core.reason import Outlook

Relief = Literal["preemption", "evicting", "leaving", "sibling", "none", "unknown"]
"""`preemption`: pods of lower priority may be evicted for this one. `evicting`: the scheduler is at it, it has
nominated the node. `leaving`: pods that are terminating will do. `sibling`: a pod of the same DaemonSet is in
the way, the old one of a surge, and waits for this one. `none`: nothing. `unknown`: not every pod of the node
could be read."""

OUTLOOK_OF_RELIEF: Mapping[Relief, Outlook] = {
    "preemption": "heals",
    "evicting": "heals",
    "leaving": "heals",
    "sibling": "stuck",
    "none": "stuck",
    "unknown": "unknown",
}
