"""`kubectl ds audit`: what is wrong with the DaemonSets of this cluster, by rules, for people and for CI."""

from typing import Any

from kubectl_ds.commands.declared import Choice, Declared, Flag
from kubectl_ds.commands.options import AUDIT_OUTPUT, CONNECTION, READING, SCOPE
from kubectl_ds.environment import Environment
from kubectl_ds.exit_codes import ExitCode

EPILOG = """\b
Examples:
  kubectl ds audit                                everything, of all namespaces
  kubectl ds audit --fail-on warning -o json      1 as soon as there is a warning
  kubectl ds audit --select DS001,extra-pods      two rules
  kubectl ds audit -n monitoring --ignore DS002   one namespace, and all rules but one
  kubectl ds audit --require security/agent:       the agent must be on every node
  kubectl ds audit -o sarif > audit.sarif         for code scanning; -o junit for GitLab and Jenkins
"""

OWN = (
    Flag(
        "--fail-on",
        kind=Choice(("error", "warning", "info", "none"), default="error"),
        shows_default=True,
        metavar="LEVEL",
        help="End with 1 when anything is as bad as this: error, warning, info or none.",
    ),
    Flag("--select", many=True, metavar="RULE,...", help="Only these rules: identifiers or names."),
    Flag("--ignore", many=True, metavar="RULE,...", help="All rules but these."),
    Flag(
        "--require",
        many=True,
        metavar="NS/NAME:SELECTOR",
        help="This DaemonSet must cover the nodes with these labels; repeatable.",
    ),
)


def run(environment: Environment, /, **values: Any) -> ExitCode:
    """What is wrong with the DaemonSets of this cluster, by rules, for people and for CI.

    Without -n all namespaces count. An audit that could not read everything ends with 3, whatever it found.
    """
    from kubectl_ds.commands.auditing import chosen_rules, settings_from
    from kubectl_ds.commands.printing import print_report, report_format, write_for_scripts
    from kubectl_ds.commands.reading import exit_code_for, take_snapshot
    from kubectl_ds.core.audit import WANTED, audit
    from kubectl_ds.core.idle_gaps import without_idle_gaps
    from kubectl_ds.output.audit import audit_text
    from kubectl_ds.output.formats import AUDIT_FORMATS

    asked = report_format(values, besides=AUDIT_FORMATS)
    rules, settings = chosen_rules(values["select"], values["ignore"]), settings_from(values)
    everywhere = {"all_namespaces": values["all_namespaces"] or not values["namespace"]}
    snapshot = take_snapshot(environment, {**values, **everywhere}, (), WANTED, concerning=without_idle_gaps)
    report = audit(snapshot, settings, rules=rules)
    fail_on = values["fail_on"]
    if asked.name in AUDIT_FORMATS:
        from kubectl_ds.output.audit_formats import audit_in_format

        write_for_scripts(environment, asked, audit_in_format(report, asked.name, fail_on))
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
        incomplete=bool(report.incomplete or report.unjudged),
        findings=report.reaches(fail_on),
    )


command = Declared(
    "audit",
    run,
    flags=(*OWN, *AUDIT_OUTPUT, *SCOPE, *READING, *CONNECTION),
    epilog=EPILOG,
)
