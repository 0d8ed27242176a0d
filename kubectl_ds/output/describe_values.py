"""Values of a raw object as `kubectl describe` spells them; every text is safe for a terminal.

Mirrors printLabelsMultiline, printAnnotationsMultiline and printPodTolerationsMultiline of kubectl's
pkg/describe/describe.go, and Go's %v where kubectl leaves the spelling to it. Raw objects may lack or null any
field, and are never trusted to have the type that the API documents.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from kubectl_ds.core.label_selector import compile_selector
from kubectl_ds.core.model import LabelSelector, LabelSelectorRequirement
from kubectl_ds.output.tabwriter import CELL
from kubectl_ds.output.terminal_text import safe, safe_lines

Object = Mapping[str, Any]

_LONGEST_ANNOTATION = 140
_HIDDEN_ANNOTATIONS = frozenset({"kubectl.kubernetes.io/last-applied-configuration"})
NONE = "<none>"


def object_of(parent: Object, field: str) -> Object:
    """The object in `field`, empty when there is none."""
    value = parent.get(field)
    return value if isinstance(value, Mapping) else {}


def items_of(parent: Object, field: str) -> Sequence[Object]:
    """The objects of the list in `field`."""
    value = parent.get(field)
    return [entry for entry in value if isinstance(entry, Mapping)] if isinstance(value, list) else []


def texts_of(parent: Object, field: str) -> Sequence[str]:
    """The list of strings in `field`, as they are: not yet safe."""
    value = parent.get(field)
    return [str(entry) for entry in value] if isinstance(value, list) else []


def text_of(parent: Object, field: str) -> str:
    """The value in `field` as safe text, empty when there is none."""
    value = parent.get(field)
    if value is None:
        return ""
    return truth(value) if isinstance(value, bool) else safe(str(value))


def number_of(parent: Object, field: str) -> int:
    """The whole number in `field`, 0 when there is none."""
    value = parent.get(field)
    return int(value) if isinstance(value, int | float) else 0


def truth(value: object) -> str:
    """Go's %t; absent is false."""
    return "true" if value is True else "false"


def go_list(value: object) -> str:
    """Go's %v of a []string."""
    entries = value if isinstance(value, list) else []
    return "[" + " ".join(safe(str(entry)) for entry in entries) + "]"


def go_map(value: object) -> str:
    """Go's %v of a map[string]string: sorted by key."""
    entries = value if isinstance(value, Mapping) else {}
    return "map[" + " ".join(f"{safe(str(key))}:{safe(str(entries[key]))}" for key in sorted(entries)) + "]"


def titled(title: str, values: Sequence[str]) -> list[str]:
    """The first value behind its title, the others under it, `<none>` for no values."""
    first, *others = values or [NONE]
    return [f"{title}:{CELL}{first}", *(f"{CELL}{value}" for value in others)]


def label_lines(title: str, labels: Object, *, nested: str = "") -> list[str]:
    """Labels, one a line, sorted. `nested` is written before every piece, as kubectl's nested writer does."""
    values = [safe(f"{key}={labels[key]}") for key in sorted(labels)] or [NONE]
    return _nested(title, values, nested, again=nested * 2)


def annotation_lines(title: str, annotations: Object, *, nested: str = "") -> list[str]:
    """Annotations, sorted; long ones and those of several lines under their key, each line cut at 138."""
    values: list[str] = []
    for key in sorted(annotations):
        if key in _HIDDEN_ANNOTATIONS:
            continue
        value = str(annotations[key]).removesuffix("\n")
        if len(value.encode(errors="replace")) + len(key) + 2 > _LONGEST_ANNOTATION or "\n" in value:
            values.append(f"{safe(key)}:")
            values.extend(f"\0{_cut(line)}" for line in safe_lines(value))
        else:
            values.append(safe(f"{key}: {value}"))
    return _nested(title, values or [NONE], nested, again=nested)


def _nested(title: str, values: Sequence[str], nested: str, *, again: str) -> list[str]:
    """A value that begins with NUL stands under the one before it: two blanks deeper, no nesting."""
    leads = [f"{nested}{title}:{CELL}", *[again + CELL] * (len(values) - 1)]
    return [
        f"{nested}{CELL}  {value[1:]}" if value.startswith("\0") else f"{lead}{nested}{value}"
        for lead, value in zip(leads, values, strict=True)
    ]


def _cut(line: str) -> str:
    """At kubectl's 138 bytes, but never in the middle of a character."""
    longest = _LONGEST_ANNOTATION - 2
    spelled = line.encode()
    return line if len(spelled) <= longest else spelled[:longest].decode(errors="ignore") + "..."


def toleration_text(toleration: Object) -> str:
    """`key=value:effect op=Exists for 30s`, as kubectl writes it: Gt and Lt look like Equal."""
    text = text_of(toleration, "key")
    value = text_of(toleration, "value")
    if value:
        text += f"={value}"
    if effect := text_of(toleration, "effect"):
        text += f":{effect}"
    if toleration.get("operator") == "Exists" and not value:
        text += " op=Exists" if text else "op=Exists"
    if toleration.get("tolerationSeconds") is not None:
        text += f" for {text_of(toleration, 'tolerationSeconds')}s"
    return text


def selector_text(selector: object) -> str:
    """A raw LabelSelector as apimachinery spells it; empty for one that selects everything, or is missing."""
    if not isinstance(selector, Mapping):
        return ""
    labels = object_of(selector, "matchLabels")
    compiled = compile_selector(
        LabelSelector(
            match_labels={str(key): str(labels[key]) for key in labels},
            match_expressions=tuple(
                LabelSelectorRequirement(
                    key=str(requirement.get("key", "")),
                    operator=str(requirement.get("operator", "")),
                    values=tuple(texts_of(requirement, "values")),
                )
                for requirement in items_of(selector, "matchExpressions")
            ),
        )
    )
    return "<error>" if compiled is None else safe(str(compiled))
