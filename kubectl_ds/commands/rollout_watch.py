"""`rollout --watch`: followed until it is done, so that it can stand where `kubectl rollout status` stood."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kubectl_ds.commands.following import Follower, following
from kubectl_ds.commands.printing import write_for_scripts
from kubectl_ds.commands.reading import exit_code_for, style_from
from kubectl_ds.commands.waiting import timeout_seconds
from kubectl_ds.core.rollout import rollout
from kubectl_ds.core.rollout_change import is_news, step_changes
from kubectl_ds.core.rollout_report import RolloutReport
from kubectl_ds.environment import Environment
from kubectl_ds.exit_codes import ExitCode
from kubectl_ds.output.formats import OutputFormat

if TYPE_CHECKING:
    from kubectl_ds.core.snapshot import ClusterSnapshot


def follow(
    environment: Environment, values: Mapping[str, Any], names: Sequence[str], asked: OutputFormat
) -> ExitCode:
    """0 once it is done, 1 when time is up before. Raises `NotFoundError` when the DaemonSet goes meanwhile, and
    the error of a connection that is broken when time is up."""
    with following(environment, values, names, timeout=timeout_seconds(values["timeout"])) as follower:
        snapshot = follower.begin()
        follower.live.check_names()
        report = _report(snapshot)
        view = _view(environment, values, asked, follower)
        view.begin(report)
        while not report.is_done and not follower.time_is_up:
            follower.next(_next_moment(report), seconds=view.ticks)
            follower.live.check_names()
            before, report = report, _report(follower.live.snapshot())
            view.show(before, report, follower.live.now())
            environment.stdout.flush()
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


def _view(
    environment: Environment, values: Mapping[str, Any], asked: OutputFormat, follower: Follower
) -> "_View":
    if not asked.is_table:
        return _Documents(environment, values, asked)
    return (_Lines if environment.screen() is None else _Picture)(environment, values, asked)


class _View:
    """A way to show what is followed."""

    ticks: float | None = None
    """Seconds after which it wants to show something though nothing has happened."""

    def __init__(self, environment: Environment, values: Mapping[str, Any], asked: OutputFormat) -> None:
        self._environment, self._values, self._asked = environment, values, asked

    def begin(self, report: RolloutReport) -> None:
        """How it stands."""
        raise NotImplementedError

    def show(self, before: RolloutReport, after: RolloutReport, now: datetime) -> None:
        """What has changed."""
        raise NotImplementedError

    def end(self) -> None:
        """Nothing more comes."""


class _Lines(_View):
    """A line for each change: nodes first, then what follows for the whole."""

    def begin(self, report: RolloutReport) -> None:
        from kubectl_ds.output.rollout_change import verdict_line

        self._environment.stdout.write(verdict_line(report, report.taken_at))
        self._environment.stdout.flush()

    def show(self, before: RolloutReport, after: RolloutReport, now: datetime) -> None:
        from kubectl_ds.output.rollout_change import change_line, verdict_line

        for change in step_changes(before, after):
            self._environment.stdout.write(change_line(after, change, now))
        if is_news(before, after):
            self._environment.stdout.write(verdict_line(after, now))


class _Documents(_View):
    """The report's document, and one more for each change."""

    _begun = False

    def begin(self, report: RolloutReport) -> None:
        self._write(report)

    def show(self, before: RolloutReport, after: RolloutReport, now: datetime) -> None:
        if step_changes(before, after) or is_news(before, after):
            self._write(after)

    def _write(self, report: RolloutReport) -> None:
        from kubectl_ds.output.documents import spell_on_a_line, to_document

        separator = "---\n" if self._begun and self._asked.name == "yaml" else ""
        self._begun = True
        write_for_scripts(
            self._environment, self._asked, separator + spell_on_a_line(to_document(report), self._asked)
        )
        self._environment.stdout.flush()


class _Picture(_View):
    """A progress bar and the nodes in motion, drawn over the picture before."""

    ticks: float | None = 1.0
    _drawn = False

    def begin(self, report: RolloutReport) -> None:
        self._draw(report, report.taken_at)

    def show(self, before: RolloutReport, after: RolloutReport, now: datetime) -> None:
        self._draw(after, now)

    def end(self) -> None:
        self._environment.stdout.write("\n")

    def _draw(self, report: RolloutReport, now: datetime) -> None:
        from msgspec.structs import replace

        from kubectl_ds.output.picture import blank_page, picture
        from kubectl_ds.output.rollout_change import picture_lines

        size = self._environment.screen()
        if size is None:
            return
        style = replace(style_from(self._environment, self._values), width=max(size.columns, 40))
        if not self._drawn:
            self._environment.stdout.write(blank_page(size.lines))
            self._drawn = True
        lines = picture_lines(report, now, style)
        self._environment.stdout.write(picture(lines, size.columns, size.lines, style))
        self._environment.stdout.flush()
