"""`kubectl ds plan`: what would land where if this were applied, tainted, labelled, added, drained or removed."""

from typing import TYPE_CHECKING, Any

from kubectl_ds.commands.declared import Declared, Flag, Switch, Text, Words
from kubectl_ds.commands.options import CONNECTION, NAMESPACE, READING, REPORT_OUTPUT
from kubectl_ds.environment import Environment
from kubectl_ds.exit_codes import ExitCode

if TYPE_CHECKING:
    from kubectl_ds.output.style import Style

EPILOG = """\b
Examples:
  kubectl ds plan -f agent.yaml                            before you apply it
  helm template . | kubectl ds plan -f - --exit-code       in a pipeline: 1 when somebody should look
  kubectl ds plan --taint dedicated=gpu:NoSchedule --nodes pool=gpu
  kubectl ds plan --label n7:pool- --add-node n7=3         several changes at once
"""


OWN = (
    Flag(
        "-f",
        "--filename",
        name="filenames",
        many=True,
        metavar="FILE",
        help="Apply this; a folder, or - for standard input; repeatable.",
    ),
    Flag("-R", "--recursive", kind=Switch(), help="Folders of a folder too."),
    Flag(
        "--taint",
        name="taints",
        many=True,
        metavar="[NODE:]KEY[=V]:EFFECT",
        help="Set a taint; KEY[:EFFECT]- takes it off; repeatable.",
    ),
    Flag(
        "--label",
        name="labels",
        many=True,
        metavar="[NODE:]KEY=V",
        help="Set a label; KEY- takes it off; repeatable.",
    ),
    Flag(
        "--node",
        name="nodes",
        many=True,
        metavar="NODE",
        help="On this node, where --taint and --label name none; repeatable.",
    ),
    Flag(
        "--nodes",
        name="node_selector",
        kind=Text(""),
        metavar="SELECTOR",
        help="On the nodes with these labels.",
    ),
    Flag(
        "--add-node",
        name="added",
        many=True,
        metavar="NODE|FILE[=N]",
        help="A node joins like this one, or as in this file; N of them; repeatable.",
    ),
    Flag("--remove-node", name="removed", many=True, metavar="NODE", help="This node leaves; repeatable."),
    Flag("--drain", name="drained", many=True, metavar="NODE", help="This node is drained; repeatable."),
    Flag(
        "--delete",
        name="deleted",
        many=True,
        metavar="[NS/]NAME",
        help="This DaemonSet is deleted; repeatable.",
    ),
    Flag("--exit-code", kind=Switch(), help="End with 1 when somebody should look at the plan."),
)


FILES = Words("files", "[FILE]...", many=True)
"""The same as -f: what hands over files, pre-commit above all, has them behind the command."""


def run(environment: Environment, /, files: tuple[str, ...], **values: Any) -> ExitCode:
    """What would land where: nodes gained and lost, pods replaced, new pods that stay pending, and why.

    All changes are supposed at once, and nothing is written. What is not modelled is said, and never taken to
    fit.
    """
    from kubectl_ds.commands.planning import changes_from, manifests_from, planned_on
    from kubectl_ds.commands.printing import print_report, report_format
    from kubectl_ds.commands.reading import exit_code_for
    from kubectl_ds.core.plan import plan
    from kubectl_ds.output.plan import plan_text

    asked = report_format(values)
    values = {**values, "filenames": (*values["filenames"], *files)}
    manifests = manifests_from(environment, values)
    snapshot, namespace = planned_on(environment, values, manifests)
    changes, ignored = changes_from(values, manifests, snapshot, namespace)
    report = plan(snapshot, changes, ignored=ignored)

    def text(style: "Style") -> str:
        return plan_text(report, style)

    print_report(environment, values, asked, report, text)
    return exit_code_for(values, incomplete=bool(report.incomplete), findings=report.has_findings)


command = Declared(
    "plan",
    run,
    words=FILES,
    flags=(*OWN, *REPORT_OUTPUT, *NAMESPACE, *READING, *CONNECTION),
    epilog=EPILOG,
)
