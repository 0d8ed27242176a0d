"""What a rule of the audit means, on a terminal: its page for people without a browser."""

from collections.abc import Sequence

from kubectl_ds.core.audit_rule import Rule
from kubectl_ds.output.style import Style
from kubectl_ds.output.terminal_text import paragraph

_MARGIN = "    "


def rule_text(rule: Rule, style: Style) -> str:
    """Identifier, name and level, what it means, why it matters, how to mend it."""
    parts = (("", rule.means), ("Why it matters", rule.why), ("How to mend it", rule.mend))
    blocks = [style.bold(f"{rule.id} {rule.name}") + f"  {rule.level}"]
    for title, words in parts:
        told = paragraph(words, style.prose_width, first=_MARGIN, rest=_MARGIN)
        blocks.append(f"{style.bold(title)}\n{told}" if title else told)
    return "\n\n".join(blocks) + "\n"


def rules_text(rules: Sequence[Rule], style: Style) -> str:
    """A line a rule, and its first sentence below."""
    return "".join(
        f"{style.bold(rule.id)} {rule.name}  {rule.level}\n"
        + paragraph(
            rule.means.split(". ")[0].rstrip(".") + ".", style.prose_width, first=_MARGIN, rest=_MARGIN
        )
        + "\n"
        for rule in rules
    )
