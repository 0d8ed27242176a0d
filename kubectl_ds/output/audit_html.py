"""`audit -o html`: one page for people who have no terminal, and for an archive."""

from collections.abc import Iterable, Iterator

from kubectl_ds.core.audit_report import LEVELS, AuditReport, Finding
from kubectl_ds.core.audit_rules import RULES
from kubectl_ds.output.audit_sentences import (
    excepted_sentence,
    expired_sentence,
    finding_sentence,
    fix_sentence,
    gone_sentence,
    incomplete_sentences,
    patch_command,
    summary_sentence,
)
from kubectl_ds.output.html_page import html_page, html_prose, html_text

_STYLE = """
.level { font-weight: 600; }
table { width: 100%; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number, th.number { text-align: right; padding-right: 0; }
article, section { border-top: 1px solid var(--line); padding: 1.2rem 0 .6rem; }
dt { font-weight: 600; } dd { margin: 0 0 .8rem; }
ul.nodes { list-style: none; margin: .5rem 0; padding: 0; display: flex; flex-wrap: wrap; gap: .3rem;
  max-height: 12rem; overflow: auto; }
@media print { article { break-inside: avoid; } ul.nodes { max-height: none; } }
"""


def audit_html(report: AuditReport) -> str:
    """The whole page: the sum, what could not be read, a table of all findings, and each of them."""
    body = [
        *_header(report),
        *(_table(report) if report.findings else ()),
        *(line for at, one in enumerate(report.findings) for line in _article(one, at)),
        *_aside("Excepted", map(excepted_sentence, report.excepted)),
        *_aside("Gone", map(gone_sentence, report.gone)),
        *(_rules(report) if report.findings else ()),
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


def _article(finding: Finding, at: int) -> Iterator[str]:
    yield f'<article id="finding-{at}">'
    rule = f'<a href="#{finding.rule}">{finding.rule} {html_text(finding.rule_name)}</a>'
    yield f"<h2>{_level(finding)} {rule}: {html_text(_whose(finding))}</h2>"
    yield f"<p>{html_prose(finding_sentence(finding))}</p>"
    if finding.nodes:
        nodes = "".join(f"<li><code>{html_text(node)}</code></li>" for node in finding.nodes)
        yield f'<ul class="nodes">{nodes}</ul>'
    yield f"<p><strong>Mend:</strong> {html_prose(fix_sentence(finding))}</p>"
    if command := patch_command(finding):
        yield f"<pre><code>{html_text(command)}</code></pre>"
    yield "</article>"


def _aside(title: str, sentences: Iterable[str]) -> Iterator[str]:
    items = "".join(f"<li>{html_prose(words)}</li>" for words in sentences)
    if items:
        yield f"<section><h2>{title}</h2>\n<ul>{items}</ul></section>"


def _rules(report: AuditReport) -> Iterator[str]:
    """What the rules that found something mean, each once."""
    found = {one.rule for one in report.findings}
    yield "<section><h2>Rules</h2><dl>"
    for rule in RULES:
        if rule.id in found:
            yield f'<dt id="{rule.id}">{rule.id} {rule.name}</dt>'
            yield f"<dd>{html_prose(rule.means)} {html_prose(rule.why)}</dd>"
    yield "</dl></section>"


def _level(finding: Finding) -> str:
    return f'<span class="level {finding.level}">{finding.level}</span>'


def _whose(finding: Finding) -> str:
    return f"{finding.namespace}/{finding.name}"
