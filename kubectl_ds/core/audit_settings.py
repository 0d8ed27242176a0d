"""What people may set about an audit: what must cover what, and from where on something is too much."""

from msgspec import Struct


class AuditSettings(Struct, frozen=True, kw_only=True):
    """Bounds that rules keep; a share is a part of 1."""

    overhead_share: float = 0.25
    """Of the smallest node's allocatable CPU or memory: what all DaemonSets may request there together."""


AS_SHIPPED = AuditSettings()
