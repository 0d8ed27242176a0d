"""What almost matched, as the documents of coverage and explain hold it."""

from typing import Any

from kubectl_ds.core.model import Taint
from kubectl_ds.core.near_miss import NearMiss
from kubectl_ds.output.explain_sentences import near_miss_sentences, unmet_sentence

Tree = dict[str, Any]


def near_miss_document(near: NearMiss) -> Tree:
    """Every requirement that no node meets, with what is there in its place."""
    return {
        "nodes": near.nodes,
        "eligible": near.eligible,
        "matchingButForTaints": near.matching,
        "unmet": [
            {
                "place": one.place,
                "term": one.term,
                "key": one.key,
                "operator": one.operator,
                "values": list(one.values),
                "nodesWithKey": one.nodes_with_key,
                "seen": [{"value": value, "nodes": count} for value, count in one.seen],
                "similar": list(one.similar),
                "errors": list(one.errors),
                "detail": unmet_sentence(one, near.nodes),
            }
            for one in near.unmet
        ],
        "sharedTaints": [taint_document(taint) for taint in near.shared_taints],
        "nearest": None if near.nearest is None else near.nearest.node,
        "detail": near_miss_sentences(near),
    }


def taint_document(taint: Taint) -> Tree:
    """Only the fields that are set, as in a manifest."""
    return {
        field: value
        for field, value in (("key", taint.key), ("value", taint.value), ("effect", taint.effect))
        if value
    }
