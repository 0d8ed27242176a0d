"""What will make room on a full node, if anything does."""

from collections.abc import Mapping
from typing import Literal

from kubectl_ds.core.reason import Outlook

Relief = Literal["preemption", "leaving", "none", "unknown"]
"""`preemption`: pods of lower priority may be evicted for this one. `leaving`: pods that are terminating will
do. `none`: neither. `unknown`: not every pod of the node could be read."""

OUTLOOK_OF_RELIEF: Mapping[Relief, Outlook] = {
    "preemption": "heals",
    "leaving": "heals",
    "none": "stuck",
    "unknown": "unknown",
}
