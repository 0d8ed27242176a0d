"""Label selectors: metav1's structured form, kubectl's `-l` text, and the requirement both are made of.

Upstream: staging/src/k8s.io/apimachinery/pkg/labels/selector.go and pkg/apis/meta/v1/helpers.go.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from kubectl_ds.core.integers import parse_int64
from kubectl_ds.core.label_syntax import invalid, label_key_errors, label_value_errors, not_supported
from kubectl_ds.core.model import LabelSelector

_OPERATORS: Final = ("in", "notin", "=", "==", "!=", "gt", "lt", "exists", "!")
_METAV1_OPERATORS: Final = {"In": "in", "NotIn": "notin", "Exists": "exists", "DoesNotExist": "!"}


class Requirement(Struct, frozen=True):
    """One condition on a label. `operator` is upstream's `selection.Operator`: `in`, `=`, `gt`, `!` and so on."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether `labels` meet this condition; a requirement with errors must not be asked."""
        value = labels.get(self.key)
        match self.operator:
            case "in" | "=" | "==":
                return value is not None and value in self.values
            case "notin" | "!=":
                return value is None or value not in self.values
            case "exists":
                return value is not None
            case "!":
                return value is None
            case "gt" | "lt":
                return value is not None and self._compares(value)
            case _:
                return False

    def _compares(self, value: str) -> bool:
        has = parse_int64(value)
        wants = parse_int64(self.values[0]) if len(self.values) == 1 else None
        if has is None or wants is None:
            return False
        return has > wants if self.operator == "gt" else has < wants

    def __str__(self) -> str:
        if self.operator in ("exists", "!"):
            return self.key if self.operator == "exists" else f"!{self.key}"
        text = ",".join(sorted(self.values))
        if self.operator in ("in", "notin"):
            return f"{self.key} {self.operator} ({text})"
        return f"{self.key}{ {'gt': '>', 'lt': '<'}.get(self.operator, self.operator) }{text}"


class Requirements(Struct, frozen=True):
    """Conditions on labels, all of which must hold; none at all hold for everything."""

    items: tuple[Requirement, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether `labels` meet every condition."""
        return all(requirement.matches(labels) for requirement in self.items)

    def __str__(self) -> str:
        return ",".join(str(requirement) for requirement in self.items)


def requirement_errors(key: str, operator: str, values: tuple[str, ...], path: str = "") -> tuple[str, ...]:
    """What `labels.NewRequirement` finds wrong, in its words, each beginning with the field's path."""
    errors: list[str] = []
    if problems := label_key_errors(key):
        errors.append(invalid(_child(path, "key"), key, "; ".join(problems)))
    values_path = _child(path, "values")
    if operator in ("in", "notin") and not values:
        errors.append(invalid(values_path, values, "for 'in', 'notin' operators, values set can't be empty"))
    elif operator in ("=", "==", "!=") and len(values) != 1:
        errors.append(invalid(values_path, values, "exact-match compatibility requires one single value"))
    elif operator in ("exists", "!") and values:
        errors.append(invalid(values_path, values, "values set must be empty for exists and does not exist"))
    elif operator in ("gt", "lt"):
        errors.extend(_comparison_errors(values, values_path))
    elif operator not in _OPERATORS:
        errors.append(not_supported(_child(path, "operator"), operator, _OPERATORS))
    for index, value in enumerate(values):
        if problems := label_value_errors(value):
            errors.append(invalid(f"{values_path}[{index}][{key}]", value, "; ".join(problems)))
    return tuple(errors)


def _comparison_errors(values: tuple[str, ...], path: str) -> list[str]:
    errors = []
    if len(values) != 1:
        errors.append(invalid(path, values, "for 'Gt', 'Lt' operators, exactly one value is required"))
    for index, value in enumerate(values):
        if parse_int64(value) is None:
            detail = "for 'Gt', 'Lt' operators, the value must be an integer"
            errors.append(invalid(f"{path}[{index}]", value, detail))
    return errors


def _child(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def compile_selector(selector: LabelSelector | None) -> Requirements | None:
    """metav1's `LabelSelectorAsSelector`: None where it selects nothing (no selector, or a malformed one)."""
    if selector is None:
        return None
    requirements = [Requirement(key, "=", (value,)) for key, value in selector.match_labels.items()]
    for expression in selector.match_expressions:
        operator = _METAV1_OPERATORS.get(expression.operator)
        if operator is None:
            return None
        requirements.append(Requirement(expression.key, operator, expression.values))
    for requirement in requirements:
        if requirement_errors(requirement.key, requirement.operator, requirement.values):
            return None
    return Requirements(tuple(sorted(requirements, key=lambda requirement: requirement.key)))


def matches(selector: LabelSelector | None, labels: Mapping[str, str]) -> bool:
    """metav1 semantics: no selector (or a malformed one) matches nothing, an empty one everything."""
    requirements = compile_selector(selector)
    return requirements is not None and requirements.matches(labels)


def selects_everything(selector: LabelSelector | None) -> bool:
    """Whether the selector is the empty one, with which the DaemonSet controller does nothing at all."""
    return selector is not None and not selector.match_labels and not selector.match_expressions


def to_query(selector: LabelSelector | None) -> str:
    """The selector as the API's `labelSelector` parameter; empty selects everything.

    Raises ValueError where no query could say it: no selector at all, or a malformed one. Asking the API
    without one would list everything in its place.
    """
    requirements = compile_selector(selector)
    if requirements is None:
        raise ValueError("the selector is missing or malformed: it selects nothing")
    return str(requirements)


def parse(text: str) -> Requirements:
    """kubectl's `-l` grammar: `a=b,c==d,e!=f,g in (h,i),j notin (k),l,!m,n>5,o<6`.

    Raises UsageError with upstream's own words for what is wrong.
    """
    from kubectl_ds.core.label_selector_grammar import parse_requirements

    return Requirements(tuple(sorted(parse_requirements(text), key=lambda requirement: requirement.key)))
