"""What a look at several clusters holds: each cluster's own report, and what the same DaemonSet is in each of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from kubectl_ds.core.audit_report import AuditReport
from kubectl_ds.core.coverage_report import CoverageReport, Summary
from kubectl_ds.core.health import Verdict
from kubectl_ds.core.object_key import Key
from kubectl_ds.core.overhead_report import OverheadReport
from kubectl_ds.core.snapshot import Gap
from kubectl_ds.core.template_fields import Fields


class DaemonSetList(Struct, frozen=True, kw_only=True):
    """The objects themselves, as the server has them: what `get` tells of a cluster in a machine format."""

    objects: tuple[Mapping[str, Any], ...]
    incomplete: tuple[Gap, ...] = ()


ClusterReport = CoverageReport | AuditReport | OverheadReport | DaemonSetList


class Member(Struct, frozen=True, kw_only=True):
    """One DaemonSet in one cluster.

    `version` is what the label app.kubernetes.io/version says, else empty. `images` by container. `fields` are
    compared with those of the same DaemonSet elsewhere.
    """

    namespace: str
    name: str
    version: str
    images: tuple[tuple[str, str], ...]
    verdict: Verdict
    summary: Summary
    fields: Fields


class FleetCluster(Struct, frozen=True, kw_only=True):
    """One cluster. Without a `report` it could not be had at all, and `error` says why.

    `scope` is the namespace that was looked in, None for all of them. `missing` are names that were asked for and
    are not there. `ends_with` is the exit code that this cluster alone would give.
    """

    context: str
    report: ClusterReport | None = None
    error: str = ""
    hint: str = ""
    scope: str | None = None
    missing: tuple[str, ...] = ()
    incomplete: tuple[Gap, ...] = ()
    has_unjudged: bool = False
    """Whether an audit could not apply every rule everywhere."""
    members: tuple[Member, ...] = ()
    taken_at: datetime | None = None
    ends_with: int = 0

    @property
    def is_whole(self) -> bool:
        return self.report is not None and not self.incomplete and not self.has_unjudged


class DriftValue(Struct, frozen=True, kw_only=True):
    """A value, and the contexts of the clusters that have it. None: the field is not set there, or is private."""

    value: Any
    contexts: tuple[str, ...]


class Drift(Struct, frozen=True, kw_only=True):
    """A field that is not the same everywhere; the value of most clusters first.

    `is_private`: the values are kept back, and only who differs from whom is told.
    """

    field: str
    values: tuple[DriftValue, ...]
    is_private: bool = False


class FleetDaemonSet(Struct, frozen=True, kw_only=True):
    """The DaemonSet of one namespace and name in all clusters.

    `members` by context, in the order of the clusters; `absent`: it is not there; `unknown`: nobody could look.
    """

    namespace: str
    name: str
    members: tuple[tuple[str, Member], ...]
    absent: tuple[str, ...]
    unknown: tuple[str, ...]
    drift: tuple[Drift, ...]

    @property
    def key(self) -> Key:
        return self.namespace, self.name


class FleetReport(Struct, frozen=True, kw_only=True):
    """Clusters in the order in which they were asked for; DaemonSets by namespace and name."""

    clusters: tuple[FleetCluster, ...]
    daemonsets: tuple[FleetDaemonSet, ...]
