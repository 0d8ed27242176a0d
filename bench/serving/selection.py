"""Label and field selectors, asked of classes of objects and not of each one."""

import re
from array import array
from collections.abc import Callable, Mapping

from bench.clusters.collection import Collection, ItemClass

_LABEL_TERM = re.compile(
    r"(?P<absent>!)?(?P<key>[\w./-]+)\s*(?:(?P<operator>==|!=|=|\bin\b|\bnotin\b)\s*(?P<values>\([^)]*\)|[^,()]*))?\s*(?:,|$)"
)
_NODE_NAME = "spec.nodeName"

Test = Callable[[ItemClass], bool]


class BadSelector(Exception):
    """A selector that this server cannot answer (HTTP 400)."""


def chosen(
    collection: Collection, node_names: Mapping[str, int], namespace: str, labels: str, fields: str
) -> "range | array[int]":
    """The places of the objects that these select, in order. Raises `BadSelector`."""
    if not (namespace or labels or fields):
        return range(len(collection))
    tests = label_tests(labels)
    nodes: list[tuple[int, bool]] = []
    for name, value, negated in field_terms(fields):
        if name == _NODE_NAME:
            nodes.append((node_names.get(value, -2) if value else -1, negated))
        else:
            tests.append(_field_test(name, value, negated=negated))
    if namespace:
        tests.append(lambda one: one.namespace == namespace)
    fitting = [all(test(one) for test in tests) for one in collection.classes]
    places = array("I", (place for place, one in enumerate(collection.class_numbers) if fitting[one]))
    for node, negated in nodes:
        places = array("I", (place for place in places if (collection.nodes[place] == node) != negated))
    if places and places[-1] - places[0] + 1 == len(places):
        return range(places[0], places[-1] + 1)
    return places


def label_tests(text: str) -> list[Test]:
    """The requirements of a labelSelector. Raises `BadSelector`."""
    tests: list[Test] = []
    position = 0
    while position < len(text):
        found = _LABEL_TERM.match(text, position)
        if found is None or found.end() == position:
            raise BadSelector(f"unable to parse requirement: {text[position:]!r}")
        tests.append(_label_test(found))
        position = found.end()
    return tests


def field_terms(text: str) -> list[tuple[str, str, bool]]:
    """Field, value, and whether it must differ, of each term. Raises `BadSelector`."""
    terms = []
    for term in filter(None, text.split(",")):
        found = re.fullmatch(r"([\w.]+)(==|!=|=)(.*)", term)
        if found is None:
            raise BadSelector(f"invalid field selector: {term!r}")
        terms.append((found[1], found[3], found[2] == "!="))
    return terms


def _label_test(found: "re.Match[str]") -> Test:
    key, operator, values = found["key"], found["operator"] or "", found["values"] or ""
    wanted = {one.strip() for one in values.strip("()").split(",")}
    if not operator:
        absent = bool(found["absent"])
        return lambda one: (key in one.labels) != absent
    if operator in ("!=", "notin"):
        return lambda one: one.labels.get(key) not in wanted
    return lambda one: one.labels.get(key) in wanted


def _field_test(name: str, value: str, *, negated: bool) -> Test:
    def test(one: ItemClass) -> bool:
        if name not in one.fields:
            raise BadSelector(f"field label not supported: {name}")
        return (one.fields[name] == value) != negated

    return test
