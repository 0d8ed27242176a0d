"""`get --watch`: the DaemonSets there are, then each change as it happens."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kubectl_ds.commands.printing import write_for_scripts
from kubectl_ds.commands.reading import (
    read_options_from,
    read_with,
    say_what_is_lacking,
    scope_from,
    session_from,
    style_from,
)
from kubectl_ds.commands.verdicts import columns_from, verdicts_of
from kubectl_ds.core.health import Verdict, health
from kubectl_ds.core.model import DaemonSet
from kubectl_ds.environment import Environment
from kubectl_ds.errors import NotFoundError, UsageError
from kubectl_ds.exit_codes import ExitCode
from kubectl_ds.kube.decoding import RawObject, typed_object
from kubectl_ds.kube.scope import Scope
from kubectl_ds.kube.watch import WatchEvent, begin_watch
from kubectl_ds.output.formats import OutputFormat
from kubectl_ds.output.get_table import get_table

if TYPE_CHECKING:
    from kubectl_ds.kube.connection import Session
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
    with session_from(environment, values) as session:
        scope = scope_from(values, names, session)
        printer = (
            _Rows(environment, values, session, asked)
            if asked.is_table
            else _Objects(environment, values, asked)
        )
        if isinstance(printer, _Rows):
            printer.read(scope)
        there, changes = begin_watch(session.transport, scope, read_options_from(values))
        if names and not there:
            return ExitCode.OK
        printer.begin(there)
        environment.stdout.flush()
        for event in changes:
            printer.show(event)
            environment.stdout.flush()
    return ExitCode.OK


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
    """kubectl's table with the verdict, then a line for each DaemonSet that changed, in the same columns."""

    def __init__(
        self, environment: Environment, values: Mapping[str, Any], session: "Session", asked: OutputFormat
    ) -> None:
        self._environment, self._values, self._session = environment, values, session
        self._columns = columns_from(values, wide=asked.name == "wide")
        self._known: dict[str, DaemonSet] = {}
        self._verdicts: dict[str, Verdict] = {}
        self._headed = False

    def read(self, scope: Scope) -> None:
        """The first moment, with everything that a verdict needs."""
        snapshot = read_with(self._session, self._values, scope)
        # kubectl says nothing of an empty list that it goes on to watch.
        say_what_is_lacking(self._environment, snapshot, scope, empty_is_fine=True)
        self._known = {daemonset.metadata.uid: daemonset for daemonset in snapshot.daemonsets}
        self._verdicts = verdicts_of(snapshot)
        self._taken_at = snapshot.taken_at

    def begin(self, there: Sequence[RawObject]) -> None:
        """What was read is the table; what has changed between it and the watch follows in the same columns."""
        if self._known and not self._values["watch_only"]:
            lines = self._table(self._taken_at).splitlines(keepends=True)
            self._write(lines, ["ADDED"] * len(self._known))
        for one in there:
            metadata = typed_object(one, DaemonSet).metadata
            known = self._known.get(metadata.uid)
            if known is None or known.metadata.resource_version != metadata.resource_version:
                self.show(WatchEvent(change="ADDED" if known is None else "MODIFIED", object=one))

    def show(self, event: WatchEvent) -> None:
        changed = typed_object(event.object, DaemonSet)
        self._known[changed.metadata.uid] = changed
        now = self._judge(changed)
        # All that is known is laid out again, so that the new line keeps to the columns above it.
        lines = self._table(now).splitlines(keepends=True)
        headers = len(lines) - len(self._known)
        position = list(self._known).index(changed.metadata.uid)
        self._write([*lines[:headers], lines[headers + position]], [event.change])
        if event.change == "DELETED":
            del self._known[changed.metadata.uid]

    def _write(self, lines: Sequence[str], changes: Sequence[str]) -> None:
        """The rows, with their change in front where watch events were asked for; headers before the first."""
        if self._headed:
            lines = lines[len(lines) - len(changes) :]
        self._headed = True
        if self._values["output_watch_events"]:
            first_cells = [*(["EVENT"] * (len(lines) - len(changes))), *changes]
            lines = [f"{cell:<8}   {line}" for cell, line in zip(first_cells, lines, strict=True)]
        self._environment.stdout.write("".join(lines))

    def _judge(self, changed: DaemonSet) -> datetime:
        scope = Scope(namespace=changed.metadata.namespace, names=(changed.metadata.name,))
        try:
            snapshot = read_with(self._session, self._values, scope)
        except NotFoundError:
            self._verdicts[changed.metadata.uid] = health(None, changed)
            return self._environment.now()
        self._verdicts.update(verdicts_of(snapshot))
        self._verdicts.setdefault(changed.metadata.uid, health(None, changed))
        return snapshot.taken_at

    def _table(self, now: datetime) -> str:
        style = style_from(self._environment, self._values)
        return get_table(list(self._known.values()), self._verdicts, self._columns, style, now=now)
