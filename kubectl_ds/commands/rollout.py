"""`kubectl ds rollout`: which revision is on which node, what the budget allows, and whether it will finish."""

from typing import TYPE_CHECKING, Any

from kubectl_ds.commands.declared import NAME, Declared, Flag, Switch, Text
from kubectl_ds.commands.names import daemonset_names
from kubectl_ds.commands.options import CONNECTION, NAMESPACE, READING, REPORT_OUTPUT
from kubectl_ds.environment import Environment
from kubectl_ds.errors import UsageError
from kubectl_ds.exit_codes import ExitCode

if TYPE_CHECKING:
    from kubectl_ds.output.style import Style

EPILOG = """\b
Examples:
  kubectl ds rollout cni -n kube-system               how far it is, who holds it up, and how long it may take
  kubectl ds rollout cni -n kube-system --exit-code   1 unless the rollout is done
  kubectl ds rollout cni -n kube-system --watch       until it is done, as kubectl rollout status does
  kubectl ds rollout cni -n kube-system -o wide       every node
"""


OWN = (
    Flag("--exit-code", kind=Switch(), help="End with 1 unless the rollout is done."),
    Flag("-w", "--watch", kind=Switch(), help="Follow it until it is done; 1 when time is up before."),
    Flag(
        "--timeout",
        kind=Text(""),
        metavar="DURATION",
        help="How long to follow: 30s, 5m. Without it: for ever.",
    ),
)


def run(environment: Environment, /, name: str, **values: Any) -> ExitCode:
    """Which revision is on which node, which nodes use up the budget and why, and whether it will finish.

    OnDelete is answered with the nodes that still carry an old pod.
    """
    from kubectl_ds.commands.printing import print_report, report_format
    from kubectl_ds.commands.reading import exit_code_for, take_snapshot
    from kubectl_ds.core.rollout import rollout
    from kubectl_ds.output.rollout import rollout_text

    asked = report_format(values)
    if values["watch"]:
        from kubectl_ds.commands.rollout_watch import follow

        return follow(environment, values, daemonset_names([name]), asked)
    if values["timeout"]:
        raise UsageError("--timeout goes with --watch")
    snapshot = take_snapshot(environment, values, daemonset_names([name]))
    report = rollout(snapshot, snapshot.daemonsets[0])

    def text(style: "Style") -> str:
        return rollout_text(report, style, wide=asked.name == "wide")

    print_report(environment, values, asked, report, text)
    return exit_code_for(values, incomplete=bool(report.incomplete), findings=not report.is_done)


command = Declared(
    "rollout",
    run,
    words=NAME,
    flags=(*OWN, *REPORT_OUTPUT, *NAMESPACE, *READING, *CONNECTION),
    epilog=EPILOG,
)
