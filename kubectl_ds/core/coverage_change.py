"""One change of a coverage that is followed."""

from datetime import datetime

from msgspec import Struct

from kubectl_ds.core.coverage_report import NodeCoverage


class CoverageChange(Struct, frozen=True, kw_only=True):
    """One node for one DaemonSet: what was said of it and what is said now. None: there was no such node, or
    no such DaemonSet."""

    time: datetime
    """When that was found out, by the API server's clock."""
    namespace: str
    name: str
    node: str
    before: NodeCoverage | None
    after: NodeCoverage | None
