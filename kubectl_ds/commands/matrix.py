"""`kubectl ds matrix`: nodes × DaemonSets at one look, nodes that are alike as one row."""

from typing import TYPE_CHECKING, Any

from kubectl_ds.commands.declared import Declared
from kubectl_ds.commands.options import CONNECTION, MATRIX_OUTPUT, READING, SCOPE
from kubectl_ds.environment import Environment
from kubectl_ds.exit_codes import ExitCode

if TYPE_CHECKING:
    from kubectl_ds.core.snapshot import Resource

EPILOG = """\b
Examples:
  kubectl ds matrix                        every node and every DaemonSet
  kubectl ds matrix -n kube-system         the DaemonSets of one namespace
  kubectl ds matrix -o html > matrix.html  as a page
"""

WANTS: "frozenset[Resource]" = frozenset(("daemonsets", "nodes", "pods"))


def run(environment: Environment, /, **values: Any) -> ExitCode:
    """Nodes × DaemonSets at one look: nodes on which every DaemonSet stands the same are one row.

    Without -n all namespaces count. `kubectl ds coverage` says why a place is not as it should be.
    """
    from kubectl_ds.commands.printing import print_report, report_format, write_for_scripts
    from kubectl_ds.commands.reading import everywhere_unless_named, exit_code_for, take_snapshot
    from kubectl_ds.core.coverage import coverage
    from kubectl_ds.core.matrix import matrix
    from kubectl_ds.output.formats import MATRIX_FORMATS
    from kubectl_ds.output.matrix import matrix_text

    asked = report_format(values, besides=MATRIX_FORMATS)
    report = matrix(coverage(take_snapshot(environment, everywhere_unless_named(values), (), WANTS)))
    if asked.name == "html":
        from kubectl_ds.output.matrix_html import matrix_html

        write_for_scripts(environment, asked, matrix_html(report))
    else:
        print_report(
            environment,
            values,
            asked,
            report,
            lambda style: matrix_text(report, style, wide=asked.name == "wide"),
        )
    return exit_code_for(values, incomplete=bool(report.incomplete), findings=False)


command = Declared(
    "matrix",
    run,
    flags=(*MATRIX_OUTPUT, *SCOPE, *READING, *CONNECTION),
    epilog=EPILOG,
)
