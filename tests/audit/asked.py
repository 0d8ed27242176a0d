"""What one rule says of a cluster given as raw objects, without a server in between."""

from importlib import import_module

from kubectl_ds.core.audit import audit
from kubectl_ds.core.audit_report import Finding
from kubectl_ds.core.audit_rule import Rule
from tests.clusters import Raw, snapshot_of


def findings(rule_name: str, *objects: Raw) -> tuple[Finding, ...]:
    """All of them, in the report's order. `rule_name` is the rule's own: `missing-pods`."""
    module = import_module(f"kubectl_ds.core.audit_rules.{rule_name.replace('-', '_')}")
    rule: Rule = module.RULE
    report = audit(snapshot_of(*objects), rules=(rule,))
    assert not report.unjudged
    return report.findings
