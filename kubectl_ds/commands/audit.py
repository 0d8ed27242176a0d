"""`kubectl ds audit`: what is wrong with the DaemonSets of this cluster, by rules, for people and for CI."""

from typing import Any

from kubectl_ds.commands.declared import Choice, Declared, Flag, Switch, Text
from kubectl_ds.commands.options import AUDIT_OUTPUT, CONNECTION, FLEET, READING, SCOPE, names_a_fleet
from kubectl_ds.environment import Environment
from kubectl_ds.exit_codes import ExitCode

EPILOG = """\b
Examples:
  kubectl ds audit                                everything, of all namespaces
  kubectl ds audit --fail-on warning -o json      1 as soon as there is a warning
  kubectl ds audit --select DS001,extra-pods      two rules
  kubectl ds audit -n monitoring --ignore DS002   one namespace, and all rules but one
  kubectl ds audit --require security/agent:      the agent must be on every node
  kubectl ds audit --baseline known.json --write-baseline    from now on only what is new counts
  kubectl ds audit --explain DS001                what a rule means
  kubectl ds audit -o sarif > audit.sarif         for code scanning; -o junit for GitLab and Jenkins
  kubectl ds audit --contexts eu,us               two clusters side by side, the exit code of the worse one
"""

OWN = (
    Flag(
        "--fail-on",
        kind=Choice(("error", "warning", "info", "none"), default=None),
        metavar="LEVEL",
        help="End with 1 when anything is as bad as this: error (also without this flag), warning, info or none.",
    ),
    Flag("--select", many=True, metavar="RULE,...", help="Only these rules: identifiers or names."),
    Flag("--ignore", many=True, metavar="RULE,...", help="All rules but these."),
    Flag(
        "--require",
        many=True,
        metavar="NS/NAME:SELECTOR",
        help="This DaemonSet must cover the nodes with these labels; repeatable.",
    ),
    Flag(
        "--config",
        metavar="FILE",
        help="The configuration; without this flag .kubectl-ds.yaml, looked for up to the root of the repository. "
        "Empty: none.",
    ),
    Flag("--baseline", kind=Text(""), metavar="FILE", help="Only what is not in this file counts."),
    Flag("--write-baseline", kind=Switch(), help="Write what is found into the file of --baseline."),
    Flag(
        "--explain",
        kind=Text(""),
        metavar="RULE",
        help="What a rule means, and nothing else; all lists them.",
        offers=("all",),
    ),
)


def run(environment: Environment, /, **values: Any) -> ExitCode:
    """What is wrong with the DaemonSets of this cluster, by rules, for people and for CI.

    Without -n all namespaces count. An audit that could not read everything ends with 3, whatever it found.
    """
    from kubectl_ds.commands.auditing import audit_request, audited, explained
    from kubectl_ds.commands.printing import print_report, report_format, write_for_scripts
    from kubectl_ds.commands.reading import everywhere_unless_named, exit_code_for, take_snapshot
    from kubectl_ds.core.audit import WANTED
    from kubectl_ds.core.idle_gaps import without_idle_gaps
    from kubectl_ds.output.audit import audit_text
    from kubectl_ds.output.formats import AUDIT_FORMATS

    if values["explain"]:
        return explained(environment, values)
    asked, request = report_format(values, besides=AUDIT_FORMATS), audit_request(values)
    values = everywhere_unless_named(values)
    if names_a_fleet(values):
        from kubectl_ds.commands.audit_fleet import audit_fleet

        return audit_fleet(environment, values, asked, request)
    snapshot = take_snapshot(environment, values, (), WANTED, concerning=without_idle_gaps)
    report = audited(environment, values, snapshot, request)
    if asked.name in AUDIT_FORMATS:
        from kubectl_ds.output.audit_formats import audit_in_format

        write_for_scripts(environment, asked, audit_in_format(report, asked.name, request.fail_on))
    else:
        print_report(
            environment,
            values,
            asked,
            report,
            lambda style: audit_text(report, style, wide=asked.name == "wide"),
        )
    return exit_code_for(
        {**values, "exit_code": True},
        incomplete=report.is_incomplete,
        findings=report.reaches(request.fail_on),
    )


command = Declared(
    "audit",
    run,
    flags=(*OWN, *AUDIT_OUTPUT, *SCOPE, *READING, *FLEET, *CONNECTION),
    epilog=EPILOG,
)
