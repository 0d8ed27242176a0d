"""How many pods a rolling update may take down, or add, at the same time.

Upstream: `updatedDesiredNodeCounts` of pkg/controller/daemon/update.go, `SurgeCount`, `UnavailableCount` and
`AllowsSurge` of pkg/controller/daemon/util/daemonset_util.go.
"""

from msgspec import Struct

from kubectl_ds.core.integers import parse_int64
from kubectl_ds.core.model import DaemonSet, IntOrString, RollingUpdateDaemonSet
from kubectl_ds.errors import MalformedValue

ROLLING_UPDATE = "RollingUpdate"
ON_DELETE = "OnDelete"


class Budget(Struct, frozen=True):
    """Nodes, not percent. `max_unavailable` is at least 1 where neither was asked for and nodes are eligible."""

    max_unavailable: int
    max_surge: int


def rolls(daemonset: DaemonSet) -> bool:
    """Whether the controller replaces pods by itself. An absent type is the API's default, RollingUpdate."""
    return daemonset.spec.update_strategy.type in ("", ROLLING_UPDATE)


def budget(daemonset: DaemonSet, desired: int) -> Budget:
    """The budget over `desired` eligible nodes, percentages rounded up; with OnDelete nobody uses it.

    Raises ValueError for a text that is no percentage, on which the controller gives up too. The API server
    lets none in.
    """
    rolling = daemonset.spec.update_strategy.rolling_update or RollingUpdateDaemonSet()
    max_unavailable = max_surge = 0
    if rolls(daemonset):
        max_unavailable = _scaled(rolling.max_unavailable, desired)
        max_surge = _scaled(rolling.max_surge, desired)
    if desired > 0 and max_unavailable == 0 and max_surge == 0:
        max_unavailable = 1
    return Budget(max_unavailable=max_unavailable, max_surge=max_surge)


def is_budget_legal(daemonset: DaemonSet) -> bool:
    """Whether its budget is one of numbers and percentages, so that `budget` does not raise."""
    try:
        budget(daemonset, 1)
    except ValueError:
        return False
    return True


def surge_enabled(daemonset: DaemonSet) -> bool:
    """Whether a node may hold two pods for a while: asked with one node, so any percentage but 0 says yes."""
    rolling = daemonset.spec.update_strategy.rolling_update
    if rolling is None or not rolls(daemonset):
        return False
    try:
        return _scaled(rolling.max_surge, 1) > 0
    except ValueError:
        return False


def _scaled(asked: IntOrString | None, nodes: int) -> int:
    """`GetScaledValueFromIntOrPercent`, rounded up."""
    if asked is None or isinstance(asked, int):
        return asked or 0
    percent = parse_int64(asked.removesuffix("%")) if asked.endswith("%") else None
    if percent is None:
        raise MalformedValue(f"{asked!r} is neither a number nor a percentage")
    return -(-percent * nodes // 100)
