"""`kubectl ds get -o …` beside `kubectl get ds -o …` on the same server: the same bytes, errors and all."""

import json
from pathlib import Path

import pytest
import yaml

from tests.plugin.conftest import Exhibits
from tests.plugin.shell import Said, Shell

CAPTIONS = "{range .items[*]}{.metadata.name}{'\\t'}{.metadata.labels}{'\\n'}{end}"
ONE_NAME = ("quiet-annotations",)
TWO_NAMES = ("loud-annotations", "bare")

DOCUMENTS = ("json", "yaml", "kyaml", "name")


@pytest.fixture
def files(home: Path) -> Path:
    """Templates in files, for the -file forms."""
    (home / "path").write_text(CAPTIONS)
    (home / "columns").write_text("NAME IMAGES\n.metadata.name .spec.template.spec.containers[*].image\n")
    (home / "template").write_text(
        '{{range .items}}{{.metadata.name}} {{.metadata.annotations}}{{"\\n"}}{{end}}'
    )
    return home


def same(shell: Shell, *words: str) -> Said:
    """Asserts that both say the same of what is there; gives it back."""
    theirs, ours = shell.both("get", *words)
    assert theirs.code == 0, theirs.err
    assert ours.out == theirs.out
    assert (ours.code, ours.err) == (0, theirs.err)
    return ours


SCOPES = [
    pytest.param((), id="all of a namespace"),
    pytest.param(ONE_NAME, id="one by name"),
    pytest.param(TWO_NAMES, id="two by name"),
    pytest.param(("bare", "bare"), id="one by name, twice"),
    pytest.param(("held",), id="one that is being deleted"),
    pytest.param(("-l", "tier=node"), id="by label"),
    pytest.param(("-l", "tier in (node,x),!Upper"), id="by a set of labels"),
    pytest.param(("-l", "no=such"), id="none by label"),
    pytest.param(("--field-selector", "metadata.name=bare"), id="by field"),
    pytest.param(("--chunk-size", "2"), id="in pages"),
    pytest.param(("--chunk-size=0",), id="in one piece"),
    pytest.param(("--sort-by", ".metadata.creationTimestamp"), id="sorted by age"),
    pytest.param(("--sort-by={.spec.template.spec.containers[0].name}",), id="sorted by a name, with braces"),
    pytest.param(("--sort-by", ".metadata.labels.tier"), id="sorted by what most do not have"),
    pytest.param(("--show-managed-fields",), id="with managed fields"),
    pytest.param((*ONE_NAME, "--show-managed-fields=true"), id="one with managed fields"),
    pytest.param(("gone", "--ignore-not-found"), id="one that need not be there"),
    pytest.param(("bare", "gone", "--ignore-not-found"), id="two of which one need not be there"),
]


@pytest.mark.parametrize("scope", SCOPES)
def test_every_scope_in_json(shell: Shell, exhibits: Exhibits, scope: tuple[str, ...]):
    said = same(shell, *scope, "-n", exhibits.namespace, "-o", "json")
    assert said.out or "gone" in scope


@pytest.mark.parametrize("form", DOCUMENTS)
@pytest.mark.parametrize(
    "scope", [(), ONE_NAME, TWO_NAMES, ("-l", "no=such"), ("--show-managed-fields",)], ids=" ".join
)
def test_every_document_form(shell: Shell, exhibits: Exhibits, form: str, scope: tuple[str, ...]):
    same(shell, *scope, "-n", exhibits.namespace, "-o", form)


def test_all_namespaces(shell: Shell, exhibits: Exhibits):
    ours = f"metadata.namespace={exhibits.namespace}"
    said = same(shell, "-A", "--field-selector", ours, "-o", "json")
    assert len(json.loads(said.out)["items"]) == len(exhibits.printable)
    refused = f"metadata.namespace={exhibits.refused_namespace}"
    same(shell, "--all-namespaces", "--field-selector", refused, "-o", "name")


TEMPLATES = [
    pytest.param("jsonpath={.items[*].metadata.annotations}", id="maps"),
    pytest.param(f"jsonpath={CAPTIONS}", id="a loop"),
    pytest.param("jsonpath={.items[*].spec.template.spec.containers[*].env[*].value}", id="odd values"),
    pytest.param("jsonpath={.items[?(@.metadata.name=='bare')].spec}", id="a filter"),
    pytest.param("jsonpath={.items[0:3].metadata.name} {.items[-1:].metadata.name}", id="slices"),
    pytest.param("jsonpath={.items[*].metadata.managedFields}", id="managed fields are never left out"),
    pytest.param("jsonpath={.items[*]['metadata.name','kind']}", id="a union"),
    pytest.param("jsonpath-as-json={.items[*].metadata.annotations}", id="as JSON"),
    pytest.param("jsonpath-as-json={.items[*].nothing}", id="nothing as JSON"),
    pytest.param("jsonpath-file={files}/path", id="a path in a file"),
    pytest.param("custom-columns=N:.metadata.name,L:.metadata.labels,X:.no.such", id="columns"),
    pytest.param("custom-columns=N:metadata.name,A:{.metadata.annotations}", id="columns of odd text"),
    pytest.param("custom-columns-file={files}/columns", id="columns in a file"),
    pytest.param("go-template={{range .items}}{{.metadata.name}} {{.metadata.labels}};{{end}}", id="Go"),
    pytest.param("go-template={{.items}}", id="Go, everything"),
    pytest.param("go-template-file={files}/template", id="Go in a file"),
    pytest.param("template={{.kind}}", id="Go under its old name"),
]


@pytest.mark.parametrize("form", TEMPLATES)
def test_templates(shell: Shell, exhibits: Exhibits, files: Path, form: str):
    same(shell, "-n", exhibits.namespace, "-o", form.replace("{files}", str(files)))


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("-o", "jsonpath", "--template={.kind}"), id="jsonpath"),
        pytest.param(("-o", "jsonpath-file", "--template={files}/path"), id="jsonpath in a file"),
        pytest.param(("-o", "go-template", "--template={{.kind}}"), id="Go"),
        pytest.param(("-o", "go-template-file", "--template={files}/template"), id="Go in a file"),
        pytest.param(("--template={{.kind}}",), id="Go without saying so"),
        pytest.param(("-o", "custom-columns", "--template=K:.kind"), id="columns"),
        pytest.param(("-o", "custom-columns=K:.kind", "--no-headers"), id="columns without headers"),
        pytest.param(
            ("-o", "custom-columns-file={files}/columns", "--no-headers"),
            id="a file of columns keeps headers",
        ),
        pytest.param(("-o", "custom-columns=K:.kind", "-l", "no=such"), id="columns of nothing"),
    ],
)
def test_templates_given_apart(shell: Shell, exhibits: Exhibits, files: Path, words: tuple[str, ...]):
    same(shell, "-n", exhibits.namespace, *(word.replace("{files}", str(files)) for word in words))


@pytest.mark.parametrize("form", ["jsonpath={..image}", "jsonpath={.items[0]..name}"])
def test_what_a_recursive_path_finds_is_the_same_in_gos_random_order(
    shell: Shell, exhibits: Exhibits, form: str
):
    theirs, ours = shell.both("get", "-n", exhibits.namespace, "-o", form)
    assert sorted(ours.out.split()) == sorted(theirs.out.split())
    assert (ours.code, ours.err) == (0, "")


WRONG_TEMPLATES = [
    "jsonpath={.items[",
    "jsonpath={.items[99]}",
    "jsonpath={.kind[0]}",
    "jsonpath",
    "jsonpath=",
    "jsonpath-file=/no/such/file",
    "custom-columns=NAME",
    "custom-columns=",
    "custom-columns=N:.a[",
    "custom-columns-file=/no/such/file",
    "go-template={{",
    "go-template={{range}}",
    "go-template-file=/no/such/file",
    "wide=x",
    "json=x",
    "toml",
]


@pytest.mark.parametrize("form", WRONG_TEMPLATES)
def test_a_template_that_is_wrong_is_refused_in_kubectls_words(shell: Shell, exhibits: Exhibits, form: str):
    """kubectl's 1 is our 2; what it dumps of the objects behind its sentence is left out."""
    theirs, ours = shell.both("get", "-n", exhibits.namespace, "-o", form)
    assert (theirs.code, ours.code, ours.out) == (1, 2, "")
    sentence = theirs.err.partition(". Printing more information")[0].splitlines()[0]
    sentence = sentence.replace("Error executing template: ", "")
    # Ours has one format more: `table`, for what kubectl spells as nothing.
    assert ours.err.replace("name,table,template", "name,template").startswith(sentence)


@pytest.mark.parametrize(
    "words",
    [
        ("-o", "jsonpath={.items[*].metadata.labels.tier}"),
        ("-o", "jsonpath={.no.such}"),
        ("-o", "go-template={{.no.such}}"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("allowed", ["true", "false"])
def test_keys_that_are_missing(shell: Shell, exhibits: Exhibits, words: tuple[str, ...], allowed: str):
    theirs, ours = shell.both(
        "get", "-n", exhibits.namespace, *words, f"--allow-missing-template-keys={allowed}"
    )
    assert bool(ours.code) == bool(theirs.code)
    if not theirs.code:
        assert ours.out == theirs.out


def test_what_kubectls_yaml_cannot_print_is_printed_and_reads_back(shell: Shell, exhibits: Exhibits):
    where = ("-n", exhibits.refused_namespace)
    items = json.loads(same(shell, *where, "-o", "json").out)["items"]
    assert len(items) == 3
    for form, load in (("yaml", yaml.safe_load), ("kyaml", yaml.safe_load)):
        theirs, ours = shell.both("get", *where, "-o", form)
        assert theirs.code == 1
        assert "control characters are not allowed" in theirs.err
        assert (ours.code, ours.err) == (0, "")
        assert load(ours.out)["items"] == items
