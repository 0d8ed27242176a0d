"""The rules of `kubectl ds audit`, one a module, in the order of their identifiers."""

from kubectl_ds.core.audit_rule import Rule
from kubectl_ds.core.audit_rules import (
    control_plane_left_out,
    deprecated_labels_and_taints,
    does_not_fit_smallest_node,
    host_namespaces,
    host_paths,
    malformed_affinity_term,
    missing_pods,
    mixed_platforms,
    mutable_image,
    no_memory_limit,
    no_priority_class,
    no_requests,
    node_name_in_template,
    overhead_over_bound,
    privileged_containers,
    rollout_takes_all_down,
    surge_with_host_ports,
    tolerates_virtual_nodes,
)

RULES: tuple[Rule, ...] = (
    missing_pods.RULE,
    malformed_affinity_term.RULE,
    node_name_in_template.RULE,
    tolerates_virtual_nodes.RULE,
    mixed_platforms.RULE,
    control_plane_left_out.RULE,
    deprecated_labels_and_taints.RULE,
    no_requests.RULE,
    no_memory_limit.RULE,
    no_priority_class.RULE,
    does_not_fit_smallest_node.RULE,
    overhead_over_bound.RULE,
    rollout_takes_all_down.RULE,
    surge_with_host_ports.RULE,
    mutable_image.RULE,
    privileged_containers.RULE,
    host_paths.RULE,
    host_namespaces.RULE,
)
