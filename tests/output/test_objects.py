"""`-o json|yaml|kyaml|name` held against kubectl: one object, several, none; whatever the objects hold."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kubectl_ds.output.formats import OutputFormat, parse_output_format
from kubectl_ds.output.objects import render_objects
from tests.clusters import a_daemonset
from tests.output.oracle import Cluster, cluster_of, printed_list, printed_object

NAMESPACE = "kube-system"


def printed(objects: list[dict[str, Any]], form: str, *, single: bool = False, **options: Any) -> str:
    return render_objects(objects, parse_output_format(form), single=single, **options)


def noted(name: str, **annotations: str) -> dict[str, Any]:
    daemonset = a_daemonset(name)
    daemonset["metadata"]["annotations"] = annotations
    daemonset["metadata"]["managedFields"] = [{"manager": "kubectl", "fieldsV1": {"f:spec": {}}}]
    return daemonset


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    daemonsets = [
        noted("cni", html="<a & b>", text="a\nb\n", number="0123", word="yes", time="2026-01-02T03:04:05Z"),
        noted("logs", long="some words " * 20, tab="a\tb", unicode="日本 é \u2028 \U0001f600"),
        noted("exporter"),
    ]
    with cluster_of(daemonsets) as cluster:
        yield cluster


FORMS = [
    pytest.param("json", id="json"),
    pytest.param("yaml", id="yaml"),
    pytest.param("kyaml", id="kyaml"),
    pytest.param("name", id="name"),
    pytest.param("JSON", id="json in capitals"),
    pytest.param("jsonpath={range .items[*]}{.metadata.name}{\"\\n\"}{end}", id="jsonpath with a loop"),
    pytest.param("jsonpath={.metadata.name}", id="jsonpath of one object"),
    pytest.param("jsonpath={.kind} {.apiVersion} {.metadata.managedFields}", id="managed fields in jsonpath"),
    pytest.param("jsonpath-as-json={.items[*].metadata.name}", id="jsonpath as JSON"),
    pytest.param("custom-columns=NAME:.metadata.name,N:.metadata.annotations.number", id="custom columns"),
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_several_are_printed_as_kubectl_get_prints_them(cluster: Cluster, form: str) -> None:
    assert printed(cluster.objects(NAMESPACE), form) == cluster.get("ds", "-n", NAMESPACE, "-o", form).out


@pytest.mark.parametrize("form", FORMS)
def test_one_by_name_is_printed_as_itself(cluster: Cluster, form: str) -> None:
    (cni,) = (each for each in cluster.objects(NAMESPACE) if each["metadata"]["name"] == "cni")
    assert printed([cni], form, single=True) == cluster.get("ds", "cni", "-n", NAMESPACE, "-o", form).out


@pytest.mark.parametrize("form", FORMS)
def test_none_is_an_empty_list(cluster: Cluster, form: str) -> None:
    assert printed([], form) == cluster.get("ds", "-n", "empty", "-o", form).out


@pytest.mark.parametrize("form", ["json", "yaml", "kyaml"])
def test_managed_fields_are_shown_when_asked_for(cluster: Cluster, form: str) -> None:
    said = cluster.get("ds", "-n", NAMESPACE, "-o", form, "--show-managed-fields")
    assert "managedFields" in said.out
    assert printed(cluster.objects(NAMESPACE), form, show_managed_fields=True) == said.out


def test_rendering_changes_no_object() -> None:
    daemonset = noted("cni")
    before = repr(daemonset)
    printed([daemonset], "json")
    assert repr(daemonset) == before


def test_a_list_item_gets_the_kind_that_the_wire_leaves_out() -> None:
    bare = {"metadata": {"name": "cni"}}
    assert printed([bare], "name") == "daemonset.apps/cni\n"
    assert '"kind": "DaemonSet"' in printed([bare], "json", single=True)


@pytest.mark.parametrize("form", ["table", "wide", "go-template={{.}}", "jsonpath-file=x"])
def test_formats_that_need_more_than_the_objects_are_the_callers_mistake(form: str) -> None:
    with pytest.raises(ValueError):
        printed([], form)


TRICKY = [
    "", " ", "a b", " lead", "trail ", "yes", "No", "y", "N", "on", "off", "true", "TRUE", "null", "~", "Null",
    "0", "0123", "089", "1e5", "1E5", "1.5", ".5", "5.", "-.5e3", "+1", "-1", "1_000", "_1", "0x1F", "0o7", "0b1",
    "12:30", "1:2:3.4", "12:60", ".inf", "-.INF", ".nan", "inf", "nan", "NaN", "2026-01-02", "2026-1-2",
    "2026-13-01", "2026-02-30", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.123+01:00", "2026-01-02 03:04:05",
    "9223372036854775807", "9223372036854775808", "18446744073709551616", "1e400", "<<", "=", "-", "- a", "-a",
    "?", "? a", ":", "a:", "a: b", "a:b", "#", "a #b", "a#b", "!tag", "&anchor", "*alias", "|", ">", "%", "@", "`",
    "'", "it's", '"', 'say "x"', "[", "]", "{", "}", ",", "a,b", "---", "...", "--- a", "a\nb", "a\n", "\na",
    "a\n\n", "\n", " a\nb", "a \nb", "a\n b", "a\tb", "a\rb", "\x01", "\x1b[31m", "é", "日本", "\U0001f600",
    "\xa0", "\u200b", "\u2028", "a\u2028b", "\ufffd", "\\", "a\\b", "/", "k" * 200, "word " * 30, "'q' " * 30,
    "x: y " * 30, "tab\there " * 20, "two  blanks " * 20, "a" * 100 + " b", "line one is long " * 10 + "\nline two",
    "<script>&amp;</script>",
]  # fmt: skip


@pytest.mark.parametrize("form", ["json", "yaml", "kyaml"])
def test_each_tricky_text_is_spelled_as_kubectl_spells_it(form: str) -> None:
    objects = [
        {
            "apiVersion": "apps/v1",
            "kind": "DaemonSet",
            "metadata": {"name": "x"},
            "spec": {"value": text, "list": [text, [text]], "keyed": {text: text, "next": {text: [text]}}},
        }
        for text in TRICKY
    ]
    said = printed_list(objects, "-o", form)
    assert said.code == 0, said.err
    assert printed(objects, form) == said.out


NUMBERS = [
    0, 1, -1, 5.0, 1.5, 1e5, 1e6, 1234567.5, 1e20, 1e21, 1e22, 1e-6, 1e-7, 0.0001, 1e-5, 2**63, 2**63 - 1, 2**64,
    -(2**63), -(2**63) - 1, 0.1, 1 / 3, 123456789.125, 1e100,
]  # fmt: skip


@pytest.mark.parametrize("form", ["json", "yaml", "kyaml"])
def test_numbers_are_spelled_as_go_spells_them(form: str) -> None:
    daemonset = {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "x"}, "spec": NUMBERS}
    assert printed([daemonset], form, single=True) == printed_object(daemonset, "-o", form).out


@pytest.mark.parametrize("form", ["json", "yaml", "kyaml"])
def test_keys_are_ordered_as_kubectl_orders_them(form: str) -> None:
    keys = ["a10", "a9", "a09", "a", "A", "B", "b", "_", "-", "1", "10", "2", "é", "a.b", "a/b", "a-b", "ab"]
    daemonset = {
        "apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "x"}, "spec": dict.fromkeys(keys, 1)
    }  # fmt: skip
    assert printed([daemonset], form, single=True) == printed_object(daemonset, "-o", form).out


# DEL and C1 controls kubectl cannot print as YAML at all; line separators it loses the thread of at line ends.
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="\x7f\u2028\u2029\ufeff"), max_size=40).filter(
    lambda text: not any(0x80 <= ord(character) <= 0x9F for character in text)
)  # fmt: skip
WORDS = st.text("ab01-._:# '\"\n,{}[]&*!|>%@`~yYnN+eE/\\\t", max_size=120)
# go-yaml's order of keys that mix digits and letters runs in circles (a1b < a9 < a10 < a1b), from a random start.
KEYS = (WORDS | TEXTS).filter(lambda text: not any(character.isnumeric() for character in text))
SCALARS = st.one_of(
    TEXTS, WORDS, st.integers(-(2**63), 2**63 - 1), st.booleans(), st.none(),
    st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: str(number) != "-0.0"),
)  # fmt: skip
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["json", "yaml", "kyaml"])
@settings(max_examples=80, suppress_health_check=list(HealthCheck))
@given(specs=st.lists(st.dictionaries(KEYS, TREES, max_size=4), max_size=6))
def test_any_object_is_printed_as_kubectl_prints_it(form: str, specs: list[dict[str, Any]]) -> None:
    objects = [
        {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "x"}, "spec": spec}
        for spec in specs
    ]
    said = printed_list(objects, "-o", form)
    assert said.code == 0, said.err
    assert render_objects(objects, OutputFormat(form), single=False) == said.out  # type: ignore[arg-type]
