"""An audit for the tools that teams already have: each format is a module, read when it is asked for."""

from kubectl_ds.core.audit_report import AuditReport, FailOn
from kubectl_ds.output.formats import FormatName
from kubectl_ds.output.valid_unicode import valid_unicode


def audit_in_format(report: AuditReport, name: FormatName, fail_on: FailOn) -> str:
    """The report in one of `AUDIT_FORMATS`, all of it valid Unicode. `fail_on` decides what counts as failed."""
    return valid_unicode(_written(report, name, fail_on))


def _written(report: AuditReport, name: FormatName, fail_on: FailOn) -> str:
    match name:
        case "github":
            from kubectl_ds.output.audit_github import audit_github

            return audit_github(report)
        case "html":
            from kubectl_ds.output.audit_html import audit_html

            return audit_html(report)
        case "junit":
            from kubectl_ds.output.audit_junit import audit_junit

            return audit_junit(report, fail_on)
        case "markdown":
            from kubectl_ds.output.audit_markdown import audit_markdown

            return audit_markdown(report)
        case "prometheus":
            from kubectl_ds.output.audit_prometheus import audit_prometheus

            return audit_prometheus(report)
        case "sarif":
            from kubectl_ds.output.audit_sarif import audit_sarif

            return audit_sarif(report)
        case _:
            raise ValueError(f"{name} is no format of an audit")
