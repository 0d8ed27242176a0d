"""`kubectl ds overhead`: what DaemonSets request of each node and of the cluster."""

from functools import partial
from typing import TYPE_CHECKING, Any

from kubectl_ds.commands.declared import Choice, Declared, Flag
from kubectl_ds.commands.options import CONNECTION, FLEET, READING, REPORT_OUTPUT, SCOPE, names_a_fleet
from kubectl_ds.environment import Environment
from kubectl_ds.exit_codes import ExitCode

if TYPE_CHECKING:
    from kubectl_ds.commands.fleets import Seen
    from kubectl_ds.core.snapshot import ClusterSnapshot, Resource
    from kubectl_ds.output.style import Style

EPILOG = """\b
Examples:
  kubectl ds overhead                             all DaemonSets, and what a new node of each shape loses
  kubectl ds overhead --sort-by=memory -o wide    the hungriest first; limits, surge and every node too
  kubectl ds overhead -n monitoring -o json       those of one namespace
  kubectl ds overhead --all-contexts              cluster by cluster
"""

WANTS: "frozenset[Resource]" = frozenset(
    ("daemonsets", "nodes", "pods", "limitranges", "runtimeclasses", "podmetrics")
)
SORT_KEYS = ("name", "pods", "cpu", "memory", "total-cpu", "total-memory")


OWN = (
    Flag(
        "--sort-by",
        kind=Choice(SORT_KEYS, default="name"),
        help="name, or the largest first: pods, cpu and memory of a pod, total-cpu, total-memory.",
    ),
)


def run(environment: Environment, /, **values: Any) -> ExitCode:
    """What DaemonSets request of each node and of the cluster, and what a new node loses to them.

    Without -n all namespaces count, since a node has to hold the DaemonSets of all of them.
    """
    from kubectl_ds.commands.printing import print_report, report_format
    from kubectl_ds.commands.reading import everywhere_unless_named, exit_code_for, take_snapshot
    from kubectl_ds.core.idle_gaps import without_idle_gaps
    from kubectl_ds.core.overhead import overhead, sorted_by
    from kubectl_ds.output.overhead import overhead_text

    asked = report_format(values)
    values = everywhere_unless_named(values)
    if names_a_fleet(values):
        from kubectl_ds.commands.fleets import Look, look_at_fleet

        look = Look(
            WANTS, partial(_seen, sort_by=values["sort_by"], wide=asked.name == "wide"), without_idle_gaps
        )
        return look_at_fleet(environment, values, (), asked, look)
    snapshot = take_snapshot(environment, values, (), WANTS, concerning=without_idle_gaps)
    report = sorted_by(overhead(snapshot), values["sort_by"])

    def text(style: "Style") -> str:
        return overhead_text(report, style, wide=asked.name == "wide")

    print_report(environment, values, asked, report, text)
    return exit_code_for(values, incomplete=bool(report.incomplete), findings=False)


command = Declared(
    "overhead",
    run,
    flags=(*OWN, *REPORT_OUTPUT, *SCOPE, *READING, *FLEET, *CONNECTION),
    epilog=EPILOG,
)


def _seen(snapshot: "ClusterSnapshot", *, sort_by: str, wide: bool) -> "Seen":
    """One cluster of several."""
    from kubectl_ds.commands.fleets import Seen
    from kubectl_ds.core.overhead import overhead, sorted_by
    from kubectl_ds.output.overhead import overhead_text

    report = sorted_by(overhead(snapshot), sort_by)
    return Seen(
        report=report,
        text=lambda style: overhead_text(report, style, wide=wide),
        incomplete=report.incomplete,
    )
