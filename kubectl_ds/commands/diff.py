"""`kubectl ds diff`: two moments or two clusters: which nodes gained or lost which DaemonSet, and why."""

from typing import Any

from kubectl_ds.commands.declared import Choice, Declared, Flag, Switch, Words
from kubectl_ds.commands.options import READING, REPORT_OUTPUT, SCOPE, SERVER
from kubectl_ds.environment import Environment
from kubectl_ds.errors import UsageError
from kubectl_ds.exit_codes import ExitCode

EPILOG = """\b
Examples:
  kubectl ds diff monday.json.gz now             what became of the cluster since
  kubectl ds diff before.json.gz after.json.gz   two snapshots or dumps, without a cluster
  kubectl ds diff context:eu context:us -A       two clusters, by coverage and by template
  kubectl ds diff last-night.json.gz now --exit-code -o json    1 when anything differs
"""

OWN = (
    Flag("--exit-code", kind=Switch(), help="End with 1 when anything differs."),
    Flag(
        "--compare",
        kind=Choice(("auto", "nodes", "counts"), default="auto"),
        help="Node by node by name, or by counts alone. auto: node by node where both are one cluster.",
    ),
)
SIDES = Words("sides", "BEFORE AFTER", many=True)


def run(environment: Environment, /, sides: tuple[str, ...], **values: Any) -> ExitCode:
    """Two moments or two clusters: which nodes gained or lost which DaemonSet, and why.

    Each side is the path of a snapshot or a dump, a context (NAME or context:NAME), or now. Nodes, templates,
    revisions and the findings of an audit are held against each other. Without -n all namespaces count.
    """
    from kubectl_ds.commands.diff_sides import STDIN, taken, values_of
    from kubectl_ds.commands.printing import print_report, report_format
    from kubectl_ds.commands.reading import everywhere_unless_named, exit_code_for
    from kubectl_ds.core.diff import diff
    from kubectl_ds.output.diff import diff_text

    asked = report_format(values)
    if len(sides) != 2 or sides == (STDIN, STDIN):
        raise UsageError(
            f"diff takes two sides, and {len(sides)} are given"
            if len(sides) != 2
            else "both sides are standard input",
            hint="a snapshot or a dump, a context, or now: kubectl ds diff monday.json.gz now",
        )
    values = everywhere_unless_named(values)
    for side in sides:
        values_of(environment, values, side)
    before, after = (taken(environment, values, side) for side in sides)
    report = diff(before, after, labels=(sides[0], sides[1]), compare=values["compare"])
    print_report(
        environment,
        values,
        asked,
        report,
        lambda style: diff_text(report, style, wide=asked.name == "wide"),
    )
    return exit_code_for(values, incomplete=report.is_incomplete, findings=report.differs)


command = Declared(
    "diff",
    run,
    words=SIDES,
    flags=(*OWN, *REPORT_OUTPUT, *SCOPE, *READING, *SERVER),
    epilog=EPILOG,
)
