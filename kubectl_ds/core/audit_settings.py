"""What people may set about an audit: what must cover what, and from where on something is too much."""

from msgspec import Struct


class AuditSettings(Struct, frozen=True, kw_only=True):
    """Bounds that rules keep; a share is a part of 1."""

    overhead_share: float = 0.25
    """Of a node's allocatable CPU or memory: what all DaemonSets may request there together."""
    rollout_rounds: int = 50
    """How many rounds of nodes a rolling update may take; of four times as many it is a warning."""


AS_SHIPPED = AuditSettings()
