"""The rules of `kubectl ds audit`, one a module, in the order of their identifiers."""

from kubectl_ds.core.audit_rule import Rule
from kubectl_ds.core.audit_rules import (
    malformed_affinity_term,
    missing_pods,
    node_name_in_template,
)

RULES: tuple[Rule, ...] = (
    missing_pods.RULE,
    malformed_affinity_term.RULE,
    node_name_in_template.RULE,
)
