"""The rules of `kubectl ds audit`, one a module, in the order of their identifiers."""

from kubectl_ds.core.audit_rule import Rule
from kubectl_ds.core.audit_rules import missing_pods

RULES: tuple[Rule, ...] = (missing_pods.RULE,)
