"""`rollout --watch`: followed until it is done, so that it can stand where `kubectl rollout status` stood."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kubectl_ds.commands.following import following
from kubectl_ds.commands.reading import exit_code_for
from kubectl_ds.commands.report_views import Faces, view_of
from kubectl_ds.commands.waiting import timeout_seconds
from kubectl_ds.core.rollout import rollout
from kubectl_ds.core.rollout_report import RolloutReport
from kubectl_ds.environment import Environment
from kubectl_ds.exit_codes import ExitCode
from kubectl_ds.output.formats import OutputFormat
from kubectl_ds.output.rollout_change import change_lines, picture_lines, verdict_line
from kubectl_ds.output.rollout_document import rollout_document

if TYPE_CHECKING:
    from kubectl_ds.core.snapshot import ClusterSnapshot

FACES: Faces[RolloutReport] = Faces(
    begins=verdict_line, changes=change_lines, picture=picture_lines, document=rollout_document
)


def follow(
    environment: Environment, values: dict[str, Any], names: Sequence[str], asked: OutputFormat
) -> ExitCode:
    """0 once it is done, 1 when time is up before. Raises `NotFoundError` when the DaemonSet goes meanwhile, and
    the error of a connection that is broken when time is up."""
    with following(environment, values, names, timeout=timeout_seconds(values["timeout"])) as follower:
        snapshot = follower.begin()
        follower.live.check_names()
        report = _report(snapshot)
        view = view_of(environment, values, asked, FACES)
        view.begin(report, report.taken_at)
        while not report.is_done and not follower.time_is_up:
            follower.next(_next_moment(report), seconds=view.ticks)
            follower.live.check_names()
            before, report = report, _report(follower.live.snapshot())
            view.show(before, report, follower.live.now())
        view.end()
        if follower.live.lost is not None and not report.is_done:
            raise follower.live.lost
    return exit_code_for(
        {**values, "exit_code": True}, incomplete=bool(report.incomplete), findings=not report.is_done
    )


def _report(snapshot: "ClusterSnapshot") -> RolloutReport:
    return rollout(snapshot, snapshot.daemonsets[0])


def _next_moment(report: RolloutReport) -> datetime | None:
    """When the next pod will have been Ready for long enough, of which no event tells."""
    return min((node.available_at for node in report.nodes or () if node.available_at), default=None)
