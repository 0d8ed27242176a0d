"""The rules of `kubectl ds audit`, one a module, in the order of their identifiers."""

from kubectl_ds.core.audit_rule import Rule
from kubectl_ds.core.audit_rules import (
    host_namespaces,
    host_paths,
    malformed_affinity_term,
    missing_pods,
    mutable_image,
    no_memory_limit,
    no_requests,
    node_name_in_template,
    privileged_containers,
    rollout_takes_all_down,
    surge_with_host_ports,
)

RULES: tuple[Rule, ...] = (
    missing_pods.RULE,
    malformed_affinity_term.RULE,
    node_name_in_template.RULE,
    no_requests.RULE,
    no_memory_limit.RULE,
    rollout_takes_all_down.RULE,
    surge_with_host_ports.RULE,
    mutable_image.RULE,
    privileged_containers.RULE,
    host_paths.RULE,
    host_namespaces.RULE,
)
