"""`audit -o prometheus`: the text format, for node_exporter's textfile collector and the Pushgateway.

Names follow Prometheus' own rules: a prefix, base units, a HELP and a TYPE for each. All are gauges: an audit knows how
things are, and not how often they were. What could not be known has no sample, since 0 would be a claim.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from kubectl_ds.core.audit_report import AuditedCoverage, AuditReport, Finding
from kubectl_ds.core.coverage_report import STATES, Summary
from kubectl_ds.output.gaps import gap_sentences
from kubectl_ds.output.terminal_text import safe

Sample = tuple[Mapping[str, str], int | float | None]


def audit_prometheus(report: AuditReport) -> str:
    """The audit itself, its findings, and the nodes of each DaemonSet."""
    return "".join([*_of_the_audit(report), *_of_findings(report), *_of_daemonsets(report.coverage)])


def _of_the_audit(report: AuditReport) -> Iterator[str]:
    complete = not report.incomplete and not report.unjudged
    yield _metric(
        "kubectl_ds_audit_complete", "Whether the audit could read everything.", [({}, int(complete))]
    )
    taken_at = None if report.taken_at is None else int(report.taken_at.timestamp())
    yield _metric(
        "kubectl_ds_audit_timestamp_seconds",
        "When the audited cluster was read, by the API server's clock.",
        [({}, taken_at)],
    )
    gaps = len(gap_sentences(report.incomplete))
    yield _metric("kubectl_ds_audit_gaps", "What the audit wanted and could not read.", [({}, gaps)])
    unjudged = {(one.rule, one.lacking) for one in report.unjudged}
    yield _metric(
        "kubectl_ds_audit_rule_without_verdict",
        "Rules that could not be applied everywhere, and what they lack.",
        [({"rule": rule, "lacking": ",".join(lacking)}, 1) for rule, lacking in sorted(unjudged)],
    )


def _of_findings(report: AuditReport) -> Iterator[str]:
    accepted = [one.finding for one in report.excepted]
    for name, help_, findings in (
        (
            "findings",
            "What the audit found, by rule and DaemonSet; no sample is no finding.",
            report.findings,
        ),
        ("known_findings", "What it found and the baseline knows.", report.known),
        ("excepted_findings", "What it found and an exception accepts.", accepted),
    ):
        yield _metric(f"kubectl_ds_audit_{name}", help_, _counted(findings))
    yield _metric(
        "kubectl_ds_audit_expired_exceptions",
        "Exceptions that expired, and except nothing.",
        [({}, len(report.expired))],
    )


def _counted(findings: Iterable[Finding]) -> list[Sample]:
    names = ("rule", "rule_name", "level", "namespace", "daemonset")
    found = Counter((one.rule, one.rule_name, one.level, one.namespace, one.name) for one in findings)
    return [(dict(zip(names, labels, strict=True)), number) for labels, number in found.items()]


def _of_daemonsets(coverage: Sequence[AuditedCoverage]) -> Iterator[str]:
    by_state = [
        ({**_labels(one), "state": state}, counts[state])
        for one in coverage
        for counts in [_by_state(one.summary)]
        for state in STATES
    ]
    yield _metric(
        "kubectl_ds_daemonset_nodes", "Nodes by their state for the DaemonSet; together all nodes.", by_state
    )
    for name, help_, values in (
        (
            "eligible_nodes",
            "Nodes where the controller's rules put a pod.",
            [one.summary.eligible for one in coverage],
        ),
        (
            "updated_nodes",
            "Eligible nodes with the newest revision alone.",
            [one.updated for one in coverage],
        ),
        (
            "outdated_nodes",
            "Nodes with a pod of another revision.",
            [one.summary.outdated for one in coverage],
        ),
        ("duplicate_nodes", "Nodes with a pod too many.", [one.summary.duplicate for one in coverage]),
        (
            "orphaned_pods",
            "Pods of nodes that are no longer there.",
            [one.summary.orphaned for one in coverage],
        ),
    ):
        samples = [(_labels(one), value) for one, value in zip(coverage, values, strict=True)]
        yield _metric(f"kubectl_ds_daemonset_{name}", help_, samples)


def _labels(one: AuditedCoverage) -> dict[str, str]:
    return {"namespace": one.namespace, "daemonset": one.name}


def _by_state(summary: Summary) -> dict[str, int | None]:
    return {
        "Ready": summary.ready,
        "NotReady": summary.not_ready,
        "Pending": summary.pending,
        "Missing": summary.missing,
        "Extra": summary.extra,
        "Excluded": summary.excluded,
    }


def _metric(name: str, help_: str, samples: Sequence[Sample]) -> str:
    lines = [f"# HELP {name} {help_}", f"# TYPE {name} gauge"]
    lines += [f"{name}{_spelled(labels)} {value}" for labels, value in samples if value is not None]
    return "\n".join(lines) + "\n"


def _spelled(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(value: str) -> str:
    return safe(value).replace("\\", "\\\\").replace('"', '\\"')
