"""The text of `kubectl ds explain`: an overview of one DaemonSet, or every rule on the nodes asked for."""

from collections.abc import Iterator, Sequence

from kubectl_ds.core.explain import groups_by_verdict
from kubectl_ds.core.explain_report import (
    Mechanism,
    NodeAffinityRule,
    NodeExplanation,
    NodeNameRule,
    NodeSelectorRule,
    PlacementReport,
    RuleExplanation,
    TaintsRule,
    Template,
)
from kubectl_ds.core.model import NodeSelectorTerm
from kubectl_ds.output.change_sentences import toleration_text
from kubectl_ds.output.coverage import folded
from kubectl_ds.output.explain_sentences import (
    bound_by,
    change,
    near_miss_sentences,
    rule_detail,
    verdict,
)
from kubectl_ds.output.gaps import gap_sentences
from kubectl_ds.output.placement_sentences import short_paths
from kubectl_ds.output.reasons import sentence
from kubectl_ds.output.style import Style
from kubectl_ds.output.terminal_text import paragraph, safe

_INDENT = "  "
_DEEPER = "    "
_TITLE_COLUMNS = 17
_RULE_COLUMNS = 14


def explain_text(report: PlacementReport, style: Style) -> str:
    """The overview, or with nodes or pods named every rule on each of these nodes."""
    name = f"ds {safe(report.namespace)}/{safe(report.name)}"
    lines = [
        style.bold(name) + (" (being deleted: the controller leaves it alone)" if report.deleting else "")
    ]
    lines += [style.warn(line) for gap in gap_sentences(report.incomplete) for line in _told(gap, style, "")]
    lines += ["", *_binding(report, style)]
    if report.narrowed:
        for node in report.nodes:
            lines += ["", *_node(node, style)]
    else:
        lines += ["", *_template(report.template, style), "", *_tolerations(report, style)]
        lines += _overview(report, style)
    lines += _almost(report, style)
    return "\n".join(lines) + "\n"


def _told(words: str, style: Style, margin: str) -> list[str]:
    return paragraph(words, style.prose_width, first=margin, rest=margin).split("\n")


def _row(title: str, words: str, style: Style) -> str:
    """`  title   words`, the words hanging under themselves."""
    lead = f"{_INDENT}{title}".ljust(_TITLE_COLUMNS + len(_INDENT))
    return paragraph(words, style.prose_width, first=lead)


# --- the DaemonSet ---------------------------------------------------------------------------------


def _binding(report: PlacementReport, style: Style) -> Iterator[str]:
    yield style.bold("How its pods are bound")
    if report.mechanism is None:
        yield from _told("The pods could not be read.", style, _INDENT)
        return
    counted = _mechanism(report.mechanism)
    yield from (line for words in counted for line in _told(words, style, _INDENT))
    if report.mechanism.disagreeing:
        pods = folded(report.mechanism.disagreeing, style.width)
        for line in _told(f"On another node than they are pinned to: {pods}", style, _INDENT):
            yield style.bad(line)


def _mechanism(mechanism: Mechanism) -> list[str]:
    asked = ", ".join(f"{name} ({count})" for name, count in mechanism.schedulers.items())
    told = []
    if mechanism.node_affinity:
        told.append(
            f"{_pods(mechanism.node_affinity)} by node affinity: pinned by the controller "
            "(matchFields metadata.name), bound by a scheduler."
        )
    if mechanism.node_name:
        told.append(
            f"{_pods(mechanism.node_name)} by nodeName: nothing pins them, so it was set at creation, or something took"
            " the pin off before a scheduler bound them."
        )
    if mechanism.unbound:
        told.append(f"{_pods(mechanism.unbound)} pinned and not yet bound.")
    if asked:
        told.append(f"Schedulers asked for: {asked}.")
    return told or ["It has no pods."]


def _pods(count: int) -> str:
    return "1 pod" if count == 1 else f"{count} pods"


def _template(template: Template, style: Style) -> Iterator[str]:
    yield style.bold("What the template asks of a node")
    yield _row("nodeName", template.node_name or "-", style)
    selector = ", ".join(f"{key}={value}" for key, value in sorted(template.node_selector.items()))
    yield _row("nodeSelector", selector or "-", style)
    if template.node_affinity is None:
        yield _row("nodeAffinity", "-", style)
    elif not template.node_affinity:
        yield _row("nodeAffinity", "no terms: matches no node", style)
    for index, term in enumerate(template.node_affinity or ()):
        yield _row(f"{'or ' if index else ''}nodeAffinity", _term(term), style)
    for malformed in template.malformed:
        yield style.bad(_row("malformed", short_paths(malformed.error), style))
    if template.scheduler != "default-scheduler":
        yield _row("scheduler", template.scheduler, style)


def _term(term: NodeSelectorTerm) -> str:
    asked = [
        _asked(one.key, one.operator, one.values) for one in (*term.match_expressions, *term.match_fields)
    ]
    return " and ".join(asked) or "empty: matches no node"


def _asked(key: str, operator: str, values: Sequence[str]) -> str:
    """`key In [a, b]`, `key Exists`."""
    return f"{key} {operator} [{', '.join(values)}]" if values else f"{key} {operator}"


def _tolerations(report: PlacementReport, style: Style) -> Iterator[str]:
    yield style.bold("What its pods tolerate")
    own = ", ".join(map(toleration_text, report.tolerations.template))
    yield _row("template", own or "-", style)
    added = [toleration_text(one) for one in report.tolerations.added_by_controller]
    yield _row("controller adds", ", ".join(added), style)


# --- nodes by verdict ------------------------------------------------------------------------------


def _overview(report: PlacementReport, style: Style) -> Iterator[str]:
    if not report.nodes:
        return
    yield ""
    belong = sum(node.should_run for node in report.nodes)
    there = sum(node.exists for node in report.nodes)
    yield style.bold(f"Where it belongs: {belong} of {there} node{'s' * (there != 1)}")
    for nodes in groups_by_verdict(report).values():
        yield from _group(nodes, style)


def _group(nodes: Sequence[NodeExplanation], style: Style) -> Iterator[str]:
    first = nodes[0]
    count = f"{len(nodes)} node{'s' * (len(nodes) != 1)}"
    if not first.exists:
        yield _INDENT + style.warn(f"{count} gone, pods left over")
    elif first.should_run:
        yield _INDENT + style.good(f"{count} in")
    else:
        stays = "; a pod that runs there is left alone" if first.should_continue_running else ""
        yield _INDENT + style.dim(f"{count} out{stays}")
    if first.deciding is not None:
        differ = any(node.deciding != first.deciding for node in nodes)
        alike = f" (As on {first.node}; values differ on others.)" if differ else ""
        yield from _told(short_paths(sentence(first.deciding)) + alike, style, _DEEPER)
    names = folded([node.node for node in nodes], 2 * (style.width - len(_DEEPER) - 8))
    yield from (style.dim(line) for line in _told(names, style, _DEEPER))


def _almost(report: PlacementReport, style: Style) -> Iterator[str]:
    """What almost matched; beside single nodes only where no node is eligible."""
    near = report.near_miss
    if near is None or (report.narrowed and near.eligible):
        return
    yield ""
    yield style.bold("What no node meets" if near.eligible else "Why it belongs on no node")
    for words in near_miss_sentences(near):
        yield from _told(words, style, _INDENT)


# --- one node --------------------------------------------------------------------------------------


def _node(node: NodeExplanation, style: Style) -> Iterator[str]:
    yield style.bold(f"node {safe(node.node)}")
    yield from _told(verdict(node), style, _INDENT)
    if node.exists:
        pair = f"should run: {_yes(node.should_run)}, should continue running: "
        yield style.dim(f"{_INDENT}{pair}{_yes(node.should_continue_running)}")
    for rule in node.rules:
        yield from _rule(rule, style)
    if text := change(node):
        yield paragraph(text, style.prose_width, first=f"{_INDENT}{style.bold('Change')}          ")
    for reason in node.scheduling:
        yield paragraph(
            sentence(reason), style.prose_width, first=f"{_INDENT}{style.warn('Not bound')}       "
        )
    for pod in node.pods or ():
        yield from _pod_lines(pod.name, bound_by(pod), style, agrees=pod.binding.agrees)


def _pod_lines(name: str, words: str, style: Style, *, agrees: bool) -> Iterator[str]:
    yield f"{_INDENT}Pod             {safe(name)}"
    margin = " " * (len(_INDENT) + 2 + _RULE_COLUMNS)
    for line in _told(words, style, margin):
        yield line if agrees else style.bad(line)


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _rule(rule: RuleExplanation, style: Style) -> Iterator[str]:
    passed = rule.reason is None
    name = _name(rule).ljust(_RULE_COLUMNS)
    mark = style.good("+") if passed else style.bad("-")
    lead = f"{_INDENT}{mark} {name}"
    yield paragraph(short_paths(rule_detail(rule)), style.prose_width, first=lead)
    margin = " " * (len(_INDENT) + 2 + _RULE_COLUMNS)
    for words in _wants_and_has(rule):
        yield from (style.dim(line) for line in _told(words, style, margin))


def _name(rule: RuleExplanation) -> str:
    match rule:
        case NodeNameRule():
            return "nodeName"
        case NodeSelectorRule():
            return "nodeSelector"
        case NodeAffinityRule():
            return "affinity"
        case TaintsRule():
            return "taints"


def _wants_and_has(rule: RuleExplanation) -> Iterator[str]:
    """The single requirements, where the sentence does not already hold them all."""
    match rule:
        case NodeSelectorRule(wants=wants, has=has, reason=reason) if reason is not None:
            for key, value in sorted(wants.items()):
                there = has.get(key)
                mark = "ok" if there == value else "no label" if there is None else f"has {there}"
                yield f"{key}={value}: {mark}"
        case NodeAffinityRule(terms=terms):
            for term in terms or ():
                for one in term.requirements:
                    on_node = "no such label" if one.has is None else one.has
                    holds = "malformed" if one.errors else "ok" if one.holds else "fails"
                    asked = _asked(one.key, one.operator, one.values)
                    yield f"term {term.index + 1}: {asked}: node has {on_node}: {holds}"
        case _:
            return
