"""What people may set about an audit: what must cover what, and from where on something is too much."""

from typing import Annotated

from msgspec import Meta, Struct

from kubectl_ds.core.coverage_requirement import CoverageRequirement

Share = Annotated[float, Meta(gt=0, le=1)]
Count = Annotated[int, Meta(ge=1)]


class AuditBounds(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Bounds that rules keep; a share is a part of 1. Each is a key of `bounds` in the configuration."""

    overhead_share: Share = 0.25
    """Of a node's allocatable CPU or memory: what all DaemonSets may request there together."""
    rollout_rounds: Count = 25
    """How many rounds of nodes a rolling update may take; of four times as many it is a warning."""


class AuditSettings(AuditBounds, frozen=True, kw_only=True):
    """The bounds, and what must cover what."""

    requirements: tuple[CoverageRequirement, ...] = ()


AS_SHIPPED = AuditSettings()
