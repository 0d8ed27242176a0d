"""`kubectl ds node`: which DaemonSets belong on a node, which lack a pod there, and which pods run without them."""

from typing import TYPE_CHECKING, Any

from kubectl_ds.commands.declared import Declared, Flag, Switch, Words
from kubectl_ds.commands.options import CONNECTION, READING, REPORT_OUTPUT, SCOPE, TIMEOUT
from kubectl_ds.environment import Environment
from kubectl_ds.errors import UsageError
from kubectl_ds.exit_codes import ExitCode

if TYPE_CHECKING:
    from kubectl_ds.output.style import Style

EPILOG = """\b
Examples:
  kubectl ds node                                              every node, a line each
  kubectl ds node n7                                           one of them: what is there, what lacks, and why
  kubectl ds node n7 --wait --timeout 5m                       before work is put there
  kubectl ds node n7 --require kube-system/cni --exit-code     1 unless this one is Ready there
"""


NODES = Words("nodes", "[NODE]...", many=True)

OWN = (
    Flag(
        "--require",
        many=True,
        metavar="NS/NAME",
        help="Only this DaemonSet counts, whether it belongs there or not; repeatable.",
    ),
    Flag("--exit-code", kind=Switch(), help="End with 1 unless all that count are Ready."),
    Flag("-w", "--watch", kind=Switch(), help="Show every change until Ctrl-C."),
    Flag("--wait", kind=Switch(), help="Wait until all that count are Ready there; 1 when time is up."),
    TIMEOUT,
)


def run(environment: Environment, /, nodes: tuple[str, ...], **values: Any) -> ExitCode:
    """Which DaemonSets belong on a node, which lack a pod there and why, what they cost it, who runs without them.

    Without -n the DaemonSets of all namespaces count, since a node waits for all of them.
    """
    from kubectl_ds.commands.noding import node_names, nodes_report, report_once_covered
    from kubectl_ds.commands.printing import print_report, report_format
    from kubectl_ds.commands.reading import exit_code_for
    from kubectl_ds.output.node import node_text

    asked, names, required = report_format(values), node_names(nodes), required_names(values["require"])
    if values["timeout"] and not values["wait"]:
        raise UsageError("--timeout goes with --wait")
    if values["watch"]:
        from kubectl_ds.commands.node_watch import follow

        return follow(environment, values, names, required, asked)
    waits = values["wait"]
    report = (report_once_covered if waits else nodes_report)(environment, values, names, required)

    def text(style: "Style") -> str:
        return node_text(report, style, blocks=bool(names), wide=asked.name == "wide")

    print_report(environment, values, asked, report, text)
    return exit_code_for(
        {**values, "exit_code": values["exit_code"] or waits},
        # A node that was waited for and has not come is an answer; one that was asked about is none.
        incomplete=bool(report.incomplete or (report.absent and not waits)),
        findings=not report.is_covered,
    )


command = Declared(
    "node",
    run,
    words=NODES,
    flags=(*OWN, *REPORT_OUTPUT, *SCOPE, *READING, *CONNECTION),
    epilog=EPILOG,
)


def required_names(words: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    """Raises `UsageError` for what is not NAMESPACE/NAME."""
    names = set()
    for word in words:
        namespace, slash, name = word.partition("/")
        if not (slash and namespace and name) or "/" in name:
            raise UsageError(f"--require takes NAMESPACE/NAME, not {word!r}")
        names.add((namespace, name))
    return frozenset(names)
