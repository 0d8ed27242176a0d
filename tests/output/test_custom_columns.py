"""`-o custom-columns` and `custom-columns-file`, held against kubectl."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kubectl_ds.errors import UsageError
from kubectl_ds.output.formats import load_template, parse_output_format
from kubectl_ds.output.objects import render_objects
from tests.clusters import a_daemonset
from tests.output.oracle import Cluster, cluster_of

NAMESPACE = "kube-system"


def noted(name: str, **annotations: str) -> dict[str, Any]:
    daemonset = a_daemonset(name)
    daemonset["metadata"]["annotations"] = annotations
    return daemonset


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    daemonsets = [
        noted(
            "a", wide="日本語 text", tab="one\ttwo", lines="first\nsecond", escape="\x1b[31mred\r", empty=""
        ),
        noted("a-much-longer-name", wide="plain", number="5"),
        noted("b", lines="only"),
    ]
    with cluster_of(daemonsets) as cluster:
        yield cluster


SPECS = [
    pytest.param("NAME:.metadata.name", id="one column"),
    pytest.param(
        "NAME:metadata.name,NS:{metadata.namespace},K:{.kind}", id="the relaxed spellings of a path"
    ),
    pytest.param("NAME:.metadata.name,NOPE:.a.b,TAIL:.kind", id="none where there is nothing"),
    pytest.param("NAME:.metadata.name,N:.metadata.annotations.number", id="none for some"),
    pytest.param("W:.metadata.annotations.wide,NAME:.metadata.name", id="characters, not bytes, are counted"),
    pytest.param(
        "NAME:.metadata.name,T:.metadata.annotations.tab,K:.kind", id="a tab in a value splits the cell"
    ),
    pytest.param(
        "NAME:.metadata.name,L:.metadata.annotations.lines,K:.kind", id="a line feed breaks the row"
    ),
    pytest.param("E:.metadata.annotations.escape,K:.kind", id="escape sequences are spelled out"),
    pytest.param("E:.metadata.annotations.empty,K:.kind", id="an empty value is empty"),
    pytest.param("A:.metadata.annotations", id="a map in Go's own spelling"),
    pytest.param(
        "C:.spec.template.spec.containers[*].name,I:.spec.template.spec.containers[0].image", id="lists"
    ),
    pytest.param("S:.spec.template.spec.tolerations", id="a list in Go's own spelling"),
    pytest.param(
        "U:.metadata['name','namespace']", id="a comma inside a path splits it, to kubectl's regret"
    ),
    pytest.param("G:.metadata.generation,D:.status.desiredNumberScheduled", id="numbers"),
    pytest.param(":.kind", id="an empty header"),
    pytest.param("NAME:", id="an empty path"),
    pytest.param("NAME", id="no path"),
    pytest.param("NAME:.a,", id="an empty column"),
    pytest.param("NAME:{.a}{.b}", id="two pairs of braces"),
    pytest.param("NAME:.metadata.name[5]", id="an index into a string"),
    pytest.param("NAME:.items[", id="an open bracket"),
    pytest.param("a:b:c", id="a colon in the path"),
]


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("flags", [(), ("--no-headers",)], ids=["headers", "no headers"])
def test_prints_or_refuses_as_kubectl_does(cluster: Cluster, spec: str, flags: tuple[str, ...]) -> None:
    form = f"custom-columns={spec}"
    said = cluster.get("ds", "-n", NAMESPACE, "-o", form, *flags)

    def ours() -> str:
        objects = cluster.objects(NAMESPACE)
        return render_objects(objects, parse_output_format(form), single=False, no_headers=bool(flags))

    if said.code:
        with pytest.raises(UsageError) as refused:
            ours()
        assert said.err.startswith(f"error: {refused.value.message}")
    else:
        assert ours() == said.out


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("NAME  KIND\n.metadata.name {kind}\n", id="headers and paths, blanks between them"),
        pytest.param("NAME\n.metadata.name", id="no newline at the end"),
        pytest.param("NAME\n.metadata.name\nmore\n", id="further lines mean nothing"),
        pytest.param("", id="an empty file"),
        pytest.param("NAME\n", id="no paths"),
        pytest.param("NAME KIND\n.kind\n", id="too few paths"),
    ],
)
def test_a_file_of_columns_as_kubectl_reads_it(cluster: Cluster, text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "columns")
        path.write_text(text)
        form = f"custom-columns-file={path}"
        said = cluster.get("ds", "-n", NAMESPACE, "-o", form, "--no-headers")
        loaded = load_template(parse_output_format(form), lambda name: Path(name).read_text())
    objects = cluster.objects(NAMESPACE)
    if said.code:
        with pytest.raises(UsageError) as refused:
            render_objects(objects, loaded, single=False, no_headers=True)
        assert said.err.startswith(f"error: {refused.value.message}")
    else:
        assert render_objects(objects, loaded, single=False, no_headers=True) == said.out


def test_a_pipe_gets_what_kubectl_prints_which_spells_out_escapes_and_returns_alone() -> None:
    daemonset = a_daemonset("odd")
    daemonset["metadata"]["annotations"] = {"odd": "a\x07b\u202ec\x9bd\x00e\x1b[2Jf\rg\u200dh"}
    form = "custom-columns=A:.metadata.annotations.odd,K:.kind"
    with cluster_of([daemonset]) as odd:
        said = odd.get("ds", "-n", NAMESPACE, "-o", form)
    assert render_objects([daemonset], parse_output_format(form), single=False) == said.out
