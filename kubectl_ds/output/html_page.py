"""A page that needs nothing else: what every page of a report has in common.

No script, and a policy that would let none run: whatever of a cluster's text got past the escaping stays text.
"""

import re
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from html import escape

from kubectl_ds.output.terminal_text import safe

_STYLE = """
:root { color-scheme: light dark; --ink: #1f2328; --dim: #59636e; --line: #d1d9e0; --page: #fff; --box: #f6f8fa;
  --error: #b3261e; --warning: #8a5a00; --info: #0b62c4; --good: #1a7f37; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --dim: #9da7b1; --line: #3d444d; --page: #0d1117;
  --box: #151b23; --error: #ff7b72; --warning: #e3b341; --info: #79c0ff; --good: #56d364; } }
@media print { :root { --ink: #000; --dim: #444; --page: #fff; --box: #f3f3f3; --line: #bbb; --error: #900;
  --warning: #650; --info: #035; --good: #050; } }
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: var(--ink); background: var(--page);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.1rem; margin: 0 0 .5rem; }
.dim { color: var(--dim); } .good { color: var(--good); }
.error { color: var(--error); } .warning { color: var(--warning); } .info { color: var(--info); }
.gap { border-left: .3rem solid var(--warning); padding: .3rem 1rem; background: var(--box); }
table { border-collapse: collapse; margin: 1.5rem 0; }
a { color: inherit; }
code, pre { font: .9em/1.45 ui-monospace, monospace; background: var(--box); border-radius: .3rem; }
code { padding: .1em .3em; } pre { padding: .8rem; white-space: pre-wrap; } pre code { padding: 0; }
@media print { body { max-width: none; margin: 0; font-size: 10pt; } }
"""
_CODE = re.compile("`([^`]+)`")


def html_page(title: str, style: str, body: Iterable[str]) -> str:
    """The page of these lines, which are markup already. `style` is that of this kind of page alone."""
    styles = _STYLE + style
    digest = b64encode(sha256(styles.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    lines = (
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{html_text(title)}</title>",
        f"<style>{styles}</style>",
        "</head>",
        "<body>",
        *body,
        "</body>",
        "</html>",
    )
    return "\n".join(lines) + "\n"


def html_text(text: str) -> str:
    """Words that say just these words, in an element or in an attribute's quotes."""
    return escape(safe(text))


def html_prose(text: str) -> str:
    """The same, where what stands between backticks is code."""
    parts = _CODE.split(safe(text))
    return "".join(
        f"<code>{escape(part)}</code>" if at % 2 else escape(part) for at, part in enumerate(parts)
    )
