"""`kubectl ds history`: its revisions, the nodes on each, one template, or what differs between two."""

from typing import TYPE_CHECKING, Any

from kubectl_ds.commands.declared import NAME, Declared, Flag, Number, Text
from kubectl_ds.commands.names import daemonset_names
from kubectl_ds.commands.options import CONNECTION, NAMESPACE, READING, REPORT_OUTPUT
from kubectl_ds.environment import Environment
from kubectl_ds.errors import KubectlDsError, NotFoundError, UsageError
from kubectl_ds.exit_codes import ExitCode

if TYPE_CHECKING:
    from kubectl_ds.core.history import HistoryReport, RevisionNodes
    from kubectl_ds.core.snapshot import Resource
    from kubectl_ds.output.style import Style

EPILOG = """\b
Examples:
  kubectl ds history cni -n kube-system                which revisions there are, and how many nodes are on each
  kubectl ds history cni -n kube-system --revision 6   the pod template of one of them
  kubectl ds history cni -n kube-system --diff 6..7    what changed from one to the other
"""

WANTS: "frozenset[Resource]" = frozenset(("daemonsets", "pods", "controllerrevisions"))


OWN = (
    Flag("--revision", kind=Number(at_least=0), metavar="N", help="The pod template of this revision."),
    Flag(
        "--diff",
        kind=Text(""),
        metavar="A..B",
        help="What changed from one revision to the other; a side left out is the current one.",
    ),
)


def run(environment: Environment, /, name: str, **values: Any) -> ExitCode:
    """Its revisions: number, age, change cause, images, and how many nodes are on each.

    --diff prints a unified diff of two pod templates, or what KUBECTL_EXTERNAL_DIFF makes of them.
    """
    from msgspec.structs import replace

    from kubectl_ds.commands.printing import print_report, report_format
    from kubectl_ds.commands.reading import exit_code_for, take_snapshot
    from kubectl_ds.core.history import history
    from kubectl_ds.output.history import history_text, revision_text

    asked, wanted = report_format(values), wanted_revisions(values["revision"], values["diff"])
    snapshot = take_snapshot(environment, values, daemonset_names([name]), WANTS)
    report = history(snapshot, snapshot.daemonsets[0])
    chosen = tuple(revision_of(report, number) for number in wanted)
    if chosen:
        report = replace(report, revisions=chosen)

    def text(style: "Style") -> str:
        if len(chosen) == 2:
            return difference(environment, report, style)
        return (
            revision_text(report, chosen[0], style)
            if chosen
            else history_text(report, style, wide=asked.name == "wide")
        )

    print_report(environment, values, asked, report, text)
    return exit_code_for(values, incomplete=bool(report.incomplete), findings=False)


command = Declared(
    "history",
    run,
    words=NAME,
    flags=(*OWN, *REPORT_OUTPUT, *NAMESPACE, *READING, *CONNECTION),
    epilog=EPILOG,
)


def wanted_revisions(revision: int, diff: str) -> tuple[int | None, ...]:
    """None of them, one, or the two ends of a diff; None is the current one. Raises `UsageError`."""
    if not diff:
        return (revision,) if revision else ()
    if revision:
        raise UsageError("--diff and --revision exclude each other", hint="give one of the two")
    old, separator, new = diff.partition("..")
    if not (separator and (old or new)) or not all(end.isdecimal() or not end for end in (old, new)):
        raise UsageError(
            f"--diff takes two revisions, not {diff!r}",
            hint="as in --diff 6..7, or --diff 6.. for the current one",
        )
    return tuple(int(end) if end else None for end in (old, new))


def revision_of(report: "HistoryReport", number: int | None) -> "RevisionNodes":
    """The revision of that number, or the current one. Raises `NotFoundError`, and says which there are."""
    if report.revisions is None:
        raise KubectlDsError(
            f"The revisions of {report.name} could not be read: {report.incomplete[0].message}"
        )
    found = report.current if number is None else report.of_number(number)
    if found is None:
        there = [str(one.number) for one in reversed(report.revisions) if one.number is not None]
        which = "current revision" if number is None else f"revision {number}"
        raise NotFoundError(
            f'daemonsets.apps "{report.name}" has no {which}',
            hint=f"it has {', '.join(there)}" if there else "it has no revisions at all",
        )
    return found


def difference(environment: Environment, report: "HistoryReport", style: "Style") -> str:
    """The diff of the report's two revisions, by the differ that people set up for kubectl, or by our own."""
    from kubectl_ds.commands.external_diff import external_diff, run_external_diff
    from kubectl_ds.output.history import diff_text, template_yaml
    from kubectl_ds.output.terminal_text import safe_lines

    old, new = report.revisions or ()
    differ = external_diff(environment.variables)
    if differ is None or old is new:
        return diff_text(old, new, style)
    name = f"apps.v1.DaemonSet.{report.namespace}.{report.name}"
    sides = {f"REVISION-{one.number}": template_yaml(one.template) for one in (old, new)}
    if environment.stdout_is_terminal:
        # Made safe before the differ sees it: what it prints may then hold its own colours, and nothing else.
        sides = {side: "\n".join(safe_lines(text)) + "\n" for side, text in sides.items()}
    return run_external_diff(differ, name, sides, environment.variables)
