"""Manifests as `kubectl apply -f` reads them: files, folders, several documents, lists, standard input."""

import io

import pytest

from kubectl_ds.errors import KubectlDsError, UsageError
from kubectl_ds.kube.manifests import read_manifests

NOTHING = io.StringIO()


def an_object(name, kind="DaemonSet", version="apps/v1"):
    return f"apiVersion: {version}\nkind: {kind}\nmetadata:\n  name: {name}\n"


def names(found):
    return [one.object["metadata"]["name"] for one in found]


def test_a_file_holds_any_number_of_documents(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(f"---\n{an_object('a')}---\n---\n# a comment\n---\n{an_object('b')}")
    assert names(read_manifests([str(path)], NOTHING)) == ["a", "b"]


def test_a_folder_gives_its_manifests_in_order_of_name_and_nothing_else(tmp_path):
    for name, ending in (("b", "yml"), ("a", "yaml"), ("c", "txt")):
        (tmp_path / f"{name}.{ending}").write_text(an_object(name))
    (tmp_path / "0.json").write_text('{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "j"}}')
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "d.yaml").write_text(an_object("d"))
    assert names(read_manifests([str(tmp_path)], NOTHING)) == ["j", "a", "b"]
    assert names(read_manifests([str(tmp_path)], NOTHING, recursive=True)) == ["j", "a", "b", "d"]


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: apps/v1, kind: DaemonSet, metadata: {name: a}}\n",
        "apiVersion: apps/v1\nkind: DaemonSetList\nitems:\n- metadata: {name: a}\n",
    ],
    ids=["a List", "a list as the server answers it"],
)
def test_a_list_stands_for_its_items(tmp_path, text):
    path = tmp_path / "a.yaml"
    path.write_text(text)
    (found,) = read_manifests([str(path)], NOTHING)
    assert (found.object["kind"], found.object["apiVersion"]) == ("DaemonSet", "apps/v1")


def test_standard_input():
    (found,) = read_manifests(["-"], io.StringIO(an_object("a")))
    assert found.source == "standard input"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("a: [", "no YAML or JSON", id="broken YAML"),
        pytest.param("just words", "no kind and apiVersion", id="no mapping"),
        pytest.param("kind: Pod\n", "no kind and apiVersion", id="no apiVersion"),
        pytest.param(f"{an_object('a')}---\nx: 1\n", "document 2", id="the second document"),
        pytest.param(
            "apiVersion: v1\nkind: List\nitems: [1]\n", "no kind and apiVersion", id="an item that is none"
        ),
    ],
)
def test_what_is_no_manifest_is_named(tmp_path, text, said):
    path = tmp_path / "a.yaml"
    path.write_text(text)
    with pytest.raises(KubectlDsError, match=said):
        read_manifests([str(path)], NOTHING)


@pytest.mark.parametrize("path", ["/nowhere/at/all.yaml", "https://example.com/a.yaml"])
def test_what_is_not_there_is_a_usage_error(path):
    with pytest.raises(UsageError):
        read_manifests([path], NOTHING)


def test_an_empty_folder_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="there is no"):
        read_manifests([str(tmp_path)], NOTHING)
