"""`audit -o html`: one page that needs nothing else, for people who have no terminal and for an archive.

No script, and a policy that would let none run: whatever of a cluster's text got past the escaping stays text.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from hashlib import sha256
from html import escape

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
from kubectl_ds.output.terminal_text import safe

_STYLE = """
:root { color-scheme: light dark; --ink: #1f2328; --dim: #59636e; --line: #d1d9e0; --page: #fff; --box: #f6f8fa;
  --error: #b3261e; --warning: #8a5a00; --info: #0b62c4; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --dim: #9da7b1; --line: #3d444d; --page: #0d1117;
  --box: #151b23; --error: #ff7b72; --warning: #e3b341; --info: #79c0ff; } }
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: var(--ink); background: var(--page);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.1rem; margin: 0 0 .5rem; }
.dim { color: var(--dim); } .level { font-weight: 600; }
.error { color: var(--error); } .warning { color: var(--warning); } .info { color: var(--info); }
.gap { border-left: .3rem solid var(--warning); padding: .3rem 1rem; background: var(--box); }
table { border-collapse: collapse; width: 100%; margin: 1.5rem 0; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number, th.number { text-align: right; padding-right: 0; }
a { color: inherit; }
article, section { border-top: 1px solid var(--line); padding: 1.2rem 0 .6rem; }
dt { font-weight: 600; } dd { margin: 0 0 .8rem; }
code, pre { font: .9em/1.45 ui-monospace, monospace; background: var(--box); border-radius: .3rem; }
code { padding: .1em .3em; } pre { padding: .8rem; white-space: pre-wrap; } pre code { padding: 0; }
ul.nodes { list-style: none; margin: .5rem 0; padding: 0; display: flex; flex-wrap: wrap; gap: .3rem;
  max-height: 12rem; overflow: auto; }
@media print { :root { --ink: #000; --dim: #444; --page: #fff; --box: #f3f3f3; --line: #bbb; --error: #900;
  --warning: #650; --info: #035; } body { max-width: none; margin: 0; font-size: 10pt; }
  article { break-inside: avoid; } ul.nodes { max-height: none; } }
"""
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'"
)
_CODE = re.compile("`([^`]+)`")


def audit_html(report: AuditReport) -> str:
    """The whole page: the sum, what could not be read, a table of all findings, and each of them."""
    title = f"Audit of DaemonSets: {_sum(report)}"
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="referrer" content="no-referrer">',
            f"<title>{title}</title>",
            f"<style>{_STYLE}</style>",
            "</head>",
            "<body>",
            *_header(report),
            *(_table(report) if report.findings else ()),
            *(line for at, one in enumerate(report.findings) for line in _article(one, at)),
            *_aside("Excepted", map(excepted_sentence, report.excepted)),
            *_aside("Gone", map(gone_sentence, report.gone)),
            *(_rules(report) if report.findings else ()),
            "</body>",
            "</html>",
            "",
        ]
    )


def _sum(report: AuditReport) -> str:
    counts = [f"{report.count(level)} {level}" for level in LEVELS if report.count(level)]
    return ", ".join(counts) or "nothing found"


def _header(report: AuditReport) -> Iterator[str]:
    yield "<header>"
    yield "<h1>Audit of DaemonSets</h1>"
    yield f"<p>{_prose(summary_sentence(report))}</p>"
    if report.taken_at is not None:
        moment = report.taken_at.isoformat(timespec="seconds")
        yield f'<p class="dim">The cluster as of <time datetime="{moment}">{moment}</time></p>'
    for words in incomplete_sentences(report):
        yield f'<p class="gap"><strong>Not known:</strong> {_prose(words)}</p>'
    for exception in report.expired:
        yield f'<p class="gap">{_prose(expired_sentence(exception))}</p>'
    yield "</header>"


def _table(report: AuditReport) -> Iterator[str]:
    yield "<table>"
    yield '<tr><th>Level</th><th>Rule</th><th>DaemonSet</th><th class="number">Nodes</th></tr>'
    for at, one in enumerate(report.findings):
        yield (
            f'<tr><td>{_level(one)}</td><td><a href="#finding-{at}">{one.rule} {_text(one.rule_name)}</a></td>'
            f'<td>{_text(_whose(one))}</td><td class="number">{len(one.nodes) or ""}</td></tr>'
        )
    yield "</table>"


def _article(finding: Finding, at: int) -> Iterator[str]:
    yield f'<article id="finding-{at}">'
    rule = f'<a href="#{finding.rule}">{finding.rule} {_text(finding.rule_name)}</a>'
    yield f"<h2>{_level(finding)} {rule}: {_text(_whose(finding))}</h2>"
    yield f"<p>{_prose(finding_sentence(finding))}</p>"
    if finding.nodes:
        nodes = "".join(f"<li><code>{_text(node)}</code></li>" for node in finding.nodes)
        yield f'<ul class="nodes">{nodes}</ul>'
    yield f"<p><strong>Mend:</strong> {_prose(fix_sentence(finding))}</p>"
    if command := patch_command(finding):
        yield f"<pre><code>{_text(command)}</code></pre>"
    yield "</article>"


def _aside(title: str, sentences: Iterable[str]) -> Iterator[str]:
    items = "".join(f"<li>{_prose(words)}</li>" for words in sentences)
    if items:
        yield f"<section><h2>{title}</h2>\n<ul>{items}</ul></section>"


def _rules(report: AuditReport) -> Iterator[str]:
    """What the rules that found something mean, each once."""
    found = {one.rule for one in report.findings}
    yield "<section><h2>Rules</h2><dl>"
    for rule in RULES:
        if rule.id in found:
            yield f'<dt id="{rule.id}">{rule.id} {rule.name}</dt><dd>{_prose(rule.means)} {_prose(rule.why)}</dd>'
    yield "</dl></section>"


def _level(finding: Finding) -> str:
    return f'<span class="level {finding.level}">{finding.level}</span>'


def _whose(finding: Finding) -> str:
    return f"{finding.namespace}/{finding.name}"


def _prose(text: str) -> str:
    parts = _CODE.split(safe(text))
    return "".join(
        f"<code>{escape(part)}</code>" if at % 2 else escape(part) for at, part in enumerate(parts)
    )


def _text(text: str) -> str:
    return escape(safe(text))
