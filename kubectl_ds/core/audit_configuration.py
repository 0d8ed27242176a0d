"""What `.kubectl-ds.yaml` may hold (docs/schema/audit-configuration.schema.json), as it is written there."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from kubectl_ds.core.audit_report import FailOn
from kubectl_ds.core.audit_settings import AuditBounds

RuleSetting = Literal["on", "off", "error", "warning", "info"]
Words = str | tuple[str, ...]
"""One, or a list of them."""
SomeText = Annotated[str, Meta(min_length=1)]


class RequirementEntry(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """`daemonSet` is NAMESPACE/NAME, `nodes` a node selector; without one every node is meant."""

    daemon_set: SomeText
    nodes: str = ""


class ExceptionEntry(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """See `AuditException`."""

    rules: Words
    reason: SomeText
    namespace: SomeText = "*"
    name: SomeText = "*"
    nodes: str = ""
    expires: date | None = None


class AuditConfiguration(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Flags of the same name come before `failOn`, `select` and `ignore`."""

    api_version: Literal["kubectl-ds/v1"] = "kubectl-ds/v1"
    kind: Literal["AuditConfiguration"] = "AuditConfiguration"
    fail_on: FailOn | None = None
    select: Words = ()
    ignore: Words = ()
    rules: dict[str, RuleSetting | bool] = {}
    """By identifier or name; YAML reads a bare `on` and `off` as true and false."""
    bounds: AuditBounds = AuditBounds()
    requirements: tuple[RequirementEntry, ...] = ()
    exceptions: tuple[ExceptionEntry, ...] = ()


def words_of(words: Words) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else words
