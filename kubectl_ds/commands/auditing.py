"""What an audit is asked for: which rules, what must cover what, out of flags and the configuration."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kubectl_ds.errors import UsageError

if TYPE_CHECKING:
    from kubectl_ds.core.audit_rule import Rule
    from kubectl_ds.core.audit_settings import AuditSettings


def settings_from(values: Mapping[str, Any]) -> "AuditSettings":
    """Raises `UsageError`, also for a --require of what the other flags leave out of sight."""
    from kubectl_ds.core.audit_settings import AuditSettings
    from kubectl_ds.core.coverage_requirement import parse_requirement

    requirements = tuple(map(parse_requirement, values["require"]))
    for one in requirements:
        if values["namespace"] and not values["all_namespaces"] and one.namespace != values["namespace"]:
            raise UsageError(
                f"--require {one.namespace}/{one.name} is not in the namespace {values['namespace']}",
                hint="leave -n out, or require something of that namespace",
            )
    if requirements and (values["selector"] or values["field_selector"]):
        raise UsageError(
            "--require looks for DaemonSets that -l and --field-selector may leave out",
            hint="give one of the two",
        )
    return AuditSettings(requirements=requirements)


def chosen_rules(select: tuple[str, ...], ignore: tuple[str, ...]) -> "tuple[Rule, ...]":
    """The rules to apply, in their order. Raises `UsageError` for a rule that there is not."""
    from kubectl_ds.core.audit_rules import RULES

    selected, ignored = _named(select), _named(ignore)
    return tuple(rule for rule in RULES if rule.id not in ignored and (not selected or rule.id in selected))


def _named(texts: tuple[str, ...]) -> frozenset[str]:
    """Identifiers of rules that were named by identifier or by name, several in one text."""
    from kubectl_ds.core.audit_rules import RULES

    known = {spelling.lower(): rule.id for rule in RULES for spelling in (rule.id, rule.name)}
    words = [word.strip() for text in texts for word in text.split(",") if word.strip()]
    for word in words:
        if word.lower() not in known:
            raise _unknown(word, known)
    return frozenset(known[word.lower()] for word in words)


def _unknown(word: str, known: dict[str, str]) -> UsageError:
    from difflib import get_close_matches

    near = get_close_matches(word.lower(), sorted(known), n=1)
    hint = f"did you mean {known[near[0]]}?" if near else "docs/rules lists them: DS001, DS002, …"
    return UsageError(f"unknown rule {word!r}", hint=hint)
