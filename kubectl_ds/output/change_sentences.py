"""What to do, in words: the smallest change that would let a node in, as commands or edits of the template."""

from collections.abc import Sequence
from typing import assert_never

from kubectl_ds.core.model import Toleration
from kubectl_ds.core.placement_change import (
    AddTolerations,
    LabelNode,
    OneTermPerNode,
    PlacementChange,
    Remedy,
    RemoveFromNodeSelector,
    RemoveNodeAffinity,
    RemoveNodeName,
    RemoveTaints,
)
from kubectl_ds.core.scheduling.admission import spelled_taint
from kubectl_ds.output.placement_sentences import listed


def remedy_sentence(remedy: Remedy) -> str:
    """All that has to be done together, without a full stop."""
    return ", and ".join(change_sentence(change) for change in remedy)


def remedies_sentence(remedies: Sequence[Remedy], node: str = "the node") -> str:
    """The smallest change that lets a node in, and the smallest on the other side, if there is one."""
    first, *others = [remedy_sentence(remedy) for remedy in remedies]
    return f"To let {node} in, {first}" + (f"; or {others[0]}." if others else ".")


def change_sentence(change: PlacementChange) -> str:
    """One change, as an order."""
    match change:
        case LabelNode(labels=labels):
            return _labels(labels)
        case RemoveTaints(taints=taints):
            return f"remove the taint{_s(taints)} {listed(map(spelled_taint, taints))} from the node"
        case AddTolerations(tolerations=tolerations):
            return f"add to the template the toleration{_s(tolerations)} {listed(map(toleration_yaml, tolerations))}"
        case RemoveNodeName(node_name=name):
            return f"take nodeName: {name} out of the template"
        case RemoveFromNodeSelector(keys=keys):
            return (
                f"take {listed(keys)} out of the template's nodeSelector, which opens it to other nodes too"
            )
        case OneTermPerNode(names=names):
            return (
                f"write one nodeSelectorTerm for each of {listed(names)} in the template, "
                "since metadata.name takes one value a term"
            )
        case RemoveNodeAffinity():
            return "take the required node affinity out of the template, which opens it to other nodes too"
        case _:
            assert_never(change)


def toleration_text(toleration: Toleration) -> str:
    """`key=value:Effect`, `key:Effect (Exists)`; `everything` for one that tolerates all."""
    operator = toleration.operator or "Equal"
    if operator == "Exists" and not toleration.key:
        text = f"every {toleration.effect} taint" if toleration.effect else "every taint"
    else:
        sign = {"Gt": ">", "Lt": "<"}.get(operator, "=")
        text = toleration.key + (f"{sign}{toleration.value}" if operator != "Exists" else "")
        text += f":{toleration.effect}" if toleration.effect else " (any effect)"
    if toleration.toleration_seconds is not None:
        text += f" for {toleration.toleration_seconds}s"
    return text


def toleration_yaml(toleration: Toleration) -> str:
    """As YAML in one line, to be pasted into the template."""
    fields = [f"key: {toleration.key}", f"operator: {toleration.operator}"]
    if toleration.value:
        fields.append(f'value: "{toleration.value}"')
    if toleration.effect:
        fields.append(f"effect: {toleration.effect}")
    return "{" + ", ".join(fields) + "}"


def _labels(labels: Sequence[tuple[str, str | None]]) -> str:
    given = [f"{key}={value}" for key, value in labels if value is not None]
    gone = [key for key, value in labels if value is None]
    orders = []
    if given:
        orders.append(f"label the node {' '.join(given)}")
    if gone:
        orders.append(f"remove the label{_s(gone)} {listed(gone)} from the node")
    return " and ".join(orders)


def _s(things: Sequence[object]) -> str:
    return "s" * (len(things) > 1)
