"""`get --watch`: the DaemonSets there are, then each change as it happens."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kubectl_ds.commands.following import FOLLOWED_AGAIN, following, no_longer_followed
from kubectl_ds.commands.printing import write_for_scripts
from kubectl_ds.commands.reading import read_options_from, scope_from, session_from, style_from
from kubectl_ds.commands.verdicts import columns_from
from kubectl_ds.core.health import Verdict, health
from kubectl_ds.core.live_coverage import LiveCoverage
from kubectl_ds.core.model import DaemonSet
from kubectl_ds.core.object_change import ObjectChange
from kubectl_ds.environment import Environment
from kubectl_ds.errors import KubectlDsError, UsageError
from kubectl_ds.exit_codes import ExitCode
from kubectl_ds.kube.decoding import RawObject
from kubectl_ds.kube.watch import WatchEvent, begin_watch
from kubectl_ds.output.formats import OutputFormat
from kubectl_ds.output.get_table import get_table
from kubectl_ds.output.terminal_text import safe

if TYPE_CHECKING:
    from kubectl_ds.output.watch_events import ChangePrinter


def follow(
    environment: Environment, values: Mapping[str, Any], names: tuple[str, ...], asked: OutputFormat
) -> ExitCode:
    """Print until the reader or Ctrl-C ends it. With --watch-only what is there already is not printed."""
    if asked.is_go_template and values["output_watch_events"]:
        raise UsageError(
            "a go-template cannot print --output-watch-events here", hint="use -o jsonpath=… or -o json"
        )
    if values["sort_by"]:
        print(
            "warning: --watch requested, --sort-by will be ignored for watch events received",
            file=environment.stderr,
        )
    if asked.is_table:
        return _follow_rows(environment, values, names, asked)
    return _follow_objects(environment, values, names, asked)


def _follow_objects(
    environment: Environment, values: Mapping[str, Any], names: tuple[str, ...], asked: OutputFormat
) -> ExitCode:
    """Every change of an object, one by one, as kubectl prints it: one watch of DaemonSets and nothing else."""
    with session_from(environment, values) as session:
        scope = scope_from(values, names, session)
        printer = _Objects(environment, values, asked)
        say = _Connection(environment).is_now
        there, changes = begin_watch(session.transport, scope, read_options_from(values), say)
        if names and not there:
            return ExitCode.OK
        printer.begin(there)
        environment.stdout.flush()
        for event in changes:
            printer.show(event)
            environment.stdout.flush()
    return ExitCode.OK


def _follow_rows(
    environment: Environment, values: Mapping[str, Any], names: tuple[str, ...], asked: OutputFormat
) -> ExitCode:
    """The table, then a row for each DaemonSet that changes, or of which the verdict does."""
    with following(environment, values, names) as follower:
        # kubectl says nothing of an empty list that it goes on to watch.
        snapshot = follower.begin(empty_is_fine=True)
        if names and not snapshot.daemonsets:
            return ExitCode.OK
        live = LiveCoverage(snapshot)
        rows = _Rows(environment, values, asked, snapshot.daemonsets)
        rows.judge(live, (one.metadata.uid for one in snapshot.daemonsets))
        if not values["watch_only"]:
            rows.show([("ADDED", one) for one in snapshot.daemonsets], snapshot.taken_at)
        while True:
            environment.stdout.flush()
            batch = follower.next(live.next_moment)
            if batch.relearn:
                touched = live.restart(follower.live.snapshot()).touched
            else:
                touched = live.apply(batch.changes, batch.now).touched
            changes = rows.take(batch.changes)
            others = rows.judge(live, touched) - {one.metadata.uid for _, one in changes}
            verdicts = [("VERDICT", one) for one in rows.known if one.metadata.uid in others]
            rows.show([*changes, *verdicts], batch.now)


class _Connection:
    """Says once that a watch is broken, and once that it goes on."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._said = ""

    def is_now(self, error: KubectlDsError | None) -> None:
        """Raises `BrokenPipeError` when nobody would read what is still to come."""
        if self._environment.reader_is_gone():
            raise BrokenPipeError
        message = "" if error is None else error.message
        if message != self._said:
            self._said = message
            line = no_longer_followed(message) if message else FOLLOWED_AGAIN
            print(safe(line), file=self._environment.stderr)


class _Objects:
    """Each object by itself, as kubectl prints a watch."""

    def __init__(self, environment: Environment, values: Mapping[str, Any], asked: OutputFormat) -> None:
        self._environment, self._values, self._asked = environment, values, asked
        self._printer = None if asked.is_go_template else self._change_printer()

    def begin(self, there: Sequence[RawObject]) -> None:
        if not self._values["watch_only"]:
            self._print([("ADDED", one) for one in there])

    def show(self, event: WatchEvent) -> None:
        self._print([(event.change, event.object)])

    def _print(self, changes: Sequence[tuple[str, RawObject]]) -> None:
        if self._printer is not None:
            text = self._printer.text(changes)
        else:
            from kubectl_ds.commands.go_template import rendered_by_kubectl

            text = "".join(
                rendered_by_kubectl(self._environment, self._values, [one], self._asked, single=True)
                for _, one in changes
            )
        write_for_scripts(self._environment, self._asked, text)

    def _change_printer(self) -> "ChangePrinter":
        from kubectl_ds.output.watch_events import ChangePrinter

        return ChangePrinter(
            self._asked,
            in_events=self._values["output_watch_events"],
            show_managed_fields=self._values["show_managed_fields"],
            allow_missing_template_keys=self._values["allow_missing_template_keys"],
            no_headers=self._values["no_headers"],
        )


class _Rows:
    """kubectl's table with the verdict, whose rows go on to be printed in the columns of the first ones."""

    def __init__(
        self,
        environment: Environment,
        values: Mapping[str, Any],
        asked: OutputFormat,
        daemonsets: Iterable[DaemonSet],
    ) -> None:
        self._environment, self._values = environment, values
        self._columns = columns_from(values, wide=asked.name == "wide")
        self._known = {one.metadata.uid: one for one in daemonsets}
        self._verdicts: dict[str, Verdict] = {}
        self._headed = False

    @property
    def known(self) -> list[DaemonSet]:
        """The DaemonSets that are there."""
        return list(self._known.values())

    def take(self, changes: Iterable[ObjectChange]) -> list[tuple[str, DaemonSet]]:
        """The changes of DaemonSets among these, by kubectl's names for them."""
        events: list[tuple[str, DaemonSet]] = []
        for change in changes:
            before, after = change.before, change.after
            if isinstance(before, DaemonSet) and not _is_of(before, after):
                self._known.pop(before.metadata.uid, None)
                events.append(("DELETED", before))
                before = None
            if isinstance(after, DaemonSet):
                self._known[after.metadata.uid] = after
                events.append(("MODIFIED" if before else "ADDED", after))
        return events

    def judge(self, live: LiveCoverage, uids: Iterable[str]) -> set[str]:
        """Give the verdict on these anew; answers of which it is another one."""
        changed = set()
        for uid in uids:
            before = self._verdicts.pop(uid, None)
            if (daemonset := self._known.get(uid)) is not None:
                verdict = self._verdicts[uid] = health(live.item(uid), daemonset)
                changed |= {uid} if verdict != before else set()
        return changed

    def show(self, changes: Sequence[tuple[str, DaemonSet]], now: datetime) -> None:
        """The rows, with their change in front where watch events were asked for; headers before the first.

        All that is known is laid out again, so that a new row keeps to the columns above it.
        """
        if not changes:
            return
        others = [one for one in self.known if all(one is not shown for _, shown in changes)]
        daemonsets = [*(one for _, one in changes), *others]
        gone = {one.metadata.uid: health(None, one) for one in daemonsets}
        style = style_from(self._environment, self._values)
        table = get_table(daemonsets, gone | self._verdicts, self._columns, style, now=now)
        lines = table.splitlines(keepends=True)
        headers = len(lines) - len(daemonsets)
        rows = lines[headers:][: len(changes)]
        cells = [change for change, _ in changes]
        if not self._headed:
            rows, cells = lines[:headers] + rows, ["EVENT"] * headers + cells
        self._headed = True
        if self._values["output_watch_events"]:
            rows = [f"{cell:<8}   {row}" for cell, row in zip(cells, rows, strict=True)]
        self._environment.stdout.write("".join(rows))


def _is_of(before: DaemonSet, after: object) -> bool:
    return isinstance(after, DaemonSet) and after.metadata.uid == before.metadata.uid
