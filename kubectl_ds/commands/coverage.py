"""`kubectl ds coverage`: node by node, has it, lacks it, has one too many, keeps it out, and why."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kubectl_ds.commands.declared import NAMES, Declared, Flag, Switch
from kubectl_ds.commands.names import daemonset_names
from kubectl_ds.commands.options import (
    CONNECTION,
    FLEET,
    READING,
    REPORT_OUTPUT,
    SCOPE,
    TIMEOUT,
    names_a_fleet,
)
from kubectl_ds.environment import Environment
from kubectl_ds.errors import UsageError
from kubectl_ds.exit_codes import ExitCode

if TYPE_CHECKING:
    from kubectl_ds.commands.fleets import Seen
    from kubectl_ds.core.coverage_report import State
    from kubectl_ds.core.snapshot import ClusterSnapshot

STATE_NAMES = ("Ready", "NotReady", "Pending", "Missing", "Extra", "Excluded")

EPILOG = """\b
Examples:
  kubectl ds coverage -A                          every DaemonSet, distinct causes first
  kubectl ds coverage cni -n kube-system -o wide  one of them, and every node
  kubectl ds coverage -A --problems --exit-code   1 when anything is not as it should be
  kubectl ds coverage -A --problems --watch       what is not, and every change of it
  kubectl ds coverage -A --contexts eu,us         two clusters, and what differs between them
"""


OWN = (
    Flag(
        "--state",
        name="states",
        metavar="STATE,...",
        offers=STATE_NAMES,
        help=f"List only nodes that are {', '.join(STATE_NAMES)}.",
    ),
    Flag("--problems", kind=Switch(), help="List only nodes that are not as they should be."),
    Flag("--exit-code", kind=Switch(), help="End with 1 when anything is not as it should be."),
    Flag(
        "-w",
        "--watch",
        kind=Switch(),
        help="Then follow: a picture on a terminal, elsewhere a line a change.",
    ),
    Flag("--wait", kind=Switch(), help="Wait until every node is as it should be; 1 when time is up."),
    TIMEOUT,
)


def run(environment: Environment, /, names: tuple[str, ...], **values: Any) -> ExitCode:
    """Node by node: has it, lacks it, has one too many, keeps it out, and why.

    Distinct causes come first, the largest on top. --state and --problems narrow the nodes that are listed,
    never the counts.
    """
    from kubectl_ds.commands.printing import print_report, report_format
    from kubectl_ds.commands.reading import EVERYTHING, exit_code_for, take_snapshot
    from kubectl_ds.commands.waiting import taken_once_covered
    from kubectl_ds.core.coverage import coverage
    from kubectl_ds.output.coverage import coverage_text

    asked, states, wanted = report_format(values), parse_states(values["states"]), daemonset_names(names)
    if values["timeout"] and not values["wait"]:
        raise UsageError("--timeout goes with --wait")
    if names_a_fleet(values):
        from kubectl_ds.commands.fleets import Look, look_at_fleet

        look = Look(EVERYTHING, lambda snapshot: _seen(snapshot, states, values, wide=asked.name == "wide"))
        return look_at_fleet(environment, values, wanted, asked, look)
    if values["watch"]:
        if values["wait"] or values["exit_code"]:
            raise UsageError("--watch goes on until it is ended; --wait and --exit-code do not go with it")
        from kubectl_ds.commands.coverage_watch import follow

        return follow(environment, values, wanted, asked, states)
    if values["wait"]:
        snapshot = taken_once_covered(environment, values, wanted)
    else:
        snapshot = take_snapshot(environment, values, wanted)
    report = coverage(snapshot, states=states, problems=values["problems"])
    print_report(
        environment,
        values,
        asked,
        report,
        lambda style: coverage_text(report, style, wide=asked.name == "wide"),
    )
    return exit_code_for(
        {**values, "exit_code": values["exit_code"] or values["wait"]},
        incomplete=bool(report.incomplete),
        findings=any(item.has_problems for item in report.items),
    )


command = Declared(
    "coverage",
    run,
    words=NAMES,
    flags=(*OWN, *REPORT_OUTPUT, *SCOPE, *READING, *FLEET, *CONNECTION),
    epilog=EPILOG,
)


def _seen(
    snapshot: "ClusterSnapshot", states: "frozenset[State] | None", values: Mapping[str, Any], *, wide: bool
) -> "Seen":
    """One cluster of several."""
    from kubectl_ds.commands.fleets import Seen
    from kubectl_ds.core.coverage import coverage
    from kubectl_ds.output.coverage import coverage_text

    report = coverage(snapshot, states=states, problems=values["problems"])
    return Seen(
        report=report,
        text=lambda style: coverage_text(report, style, wide=wide),
        incomplete=report.incomplete,
        has_findings=any(item.has_problems for item in report.items),
        covered=None if states or values["problems"] else report,
    )


def parse_states(text: str | None) -> "frozenset[State] | None":
    """`Missing,Extra` in any case; None when nothing was said. Raises `UsageError` for another word."""
    if not text:
        return None
    by_lower = {name.lower(): name for name in STATE_NAMES}
    words = [word.strip() for word in text.split(",")]
    unknown = [word for word in words if word.lower() not in by_lower]
    if unknown:
        raise UsageError(f"unknown state {unknown[0]!r}", hint=f"one of {', '.join(STATE_NAMES)}")
    return frozenset(by_lower[word.lower()] for word in words)  # type: ignore[misc]
