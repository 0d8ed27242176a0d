"""`audit` with several contexts: each cluster by the same rules and settings."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kubectl_ds.commands.auditing import AuditRequest, audited
from kubectl_ds.commands.fleets import Look, Seen, look_at_fleet
from kubectl_ds.core.audit import WANTED
from kubectl_ds.core.idle_gaps import without_idle_gaps
from kubectl_ds.environment import Environment
from kubectl_ds.errors import UsageError
from kubectl_ds.exit_codes import ExitCode
from kubectl_ds.output.audit import audit_text
from kubectl_ds.output.formats import AUDIT_FORMATS, OutputFormat

if TYPE_CHECKING:
    from kubectl_ds.core.snapshot import ClusterSnapshot


def audit_fleet(
    environment: Environment, values: Mapping[str, Any], asked: OutputFormat, request: AuditRequest
) -> ExitCode:
    """Raises `UsageError` for a format or a baseline, which are about one cluster."""
    if asked.name in AUDIT_FORMATS:
        raise UsageError(
            f"-o {asked.name} is about one cluster, and several contexts are given",
            hint="run it once for each context: --context NAME",
        )
    if values["baseline"]:
        raise UsageError(
            "--baseline is about one cluster, and several contexts are given",
            hint="what is known of one cluster may be new in another; run it once for each context",
        )

    def seen(snapshot: "ClusterSnapshot") -> Seen:
        report = audited(environment, values, snapshot, request)
        return Seen(
            report=report,
            text=lambda style: audit_text(report, style, wide=asked.name == "wide"),
            incomplete=report.incomplete,
            has_findings=report.reaches(request.fail_on),
            has_unjudged=bool(report.unjudged),
        )

    look = Look(WANTED, seen, without_idle_gaps)
    return look_at_fleet(environment, {**values, "exit_code": True}, (), asked, look)
