"""A placement report as the published plain tree (docs/schema/placement-report.schema.json)."""

from collections.abc import Sequence
from typing import Any, assert_never

from kubectl_ds.core.explain_report import (
    ExplainedPod,
    Mechanism,
    NodeAffinityRule,
    NodeExplanation,
    NodeNameRule,
    NodeSelectorRule,
    PlacementReport,
    RuleExplanation,
    TaintsRule,
    TaintTolerance,
)
from kubectl_ds.core.model import Toleration
from kubectl_ds.core.placement.node_affinity import TermOutcome
from kubectl_ds.output.coverage_document import API_VERSION, reason_documents
from kubectl_ds.output.explain_sentences import (
    bound_by,
    change,
    rule_detail,
    verdict,
)
from kubectl_ds.output.gaps import gap_sentences
from kubectl_ds.output.near_miss_document import near_miss_document, taint_document

Tree = dict[str, Any]


def explain_document(report: PlacementReport) -> Tree:
    """The tree that `-o json` prints. Texts of the cluster stand in it as they are."""
    return {
        "apiVersion": API_VERSION,
        "kind": "PlacementReport",
        "namespace": report.namespace,
        "name": report.name,
        "uid": report.uid,
        "incomplete": gap_sentences(report.incomplete),
        "consistency": report.consistency,
        "mechanism": None if report.mechanism is None else _mechanism(report.mechanism),
        "tolerations": {
            "template": _tolerations(report.tolerations.template),
            "addedByController": _tolerations(report.tolerations.added_by_controller),
        },
        "malformed": [one.error for one in report.template.malformed],
        "nearMiss": None if report.near_miss is None else near_miss_document(report.near_miss),
        "nodes": [_node(node) for node in report.nodes],
    }


def _mechanism(mechanism: Mechanism) -> Tree:
    return {
        "nodeAffinity": mechanism.node_affinity,
        "nodeName": mechanism.node_name,
        "unbound": mechanism.unbound,
        "schedulers": mechanism.schedulers,
    }


def _node(node: NodeExplanation) -> Tree:
    tree: Tree = {
        "node": node.node,
        "exists": node.exists,
        "shouldRun": node.should_run,
        "shouldContinueRunning": node.should_continue_running,
        "rules": [_rule(rule) for rule in node.rules],
        "pods": None if node.pods is None else [_pod(pod) for pod in node.pods],
        "scheduling": [
            {"code": reason["code"], "detail": reason["message"]}
            for reason in reason_documents(node.scheduling)
        ],
        "verdict": verdict(node),
    }
    if text := change(node):
        tree["change"] = text
    return tree


def _pod(pod: ExplainedPod) -> Tree:
    binding = pod.binding
    return {
        "name": pod.name,
        "binding": binding.how,
        "pinnedTo": binding.pinned_to,
        "nodeName": binding.node_name or None,
        "scheduler": binding.scheduler,
        "boundBy": binding.bound_by,
        "agrees": binding.agrees,
        "detail": bound_by(pod),
    }


def _rule(rule: RuleExplanation) -> Tree:
    name, wants, has = _wants_and_has(rule)
    return {
        "rule": name,
        "passed": rule.reason is None,
        "detail": rule_detail(rule),
        "wants": wants,
        "has": has,
    }


def _wants_and_has(rule: RuleExplanation) -> tuple[str, Any, Any]:
    match rule:
        case NodeNameRule(wants=name, has=node):
            return "NodeName", name or None, node
        case NodeSelectorRule(wants=selector, has=labels):
            return "NodeSelector", dict(selector), dict(labels)
        case NodeAffinityRule(terms=None):
            return "NodeAffinity", None, {}
        case NodeAffinityRule(terms=terms):
            return "NodeAffinity", [_term(term) for term in terms or ()], _asked_labels(terms or ())
        case TaintsRule(wants=tolerations, has=taints):
            return "Taints", _tolerations(tolerations), [_tolerance(one) for one in taints]
        case _:
            assert_never(rule)


def _term(term: TermOutcome) -> Tree:
    requirements = [
        {
            "source": one.source,
            "key": one.key,
            "operator": one.operator,
            "values": list(one.values),
            "holds": one.holds,
            "errors": list(one.errors),
        }
        for one in term.requirements
    ]
    return {"matches": term.matches, "malformed": term.malformed, "requirements": requirements}


def _asked_labels(terms: Sequence[TermOutcome]) -> dict[str, str | None]:
    """What the node has for every key that some term asks for; the field metadata.name is its name."""
    return {one.key: one.has for term in terms for one in term.requirements}


def _tolerations(tolerations: Sequence[Toleration]) -> list[Tree]:
    return [_toleration(one) for one in tolerations]


def _toleration(toleration: Toleration) -> Tree:
    """As the API writes one: what is empty is left out."""
    tree: Tree = {
        "key": toleration.key,
        "operator": toleration.operator,
        "value": toleration.value,
        "effect": toleration.effect,
    }
    tree = {field: value for field, value in tree.items() if value}
    if toleration.toleration_seconds is not None:
        tree["tolerationSeconds"] = toleration.toleration_seconds
    return tree


def _tolerance(one: TaintTolerance) -> Tree:
    whose = None if one.tolerated_by is None else "controller" if one.added_by_controller else "template"
    return {
        **taint_document(one.taint),
        "counts": one.counts,
        "toleratedBy": None if one.tolerated_by is None else _toleration(one.tolerated_by),
        "toleratedThrough": whose,
    }
