"""`audit -o html`: one page for people who have no terminal, and for an archive."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count

from kubectl_ds.core.audit_report import LEVELS, AuditReport, Finding
from kubectl_ds.core.audit_rules import RULES
from kubectl_ds.output.audit_sentences import (
    by_rule,
    causes_with_nodes,
    excepted_sentence,
    expired_sentence,
    gone_sentence,
    incomplete_sentences,
    message_sentence,
    patch_command,
    summary_sentence,
    with_mends,
)
from kubectl_ds.output.html_page import html_page, html_prose, html_text

_STYLE = """
.level { font-weight: 600; }
table { width: 100%; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number, th.number { text-align: right; padding-right: 0; }
article, body > section { border-top: 1px solid var(--line); padding: 1.2rem 0 .6rem; }
h3 { font-size: 1rem; margin: 1.2rem 0 .3rem; } p { margin: .4rem 0; }
ul.nodes { list-style: none; margin: .5rem 0; padding: 0; display: flex; flex-wrap: wrap; gap: .3rem;
  max-height: 12rem; overflow: auto; }
@media print { article section { break-inside: avoid; } ul.nodes { max-height: none; } }
"""


def audit_html(report: AuditReport) -> str:
    """The whole page: the sum, what could not be read, a table of all findings, and each of them by its rule."""
    numbers = count()
    body = [
        *_header(report),
        *(_table(report) if report.findings else ()),
        *(line for findings in by_rule(report) for line in _article(findings, numbers)),
        *_aside("Excepted", map(excepted_sentence, report.excepted)),
        *_aside("Gone", map(gone_sentence, report.gone)),
    ]
    return html_page(f"Audit of DaemonSets: {_sum(report)}", _STYLE, body)


def _sum(report: AuditReport) -> str:
    counts = [f"{report.count(level)} {level}" for level in LEVELS if report.count(level)]
    return ", ".join(counts) or "nothing found"


def _header(report: AuditReport) -> Iterator[str]:
    yield "<header>"
    yield "<h1>Audit of DaemonSets</h1>"
    yield f"<p>{html_prose(summary_sentence(report))}</p>"
    if report.taken_at is not None:
        moment = report.taken_at.isoformat(timespec="seconds")
        yield f'<p class="dim">The cluster as of <time datetime="{moment}">{moment}</time></p>'
    for words in incomplete_sentences(report):
        yield f'<p class="gap"><strong>Not known:</strong> {html_prose(words)}</p>'
    for exception in report.expired:
        yield f'<p class="gap">{html_prose(expired_sentence(exception))}</p>'
    yield "</header>"


def _table(report: AuditReport) -> Iterator[str]:
    yield "<table>"
    yield '<tr><th>Level</th><th>Rule</th><th>DaemonSet</th><th class="number">Nodes</th></tr>'
    for at, one in enumerate(report.findings):
        yield (
            f'<tr><td>{_level(one)}</td><td><a href="#finding-{at}">{one.rule} {html_text(one.rule_name)}</a></td>'
            f'<td>{html_text(_whose(one))}</td><td class="number">{len(one.nodes) or ""}</td></tr>'
        )
    yield "</table>"


def _article(findings: Sequence[Finding], numbers: Iterator[int]) -> Iterator[str]:
    """A rule with all that it found of one level, and what it means. `numbers` are those of the report's order."""
    first = findings[0]
    yield "<article>"
    yield f"<h2>{_level(first)} {first.rule} {html_text(first.rule_name)}</h2>"
    for rule in RULES:
        if rule.id == first.rule:
            yield f'<p class="dim">{html_prose(rule.means)} {html_prose(rule.why)}</p>'
    for finding, mend in with_mends(findings):
        yield from _finding(finding, mend, next(numbers))
    yield "</article>"


def _finding(finding: Finding, mend: str, number: int) -> Iterator[str]:
    yield f'<section id="finding-{number}">'
    yield f"<h3>{html_text(_whose(finding))}</h3>"
    yield f"<p>{html_prose(message_sentence(finding))}</p>"
    for words, nodes in causes_with_nodes(finding):
        yield f"<p>{html_prose(words)}</p>"
        yield from _nodes(nodes)
    if not finding.causes:
        yield from _nodes(finding.nodes)
    if mend:
        yield f"<p>{html_prose(mend)}</p>"
    if command := patch_command(finding):
        yield f"<pre><code>{html_text(command)}</code></pre>"
    yield "</section>"


def _nodes(nodes: Sequence[str]) -> Iterator[str]:
    if nodes:
        items = "".join(f"<li><code>{html_text(node)}</code></li>" for node in nodes)
        yield f'<ul class="nodes">{items}</ul>'


def _aside(title: str, sentences: Iterable[str]) -> Iterator[str]:
    items = "".join(f"<li>{html_prose(words)}</li>" for words in sentences)
    if items:
        yield f"<section><h2>{title}</h2>\n<ul>{items}</ul></section>"


def _level(finding: Finding) -> str:
    return f'<span class="level {finding.level}">{finding.level}</span>'


def _whose(finding: Finding) -> str:
    return f"{finding.namespace}/{finding.name}"
