"""`get --watch`: the DaemonSets there are, then each change as it happens."""

from collections.abc import Mapping
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
from kubectl_ds.kube.decoding import typed_object
from kubectl_ds.kube.scope import Scope
from kubectl_ds.kube.watch import WatchEvent, watch_daemonsets
from kubectl_ds.output.formats import OutputFormat
from kubectl_ds.output.get_table import get_table

if TYPE_CHECKING:
    from kubectl_ds.kube.connection import Session


def follow(
    environment: Environment, values: Mapping[str, Any], names: tuple[str, ...], asked: OutputFormat
) -> ExitCode:
    """Print until the reader or Ctrl-C ends it. With --watch-only what is there already is not printed."""
    if asked.is_go_template:
        raise UsageError(
            "go-template cannot follow changes here", hint="use -o jsonpath=… or -o json with --watch"
        )
    if values["sort_by"]:
        print("warning: --watch requested, --sort-by will be ignored", file=environment.stderr)
    with session_from(environment, values) as session:
        scope = scope_from(values, names, session)
        printer = (
            _Rows(environment, values, session, asked)
            if asked.is_table
            else _Objects(environment, values, asked)
        )
        if isinstance(printer, _Rows):
            printer.begin(scope)
        for event in watch_daemonsets(session.transport, scope, read_options_from(values)):
            if printer.wants(event):
                printer.show(event)
                environment.stdout.flush()
    return ExitCode.OK


class _Objects:
    """Each object by itself, as kubectl prints a watch."""

    def __init__(self, environment: Environment, values: Mapping[str, Any], asked: OutputFormat) -> None:
        self._environment, self._values, self._asked = environment, values, asked
        self._shown = 0

    def wants(self, event: WatchEvent) -> bool:
        return not (event.listed and self._values["watch_only"])

    def show(self, event: WatchEvent) -> None:
        from kubectl_ds.output.objects import render_objects, watch_event

        wrapped = self._values["output_watch_events"]
        text = render_objects(
            [watch_event(event.change, event.object) if wrapped else event.object],
            self._asked,
            single=True,
            show_managed_fields=self._values["show_managed_fields"],
            allow_missing_template_keys=self._values["allow_missing_template_keys"],
            no_headers=self._values["no_headers"] or self._shown > 0,
        )
        separator = "---\n" if self._asked.name in ("yaml", "kyaml") and self._shown else ""
        self._shown += 1
        write_for_scripts(self._environment, self._asked, separator + text)


class _Rows:
    """kubectl's table with the verdict, then a line for each DaemonSet that changed, in the same columns."""

    def __init__(
        self, environment: Environment, values: Mapping[str, Any], session: "Session", asked: OutputFormat
    ) -> None:
        self._environment, self._values, self._session = environment, values, session
        self._columns = columns_from(values, wide=asked.name == "wide")
        self._known: dict[str, DaemonSet] = {}
        self._verdicts: dict[str, Verdict] = {}

    def begin(self, scope: Scope) -> None:
        snapshot = read_with(self._session, self._values, scope)
        say_what_is_lacking(self._environment, snapshot, scope)
        self._known = {daemonset.metadata.uid: daemonset for daemonset in snapshot.daemonsets}
        self._verdicts = verdicts_of(snapshot)
        if self._known and not self._values["watch_only"]:
            self._environment.stdout.write(self._table(snapshot.taken_at))
            self._environment.stdout.flush()

    def wants(self, event: WatchEvent) -> bool:
        """What was listed is in the table already, unless it changed between the table and the watch."""
        if not event.listed:
            return True
        metadata = typed_object(event.object, DaemonSet).metadata
        known = self._known.get(metadata.uid)
        return known is None or known.metadata.resource_version != metadata.resource_version

    def show(self, event: WatchEvent) -> None:
        changed = typed_object(event.object, DaemonSet)
        first = not self._known and self._values["watch_only"] is False
        self._known[changed.metadata.uid] = changed
        now = self._judge(changed)
        # All that is known is laid out again, so that the new line keeps to the columns above it.
        lines = self._table(now).splitlines(keepends=True)
        header = len(lines) - len(self._known)
        position = list(self._known).index(changed.metadata.uid)
        self._environment.stdout.write("".join(lines[:header]) if first else "")
        self._environment.stdout.write(lines[header + position])
        if event.change == "DELETED":
            del self._known[changed.metadata.uid]

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
