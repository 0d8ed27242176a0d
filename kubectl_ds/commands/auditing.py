"""What an audit is asked for, out of flags and the configuration: flags come first."""

import os
from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from kubectl_ds.commands.audit_baseline import read_baseline, write_baseline
from kubectl_ds.commands.audit_configuration import Configured, configured_by
from kubectl_ds.commands.reading import style_from
from kubectl_ds.commands.rule_words import rule_named, rules_named
from kubectl_ds.core.audit import audit
from kubectl_ds.core.audit_baseline import baseline_of
from kubectl_ds.core.audit_policy import AuditPolicy
from kubectl_ds.core.audit_report import AuditReport, FailOn
from kubectl_ds.core.audit_rule import Rule
from kubectl_ds.core.audit_rules import RULES
from kubectl_ds.core.audit_rules.required_nodes_left_out import RULE as REQUIRED_NODES
from kubectl_ds.core.audit_settings import AuditSettings
from kubectl_ds.core.coverage_requirement import CoverageRequirement, parse_requirement
from kubectl_ds.core.snapshot import ClusterSnapshot
from kubectl_ds.environment import Environment
from kubectl_ds.errors import UsageError
from kubectl_ds.exit_codes import ExitCode
from kubectl_ds.output.audit_rule_text import rule_text, rules_text
from kubectl_ds.output.terminal_text import safe


class AuditRequest(Struct, frozen=True, kw_only=True):
    """All that `core.audit.audit` takes beside the cluster, and from which level on findings fail."""

    rules: tuple[Rule, ...]
    settings: AuditSettings
    policy: AuditPolicy
    fail_on: FailOn


def audit_request(values: Mapping[str, Any]) -> AuditRequest:
    """Raises `UsageError` for whatever of it cannot be meant, before a cluster is asked."""
    configured = configured_by(values["config"])
    path, baseline = values["baseline"], None
    if values["write_baseline"] and not path:
        raise UsageError("--write-baseline does not say where to", hint="give --baseline FILE too")
    if path and not (values["write_baseline"] and not os.path.exists(path)):
        baseline = read_baseline(path)
    requirements = (*configured.settings.requirements, *_required(values))
    rules = _chosen(configured, rules_named(values["select"]), rules_named(values["ignore"]))
    if rules == (REQUIRED_NODES,) and not requirements:
        raise UsageError(
            f"{REQUIRED_NODES.id} holds requirements, and there is none",
            hint="give --require NAMESPACE/NAME:NODESELECTOR, or requirements in the configuration",
        )
    return AuditRequest(
        rules=rules,
        settings=replace(configured.settings, requirements=requirements),
        policy=AuditPolicy(
            levels=configured.levels,
            exceptions=configured.exceptions,
            baseline=baseline,
            configured_by=configured.path,
        ),
        fail_on=values["fail_on"] or configured.fail_on or "error",
    )


def audited(
    environment: Environment, values: Mapping[str, Any], snapshot: ClusterSnapshot, request: AuditRequest
) -> AuditReport:
    """The report; with --write-baseline that of the baseline as it is from now on."""
    report = audit(snapshot, request.settings, request.policy, rules=request.rules)
    if not values["write_baseline"]:
        return report
    path = values["baseline"]
    if report.is_incomplete and not values["allow_partial"]:
        # What was not seen would be missing in it, and be new as soon as it is seen.
        _say(
            environment,
            f"{path} was not written: not everything could be read (--allow-partial writes it all the same)",
        )
        return report
    baseline = baseline_of(report, request.policy.baseline)
    write_baseline(path, baseline)
    number = len(baseline.findings)
    _say(environment, f"wrote {path}: {number} finding{'s' * (number != 1)}")
    return audit(snapshot, request.settings, replace(request.policy, baseline=baseline), rules=request.rules)


def _say(environment: Environment, words: str) -> None:
    print(safe(words), file=environment.stderr)


def explained(environment: Environment, values: Mapping[str, Any]) -> ExitCode:
    """What a rule means, for people without a browser; `all` for a line a rule. No cluster is asked."""
    style = style_from(environment, values)
    word = values["explain"]
    text = rules_text(RULES, style) if word == "all" else rule_text(rule_named(word), style)
    environment.stdout.write(text)
    return ExitCode.OK


def _chosen(configured: Configured, select: frozenset[str], ignore: frozenset[str]) -> tuple[Rule, ...]:
    """In their order. --select says all there is to say; --ignore takes the place of the file's `ignore` alone."""
    ignored = ignore if ignore or select else configured.ignore
    selected = select or configured.select
    off = frozenset() if select else configured.off
    chosen = tuple(
        rule
        for rule in RULES
        if (not selected or rule.id in selected) and rule.id not in ignored and rule.id not in off
    )
    if not chosen:
        where = f", or {configured.path} switches them off" if configured.path else ""
        raise UsageError(f"no rule is left: all that are selected are ignored{where}")
    return chosen


def _required(values: Mapping[str, Any]) -> tuple[CoverageRequirement, ...]:
    """What --require says. Raises `UsageError` for what the other flags leave out of sight."""
    requirements = tuple(map(parse_requirement, values["require"]))
    for one in requirements:
        if values["namespace"] and not values["all_namespaces"] and one.namespace != values["namespace"]:
            raise UsageError(
                f"--require {one.namespace}/{one.name} is not in the namespace {values['namespace']}",
                hint="leave -n out, or require something of that namespace",
            )
    if requirements and (values["selector"] or values["field_selector"]):
        raise UsageError(
            "--require looks for DaemonSets that -l and --field-selector may leave out",
            hint="give one of the two",
        )
    return requirements
