"""How people name rules: by identifier or by name, in any case."""

from collections.abc import Mapping
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from kubectl_ds.errors import UsageError

if TYPE_CHECKING:
    from kubectl_ds.core.audit_rule import Rule


def known_rules() -> Mapping[str, str]:
    """The identifier by every spelling, in lower case."""
    from kubectl_ds.core.audit_rules import RULES

    return {spelling.lower(): rule.id for rule in RULES for spelling in (rule.id, rule.name)}


def rules_like(pattern: str) -> frozenset[str]:
    """Identifiers of the rules that a shell's pattern means."""
    return frozenset(
        rule for spelling, rule in known_rules().items() if fnmatchcase(spelling, pattern.lower())
    )


def rules_named(texts: tuple[str, ...]) -> frozenset[str]:
    """Identifiers of rules that were named, several in one text. Raises `UsageError` for one that there is not."""
    known = known_rules()
    words = [word.strip() for text in texts for word in text.split(",") if word.strip()]
    for word in words:
        if word.lower() not in known:
            raise unknown_rule(word)
    return frozenset(known[word.lower()] for word in words)


def rule_named(word: str) -> "Rule":
    """Raises `UsageError` where there is none."""
    from kubectl_ds.core.audit_rules import RULES

    known = known_rules()
    if word.lower() not in known:
        raise unknown_rule(word)
    return next(rule for rule in RULES if rule.id == known[word.lower()])


def unknown_rule(word: str) -> UsageError:
    known = known_rules()
    near = get_close_matches(word.lower(), sorted(known), n=1)
    hint = f"did you mean {known[near[0]]}?" if near else "`kubectl ds audit --explain all` lists the rules"
    return UsageError(f"unknown rule {word!r}", hint=hint)
