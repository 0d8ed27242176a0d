"""`kubectl ds get`: kubectl's columns and one verdict; every other format just as `kubectl get ds` gives it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kubectl_ds.commands.declared import NAMES, Declared, Flag, Switch, Text
from kubectl_ds.commands.names import in_order_of, names_as_given, refuse_missing, tolerant
from kubectl_ds.commands.options import CONNECTION, FLEET, READING, SCOPE, names_a_fleet
from kubectl_ds.environment import Environment
from kubectl_ds.errors import UsageError
from kubectl_ds.exit_codes import ExitCode

if TYPE_CHECKING:
    from kubectl_ds.core.model import DaemonSet
    from kubectl_ds.core.snapshot import ClusterSnapshot
    from kubectl_ds.output.formats import OutputFormat

EPILOG = """\b
Examples:
  kubectl ds get -A                           all DaemonSets, each with a verdict
  kubectl ds get cni -n kube-system -o yaml   the object, just as kubectl prints it
  kubectl ds get -A -o wide --sort-by .metadata.creationTimestamp
  kubectl ds get -A --contexts eu,us          two clusters, and what differs between them
"""

OBJECT_FORMATS = (
    *("table", "wide", "json", "yaml", "kyaml", "name", "jsonpath=", "jsonpath-as-json=", "jsonpath-file="),
    *("custom-columns=", "custom-columns-file=", "go-template=", "go-template-file="),
)

OBJECT_OUTPUT = (
    Flag(
        *("-o", "--output"),
        kind=Text(""),
        metavar="FORMAT",
        help="table, wide, json, yaml, kyaml, name, jsonpath=…, jsonpath-as-json=…, custom-columns=…, "
        "go-template=…, and their -file forms.",
        offers=OBJECT_FORMATS,
    ),
    Flag("--template", kind=Text(""), metavar="TEMPLATE", help="The template of -o go-template or jsonpath."),
    Flag(
        "--allow-missing-template-keys",
        kind=Switch(on=True),
        help="A key that is not there prints nothing.",
    ),
    Flag("--show-managed-fields", kind=Switch(), help="Keep managedFields in JSON and YAML."),
    Flag("--no-headers", kind=Switch(), help="Leave the headings of tables out."),
    Flag("--show-labels", kind=Switch(), help="All labels as the last column of kubectl's."),
    Flag("--show-kind", kind=Switch(), help="Names as daemonset.apps/NAME."),
    Flag("-L", "--label-columns", many=True, metavar="KEY,...", help="A column for each of these labels."),
    Flag("--sort-by", kind=Text(""), metavar="JSONPATH", help="Sort by this field."),
    Flag("--ignore-not-found", kind=Switch(), help="A name that is not there is no error."),
    Flag("-w", "--watch", kind=Switch(), help="Then follow the changes."),
    Flag("--watch-only", kind=Switch(), help="Only follow the changes."),
    Flag("--output-watch-events", kind=Switch(), help="With --watch: each object inside its event."),
)


def run(environment: Environment, /, names: tuple[str, ...], **values: Any) -> ExitCode:
    """Which DaemonSets are there, and is each one well?

    The table begins with kubectl's own columns and ends with one verdict: Healthy, Idle, Progressing,
    Degraded or Stuck. The other formats print the objects just as `kubectl get ds` does.
    """
    from kubectl_ds.commands.printing import read_template
    from kubectl_ds.output.formats import load_template, parse_output_format

    asked = load_template(
        parse_output_format(values["output"], template=values["template"]),
        read_template,
    )
    refuse_what_does_not_go_together(values, asked)
    wanted = names_as_given(names)
    if names_a_fleet(values):
        return _fleet(environment, values, wanted, asked)
    if values["watch"] or values["watch_only"]:
        from kubectl_ds.commands.watching import follow

        return follow(environment, values, wanted, asked)
    if asked.is_table:
        return _table(environment, values, wanted, asked)
    return _objects(environment, values, wanted, asked)


command = Declared(
    "get",
    run,
    words=NAMES,
    flags=(*OBJECT_OUTPUT, *SCOPE, *READING, *FLEET, *CONNECTION),
    epilog=EPILOG,
)


def refuse_what_does_not_go_together(values: Mapping[str, Any], asked: "OutputFormat") -> None:
    """Raises `UsageError` in the words of kubectl's `GetOptions.Validate` (pkg/cmd/get/get.go)."""
    if values["show_labels"] and not asked.is_table:
        raise UsageError(f"--show-labels option cannot be used with {values['output']} printer")
    if values["output_watch_events"] and not (values["watch"] or values["watch_only"]):
        raise UsageError("--output-watch-events option can only be used with --watch or --watch-only")


def _objects(
    environment: Environment, values: Mapping[str, Any], names: tuple[str, ...], asked: "OutputFormat"
) -> ExitCode:
    """One read of the DaemonSets and nothing else, as `kubectl get ds` has it."""
    from kubectl_ds.commands.printing import write_for_scripts
    from kubectl_ds.commands.reading import scope_from, session_from, showing_progress
    from kubectl_ds.kube.daemonset_objects import read_daemonset_objects
    from kubectl_ds.output.sort_objects import sort_objects

    with session_from(environment, values) as session:
        scope = scope_from(values, names, session)
        with showing_progress(session, tolerant(values, names)) as options:
            read = read_daemonset_objects(session.transport, scope, options)
        objects = in_order_of(names, read.objects, lambda one: str(one["metadata"]["name"]))
        if values["sort_by"]:
            objects = sort_objects(objects, values["sort_by"])
        if objects or not names:
            text = _rendered(environment, values, objects, asked, single=len(names) == 1)
            write_for_scripts(environment, asked, text)
        refuse_missing(session, values, scope, read.missing)
    return ExitCode.OK


def _rendered(
    environment: Environment,
    values: Mapping[str, Any],
    objects: Sequence[Mapping[str, Any]],
    asked: "OutputFormat",
    *,
    single: bool,
) -> str:
    if asked.is_go_template:
        from kubectl_ds.commands.go_template import rendered_by_kubectl

        return rendered_by_kubectl(environment, values, objects, asked, single=single)
    from kubectl_ds.output.objects import render_objects

    return render_objects(
        objects,
        asked,
        single=single,
        show_managed_fields=values["show_managed_fields"],
        allow_missing_template_keys=values["allow_missing_template_keys"],
        no_headers=values["no_headers"],
    )


def _table(
    environment: Environment, values: Mapping[str, Any], names: tuple[str, ...], asked: "OutputFormat"
) -> ExitCode:
    from kubectl_ds.commands.reading import (
        exit_code_for,
        read_with,
        say_what_is_lacking,
        scope_from,
        session_from,
        style_from,
    )
    from kubectl_ds.commands.verdicts import columns_from, verdicts_of
    from kubectl_ds.output.get_table import get_table

    with session_from(environment, values) as session:
        scope = scope_from(values, names, session)
        snapshot = read_with(session, tolerant(values, names), scope)
        say_what_is_lacking(environment, snapshot, scope, empty_is_fine=values["ignore_not_found"])
        table = get_table(
            sorted_daemonsets(snapshot, names, values["sort_by"]),
            verdicts_of(snapshot),
            columns_from(values, wide=asked.name == "wide"),
            style_from(environment, values),
            now=snapshot.taken_at,
        )
        environment.stdout.write(table)
        found = {daemonset.metadata.name for daemonset in snapshot.daemonsets}
        refuse_missing(session, values, scope, [name for name in dict.fromkeys(names) if name not in found])
    return exit_code_for(values, incomplete=bool(snapshot.gaps), findings=False)


def _fleet(
    environment: Environment, values: Mapping[str, Any], names: tuple[str, ...], asked: "OutputFormat"
) -> ExitCode:
    """A table for each cluster, or its objects in the one document of all of them."""
    from kubectl_ds.commands.fleets import Look, Seen, look_at_fleet
    from kubectl_ds.commands.printing import REPORT_FORMATS
    from kubectl_ds.commands.reading import EVERYTHING
    from kubectl_ds.commands.verdicts import columns_from
    from kubectl_ds.core.coverage import coverage
    from kubectl_ds.core.fleet_report import DaemonSetList
    from kubectl_ds.core.health import health
    from kubectl_ds.output.get_table import get_table

    if asked.name not in REPORT_FORMATS:
        raise UsageError(
            f"-o {values['output']} does not say which cluster an object is in",
            hint="with several contexts: table, wide, json, yaml, kyaml or jsonpath",
        )
    columns = columns_from(values, wide=asked.name == "wide")

    def seen(snapshot: "ClusterSnapshot") -> Seen:
        covered = coverage(snapshot)
        shown = sorted_daemonsets(snapshot, names, values["sort_by"])
        items = {item.uid: item for item in covered.items}
        verdicts = {one.metadata.uid: health(items[one.metadata.uid], one) for one in shown}
        objects = (snapshot.daemonset_objects[one.metadata.uid] for one in shown)
        return Seen(
            report=DaemonSetList(objects=tuple(objects), incomplete=snapshot.gaps),
            text=lambda style: get_table(shown, verdicts, columns, style, now=snapshot.taken_at),
            incomplete=snapshot.gaps,
            covered=covered,
        )

    return look_at_fleet(environment, values, names, asked, Look(EVERYTHING, seen))


def sorted_daemonsets(snapshot: "ClusterSnapshot", names: tuple[str, ...], sort_by: str) -> "list[DaemonSet]":
    """By a field of the whole object, which the decoded one may not have; else as named or listed."""
    daemonsets = in_order_of(names, snapshot.daemonsets, lambda one: one.metadata.name)
    if not sort_by:
        return daemonsets

    from kubectl_ds.output.sort_objects import sort_objects

    by_uid = {daemonset.metadata.uid: daemonset for daemonset in daemonsets}
    objects = [snapshot.daemonset_objects[one.metadata.uid] for one in daemonsets]
    return [by_uid[str(one["metadata"]["uid"])] for one in sort_objects(objects, sort_by)]
