"""Bugs of Kubernetes that leave status counters of a DaemonSet wrong, by the releases that have them.

Releases are taken from pkg/controller/daemon/daemon_controller.go and util/daemonset_util.go of the tags on both
sides of each fix. A provider may have taken a fix over earlier.
"""

from collections.abc import Callable, Mapping
from typing import Literal

from msgspec import Struct

from kubectl_ds.core.audit_words import listed
from kubectl_ds.core.coverage_report import DaemonSetCoverage
from kubectl_ds.core.creation_failures import CreationFailed
from kubectl_ds.core.extra import ControllerLeavesPod
from kubectl_ds.core.model import DaemonSet
from kubectl_ds.core.server_version import Release
from kubectl_ds.core.status import Disagreement

Differing = Mapping[str, Disagreement]
"""Counters that differ, by their JSON name."""


class StatusBug(Struct, frozen=True, kw_only=True):
    """`fixed`: the first release without it on each branch that got the fix, the oldest first; empty: none has it.

    `explains`: whether it leaves just such counters behind.
    """

    number: int
    """The issue, or the pull request, of kubernetes/kubernetes."""
    what: str
    """One sentence: what the controller does."""
    where: Literal["issues", "pull"] = "issues"
    explains: Callable[[Differing, DaemonSet, DaemonSetCoverage], bool]
    since: Release = Release(1, 0, 0)
    fixed: tuple[Release, ...] = ()

    def is_in(self, release: Release) -> bool:
        """Whether this release has the bug."""
        if release < self.since:
            return False
        for fix in self.fixed:
            if release.branch == fix.branch:
                return release < fix
        return not self.fixed or release.branch < self.fixed[-1].branch

    def cure(self, release: Release | None) -> Release | None:
        """The first release without it, on the same branch where there is one."""
        same = (fix for fix in self.fixed if release is not None and fix.branch == release.branch)
        return next(same, self.fixed[-1] if self.fixed else None)

    @property
    def link(self) -> str:
        return f"https://github.com/kubernetes/kubernetes/{self.where}/{self.number}"

    @property
    def releases(self) -> str:
        """`from 1.33.0 on, mended in 1.33.6 and 1.34.1`."""
        since = f"from {self.since} on" if self.since > Release(1, 0, 0) else "from the first release on"
        return f"{since}, mended in {listed(list(map(str, self.fixed)))}" if self.fixed else since


def _stays_misscheduled(differing: Differing, daemonset: DaemonSet, coverage: DaemonSetCoverage) -> bool:
    counter = differing.get("numberMisscheduled")
    return counter is not None and counter.status > counter.computed


def _taint_came_unseen(differing: Differing, daemonset: DaemonSet, coverage: DaemonSetCoverage) -> bool:
    counter = differing.get("numberMisscheduled")
    return (
        counter is not None
        and counter.status == 0
        and any(isinstance(reason, ControllerLeavesPod) for node in coverage.nodes for reason in node.reasons)
    )


def _creation_fails(differing: Differing, daemonset: DaemonSet, coverage: DaemonSetCoverage) -> bool:
    return any(isinstance(reason, CreationFailed) for node in coverage.nodes for reason in node.reasons)


def _generation_is_no_number(differing: Differing, daemonset: DaemonSet, coverage: DaemonSetCoverage) -> bool:
    counter = differing.get("updatedNumberScheduled")
    return counter is not None and counter.status < counter.computed and bool(coverage.taken_for_current)


def _never_looks_again(differing: Differing, daemonset: DaemonSet, coverage: DaemonSetCoverage) -> bool:
    counter = differing.get("numberAvailable")
    return (
        counter is not None
        and counter.status < counter.computed
        and "numberReady" not in differing
        and daemonset.spec.min_ready_seconds > 0
    )


STATUS_BUGS: tuple[StatusBug, ...] = (
    StatusBug(
        number=132459,
        what="The controller does not count anew when a taint goes from under a pod, so that the pod stays "
        "misscheduled in the status.",
        since=Release(1, 33, 0),
        fixed=(Release(1, 33, 6), Release(1, 34, 1)),
        explains=_stays_misscheduled,
    ),
    StatusBug(
        number=130514,
        where="pull",
        what="A change of a node wakes the controller only where a pod is to be made or deleted, or one is "
        "misscheduled already: a NoSchedule taint that comes under the first pod goes unseen.",
        since=Release(1, 33, 0),
        explains=_taint_came_unseen,
    ),
    StatusBug(
        number=100683,
        what="The controller writes no status as long as it cannot create a pod.",
        fixed=(Release(1, 25, 6), Release(1, 26, 1), Release(1, 27, 0)),
        explains=_creation_fails,
    ),
    StatusBug(
        number=77203,
        what="The controller does not look again after minReadySeconds where its clock is behind the kubelet's.",
        fixed=(Release(1, 15, 0),),
        explains=_never_looks_again,
    ),
    StatusBug(
        number=107241,
        where="pull",
        what="The controller compares a pod's template generation with an address in its memory, so that it never "
        "counts by it.",
        fixed=(Release(1, 24, 0),),
        explains=_generation_is_no_number,
    ),
)
