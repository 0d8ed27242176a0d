"""What people decided about an audit's findings: how bad they are, which are accepted, which are known."""

from collections.abc import Mapping

from msgspec import Struct

from kubectl_ds.core.audit_baseline import AuditBaseline
from kubectl_ds.core.audit_exception import AuditException
from kubectl_ds.core.audit_report import Level


class AuditPolicy(Struct, frozen=True, kw_only=True):
    """`levels` by identifier of a rule, in place of the rule's own and of what it says of single findings.

    `configured_by` is the path of the file that it came from, for the report.
    """

    levels: Mapping[str, Level] = {}
    exceptions: tuple[AuditException, ...] = ()
    baseline: AuditBaseline | None = None
    configured_by: str = ""


NOTHING_DECIDED = AuditPolicy()
