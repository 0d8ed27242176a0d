"""kubectl's jsonpath dialect, held against kubectl itself: what is printed, and what an error says."""

import json
from functools import cache
from typing import Any

import pytest

from kubectl_ds.errors import UsageError
from kubectl_ds.output.formats import OutputFormat
from kubectl_ds.output.objects import render_objects
from tests.output.oracle import Said, printed_list

OBJECTS: list[dict[str, Any]] = [
    {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {
            "name": "cni",
            "namespace": "kube-system",
            "labels": {"app.kubernetes.io/name": "cni", "tier": "node", "x'y": "quote"},
            "annotations": {"note": "<b> & \"c\"", "multi": "a\nb\tc", "empty": ""},
            "creationTimestamp": None,
            "managedFields": [{"manager": "kubectl"}],
        },
        "spec": {
            "replicas": 3,
            "ratio": 1.5,
            "large": 1234567.5,
            "whole": 5.0,
            "huge": 100000000000000000000,
            "tiny": 0.0000001,
            "yes": True,
            "no": False,
            "nothing": None,
            "none": [],
            "map": {},
            "ports": [{"name": "http", "port": 80}, {"name": "https", "port": 443}, {"name": "admin"}],
            "numbers": [1, 2, 3, 4, 5],
            "words": ["alpha", "beta", "gamma"],
            "nested": [[1, 2], [3, [4, "five"]]],
            "mixed": [1, "a", None, True, 2.5, {"b": "c"}],
        },
    },
    {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "logs", "namespace": "default", "labels": {"tier": "edge"}},
        "spec": {"replicas": 10, "ports": [], "words": ["delta"]},
    },
]  # fmt: skip

PRINTED = [
    ("{}", "nothing in braces prints the object"),
    ("plain text", "text outside braces is literal"),
    ("{.kind}", "a field"),
    ("{kind}", "an identifier is no field"),
    ("{$.kind}", "the root"),
    ("{@.kind}", "the current object"),
    ("{$}", "the root alone"),
    (".kind", "without braces it is text"),
    ("{.items[0].metadata.name}", "an index"),
    ("{.items[-1].metadata.name}", "an index from the end"),
    ("{.items[-3]}", "an index before the start"),
    ("{.items[2]}", "an index behind the end"),
    ("{.items[*].metadata.name}", "all items, a blank between them"),
    ("{.items[].metadata.name}", "empty brackets are the first item"),
    ("{.items[*]['metadata.name', 'spec.replicas']}", "a union of quoted paths"),
    ("{.items[*].metadata['name', 'namespace']}", "a union of names"),
    ("{.items[0,1].metadata.name}", "a union of indexes"),
    ("{.items[0].metadata.labels}", "a map is compact JSON with sorted keys"),
    ("{.items[0].spec.ports}", "a list is compact JSON"),
    ("{.items[0].metadata.annotations}", "HTML characters are escaped in JSON"),
    ("{.items[0].metadata.annotations.note}", "HTML characters are plain in text"),
    ("{.items[0].metadata.annotations.multi}|", "line breaks and tabs stay"),
    ("{.items[0].metadata.annotations.empty}|", "an empty string prints nothing"),
    (r"{.items[0].metadata.labels.app\.kubernetes\.io/name}", "escaped dots"),
    (r"{.items[0].metadata.labels['app\.kubernetes\.io/name']}", "escaped dots in brackets"),
    ("{.items[0].metadata.labels['app.kubernetes.io/name']}", "unescaped dots in brackets are a path"),
    ('{.items[0].metadata.labels["tier"]}', "double quotes in brackets"),
    ("{.items[0].metadata.labels.x'y}", "a quote inside a name"),
    ("{.items[0].metadata.creationTimestamp}", "null"),
    ("{.items[0].metadata.creationTimestamp.x}|", "a field of null"),
    ("{.items[0].spec.replicas}", "an integer"),
    ("{.items[0].spec.ratio} {.items[0].spec.large} {.items[0].spec.whole}", "floats"),
    ("{.items[0].spec.huge} {.items[0].spec.tiny}", "floats with exponents"),
    ("{.items[0].spec.yes}{.items[0].spec.no}", "booleans"),
    ("{.items[0].spec.none} {.items[0].spec.map}", "empty containers"),
    ("{.items[0].spec.mixed}", "a list of everything"),
    ("{.items[0].spec.mixed[*]}", "items of every kind"),
    ("{.items[0].spec.numbers[1:3]}", "a slice"),
    ("{.items[0].spec.numbers[:2]}", "a slice from the start"),
    ("{.items[0].spec.numbers[3:]}", "a slice to the end"),
    ("{.items[0].spec.numbers[-2:]}", "a slice from the end"),
    ("{.items[0].spec.numbers[:-1]}", "a slice up to before the end"),
    ("{.items[0].spec.numbers[::2]}", "a step"),
    ("{.items[0].spec.numbers[1:4:2]}", "a slice with a step"),
    ("{.items[0].spec.numbers[0:9]}", "a slice behind the end"),
    ("{.items[0].spec.numbers[3:1]}", "a slice backwards"),
    ("{.items[0].spec.numbers[2:2]}|", "an empty slice"),
    ("{.items[0].spec.numbers[::0]}", "a step of nought"),
    ("{.items[0].spec.numbers[::-1]}", "a step backwards"),
    ("{.items[0].spec.none[0]}", "an index into nothing"),
    ("{.items[0].spec.none[*]}|", "all of nothing"),
    ("{.items[0].spec.map[0]}", "an index into a map"),
    ("{.items[0].kind[0]}", "an index into a string"),
    ("{.items[0].spec.replicas[0]}", "an index into a number"),
    ("{.items[0].spec.ratio[0]}", "an index into a float"),
    ("{.items[0].spec.yes[0]}", "an index into a boolean"),
    ("{.items[0].spec.nested[1][1][1]}", "nested lists"),
    ("{.items[0].spec.nested[*][0]}", "an index into each list"),
    ("{.items[1].kind.*}", "the bytes of a string"),
    ("{.items[0].spec.words.*}", "a wildcard over a list"),
    ("{.items[0].spec.ports[2:].*}|", "a wildcard over maps of one key"),
    ("{..name}", "recursion"),
    ("{.items[0]..port}", "recursion below an item"),
    ("{....name}", "two recursions"),
    ("{.items[1].spec.ports..}|", "recursion into nothing"),
    ("{.items[0].spec.nested..}", "recursion into lists and strings"),
    ('{.items[?(@.metadata.name=="cni")].kind}', "a filter on a string"),
    ("{.items[?(@.metadata.name=='cni')].kind}", "a filter with single quotes"),
    ('{.items[?(@.metadata.name!="cni")].metadata.name}', "a filter on unequal"),
    ("{.items[?(@.spec.replicas>3)].metadata.name}", "a filter on greater"),
    ("{.items[?(@.spec.replicas>=3)].metadata.name}", "a filter on greater or equal"),
    ("{.items[?(@.spec.replicas<10)].metadata.name}", "a filter on less"),
    ("{.items[?(@.spec.replicas<=10)].metadata.name}", "a filter on less or equal"),
    ("{.items[?(@.spec.replicas==3.0)].metadata.name}", "an integer and a float do not compare"),
    ('{.items[?(@.spec.replicas=="3")].metadata.name}', "an integer and a string do not compare"),
    ("{.items[?(@.spec.ratio==1.5)].metadata.name}", "a missing field does not match"),
    ("{.items[?(@.spec.yes==true)].metadata.name}", "a boolean"),
    ("{.items[?(@.spec.yes<true)].metadata.name}", "booleans have no order"),
    ("{.items[?(@.spec.ports)].metadata.name}", "a filter on existence"),
    ("{.items[?(@.spec.ratio)].metadata.name}", "a filter on existence leaves out"),
    ("{.items[?(@.spec.nothing)].metadata.name}", "null exists"),
    ("{.items[?(@.spec.nothing==1)].metadata.name}", "null does not compare"),
    ("{.items[?(@.spec.map==1)].metadata.name}", "a map does not compare"),
    ("{.items[?(@.spec.words[*]=='x')].metadata.name}", "several values do not compare"),
    ("{.items[?(@.spec.words[5])].metadata.name}", "an error in an existence filter counts as existence"),
    ("{.items[*].spec.ports[?(@.port==80)].name}", "a filter within each"),
    ("{.items[0].spec.numbers[?(@>2)]}", "a filter on the item itself"),
    ("{.items[0].spec.numbers[?(@ > 2)]}", "blanks in a filter"),
    ("{.items[0].spec.mixed[?(@==1)]}", "a filter over mixed kinds"),
    ("{.items[0].spec.map[?(@.a==1)]}", "a filter on a map"),
    ("{.items[0].kind[?(@.a==1)]}", "a filter on a string"),
    ("{.items[0].spec.nothing[?(@.a==1)]}", "a filter on null"),
    ("{.items[?(@.kind=~'x')]}", "a regular expression"),
    ("{.items[?(@.kind==='x')]}", "three equal signs"),
    ("{.items[?(@.kind=='x' && @.a=='y')]}", "no conjunction"),
    ("{.items[?(@.kind=='x' || @.a=='y')]}", "no disjunction"),
    ('{.items[?(@.metadata.name=="a)b")].kind}|', "a parenthesis inside quotes"),
    ("{range .items[*]}{.metadata.name}{'\\n'}{end}", "a loop"),
    ('{range .items[*]}{.metadata.name}{"\\t"}{.spec.replicas}{"\\n"}{end}', "a loop with a tab"),
    ("{range .items[*]}{.metadata.name}: {range .spec.ports[*]}{.name},{end};{end}!", "loops within loops"),
    ("{range .items[*]}[{range .spec.ports[*]}<{range .x}-{end}>{end}]{end}!", "three loops"),
    ("{range .items[*]}{.spec.ports[*].name} {end}", "a list in a loop"),
    ("{range .nope[*]}{.name}{end}after", "a loop over nothing"),
    ("{range .items[0].spec.mixed[*]}{@};{end}", "a loop over everything, null among it"),
    ("{range .items[*]}{.metadata.name}", "a loop without an end"),
    ("{range .items[*]}x{end}{range .items[*]}y{end}z", "a loop after a loop"),
    ("{end}", "an end without a loop"),
    ("{range}{.kind}{end}", "a loop over the object itself"),
    ("{1}{' '}{-2.5}{' '}{true}{' '}{+3}", "literals"),
    ("{1e5}", "no exponents"),
    ("{1.2.3}", "a number with two dots"),
    ("{-}", "a sign alone"),
    ("{99999999999999999999}", "an integer too large"),
    ('{"quoted \\" and \\u00e9 \\x41 \\101 \\\\"}', "escapes in a literal"),
    ("{'it\\'s'}", "an escaped quote"),
    ('{"a\\qb"}', "an unknown escape"),
    ("{'a\\\"b'}", "the other quote may not be escaped"),
    ('{"open}', "an open literal"),
    ("{.kind", "an open brace"),
    ("{.kind\n}", "a line break in braces"),
    ("{.kind}}", "a brace too many is text"),
    ("{{.kind}}", "two braces"),
    ("{.items[0}", "an open bracket"),
    ("{.items[a]}", "a word as an index"),
    ("{.items[1:2:3:4]}", "four numbers"),
    ("{.items[-]}", "a sign as an index"),
    ("{.items[?(@.a==1}", "an open filter"),
    ("{.items[?(@.a==1)}", "an open bracket after a filter"),
    ("{.items[?()]}", "an empty filter"),
    ("{#}", "a character that has no meaning"),
    ("{.kind\t}", "a tab in braces"),
    ("{.kind | .x}", "a pipe"),
    ("{foo}", "an unknown word"),
    ("{.kind foo}", "an unknown word behind a field"),
    ("{.kind .x}|", "a blank starts another step"),
    ("{.metadata}", "the list's own metadata"),
    ("{.a.b.c}|", "missing fields print nothing"),
    ("{.items[*].metadata.managedFields}", "managed fields are there"),
    ("{.items[*].spec['yes','no']}", "a union where some lack the field"),
    ("日本 {.items[0].kind} é", "text beyond ASCII"),
    ("{.é}|", "a field beyond ASCII"),
    ("{.}", "a dot alone"),
    ("{.items[1].metadata.labels.*}", "a wildcard over a map of one key"),
]


WALKS_MAPS = ("{..name}", "{....name}")
"""kubectl walks maps of several keys in Go's order, which is another one each time."""


@cache
def asked(template: str, kind: str = "jsonpath", *flags: str) -> Said:
    return printed_list(OBJECTS, "-o", f"{kind}={template}", *flags)


def ours(template: str, kind: str = "jsonpath", *, allow_missing: bool = True) -> str:
    return render_objects(
        OBJECTS,
        OutputFormat(kind, template),  # type: ignore[arg-type]
        single=False,
        allow_missing_template_keys=allow_missing,
    )


@pytest.mark.parametrize("template", [pytest.param(text, id=said) for text, said in PRINTED])
def test_prints_or_refuses_as_kubectl_does(template: str) -> None:
    said = asked(template)
    if said.code:
        with pytest.raises(UsageError) as refused:
            ours(template)
        assert refused.value.message.endswith(said.jsonpath_error)
    elif template in WALKS_MAPS:
        assert sorted(ours(template).split(" ")) == sorted(said.out.split(" "))
    else:
        assert ours(template) == said.out


@pytest.mark.parametrize(
    "template",
    [
        pytest.param("{.a}", id="a missing field is an error when asked for"),
        pytest.param("{.items[*].spec.ratio}", id="a field that some have is found"),
        pytest.param("{range .nope[*]}{.a}{end}", id="a loop over a missing list"),
        pytest.param("{range .items[1].spec.ports[*]}{.name}{end}", id="a field in a loop that never runs"),
        pytest.param("{.items[?(@.spec.ratio)].kind}", id="a missing field in an existence filter is none"),
        pytest.param("{.items[?(@.spec.ratio==1.5)].kind}", id="a missing field in a comparison is an error"),
    ],
)
def test_missing_keys_as_kubectl_treats_them(template: str) -> None:
    said = asked(template, "jsonpath", "--allow-missing-template-keys=false")
    if said.code:
        with pytest.raises(UsageError) as refused:
            ours(template, allow_missing=False)
        assert refused.value.message.endswith(said.jsonpath_error)
    else:
        assert ours(template, allow_missing=False) == said.out


@pytest.mark.parametrize(
    "template",
    [
        pytest.param("{.items[*].metadata.name}", id="one array"),
        pytest.param("{.kind}{.items[0].spec}", id="an array for each pair of braces"),
        pytest.param("{.kind}\n", id="literal text is an array too"),
        pytest.param("{.nope}", id="nothing is an empty array"),
        pytest.param("{range .items[*]}{.metadata.name}{end}", id="an array for each turn of a loop"),
        pytest.param("{1}{2.5}{true}", id="literals keep their type"),
    ],
)
def test_as_json_as_kubectl_prints_it(template: str) -> None:
    said = asked(template, "jsonpath-as-json")
    assert said.code == 0
    assert ours(template, "jsonpath-as-json") == said.out


@pytest.mark.parametrize("template", ["{.items[0].spec.*}", "{.items[0].metadata.labels.*}", "{..}"])
def test_maps_are_walked_by_sorted_key_where_kubectl_has_no_order(template: str) -> None:
    kubectls = json.loads(asked(template, "jsonpath-as-json").out)
    assert sorted(map(str, json.loads(ours(template, "jsonpath-as-json")))) == sorted(map(str, kubectls))
    assert ours(template) == ours(template)
