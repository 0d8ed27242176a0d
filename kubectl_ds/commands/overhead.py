"""`kubectl ds overhead`: what DaemonSets request of each node and of the cluster."""

from typing import TYPE_CHECKING, Any

from kubectl_ds.commands.declared import Choice, Declared, Flag
from kubectl_ds.commands.options import CONNECTION, READING, REPORT_OUTPUT, SCOPE
from kubectl_ds.environment import Environment
from kubectl_ds.exit_codes import ExitCode

if TYPE_CHECKING:
    from kubectl_ds.core.snapshot import Resource
    from kubectl_ds.output.style import Style

EPILOG = """\b
Examples:
  kubectl ds overhead                             all DaemonSets, and what a new node of each shape loses
  kubectl ds overhead --sort-by=memory -o wide    the hungriest first; limits, surge and every node too
  kubectl ds overhead -n monitoring -o json       those of one namespace
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
    from kubectl_ds.commands.reading import exit_code_for, take_snapshot
    from kubectl_ds.core.idle_gaps import without_idle_gaps
    from kubectl_ds.core.overhead import overhead, sorted_by
    from kubectl_ds.output.overhead import overhead_text

    asked = report_format(values)
    everywhere = {"all_namespaces": values["all_namespaces"] or not values["namespace"]}
    snapshot = take_snapshot(environment, {**values, **everywhere}, (), WANTS, concerning=without_idle_gaps)
    report = sorted_by(overhead(snapshot), values["sort_by"])

    def text(style: "Style") -> str:
        return overhead_text(report, style, wide=asked.name == "wide")

    print_report(environment, values, asked, report, text)
    return exit_code_for(values, incomplete=bool(report.incomplete), findings=False)


command = Declared(
    "overhead",
    run,
    flags=(*OWN, *REPORT_OUTPUT, *SCOPE, *READING, *CONNECTION),
    epilog=EPILOG,
)
