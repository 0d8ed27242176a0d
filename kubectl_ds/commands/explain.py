"""`kubectl ds explain`: how its pods are bound, and which rule lets each node in or keeps it out."""

from typing import Any

from kubectl_ds.commands.declared import NAME, Declared, Flag
from kubectl_ds.commands.names import daemonset_names
from kubectl_ds.commands.options import CONNECTION, NAMESPACE, READING, REPORT_OUTPUT
from kubectl_ds.environment import Environment
from kubectl_ds.exit_codes import ExitCode

EPILOG = """\b
Examples:
  kubectl ds explain cni -n kube-system              the rules, and the nodes by verdict
  kubectl ds explain cni -n kube-system --node n7    every rule for one node, and what would change it
  kubectl ds explain cni -n kube-system --pod cni-x  how this pod was tied to its node, and by whom
"""


OWN = (
    Flag("--node", name="nodes", many=True, metavar="NODE", help="Every rule for this node; repeatable."),
    Flag("--pod", name="pods", many=True, metavar="POD", help="How this pod was bound; repeatable."),
)


def run(
    environment: Environment, /, name: str, nodes: tuple[str, ...], pods: tuple[str, ...], **values: Any
) -> ExitCode:
    """How its pods are bound (nodeAffinity or nodeName), and which rule lets each node in or keeps it out."""
    from kubectl_ds.commands.printing import print_report, report_format
    from kubectl_ds.commands.reading import exit_code_for, take_snapshot
    from kubectl_ds.core.explain import explain
    from kubectl_ds.output.explain import explain_text

    asked = report_format(values)
    snapshot = take_snapshot(environment, values, daemonset_names([name]))
    report = explain(snapshot, snapshot.daemonsets[0], nodes=nodes, pods=pods)
    print_report(environment, values, asked, report, lambda style: explain_text(report, style))
    return exit_code_for(values, incomplete=bool(report.incomplete), findings=False)


command = Declared(
    "explain",
    run,
    words=NAME,
    flags=(*OWN, *REPORT_OUTPUT, *NAMESPACE, *READING, *CONNECTION),
    epilog=EPILOG,
)
