"""`-o go-template` through the kubectl that is there: no cluster is asked, and no object is changed."""

import os
from typing import Any

import pytest

from kubectl_ds.errors import KubectlDsError, UsageError
from kubectl_ds.kube.kubectl_binary import find_kubectl, print_patched
from kubectl_ds.output.formats import OutputFormat
from kubectl_ds.output.go_template import template_run
from tests.clusters import a_daemonset
from tests.output.oracle import KUBECTL, cluster_of

NAMESPACE = "kube-system"


def printed(objects: list[dict[str, Any]], template: str, *, single: bool = False, **options: Any) -> str:
    run = template_run(objects, OutputFormat("go-template", template), single=single, **options)
    assert KUBECTL
    return print_patched(
        KUBECTL, target=run.target, patch=run.patch, arguments=run.arguments, variables=os.environ
    )


def noted(name: str) -> dict[str, Any]:
    daemonset = a_daemonset(name)
    daemonset["metadata"]["annotations"] = {"note": "<a> & \U0001f600\x7f\u2028\x85", "a/b~c": "x", "<<": "y"}
    daemonset["spec"]["template"]["metadata"]["creationTimestamp"] = None
    daemonset["spec"]["numbers"] = [1, 1.5, 10**9, 2**63 - 1]
    return daemonset


@pytest.mark.parametrize("names", [["cni", "logs"], ["cni"], []], ids=["two", "one in a list", "none"])
@pytest.mark.parametrize(
    "template",
    [
        pytest.param("{{.}}", id="the whole document"),
        pytest.param('{{range .items}}{{.metadata.name}}{{"\\n"}}{{end}}', id="a loop"),
        pytest.param('{{define "x"}}<{{.kind}}>{{end}}{{template "x" .}}', id="a definition"),
    ],
)
def test_a_list_is_printed_as_kubectl_get_prints_it(names: list[str], template: str) -> None:
    with cluster_of([noted(name) for name in names]) as cluster:
        said = cluster.get("ds", "-n", NAMESPACE, "-o", f"go-template={template}")
        objects = cluster.objects(NAMESPACE)
    assert printed(objects, template) == said.out


def test_one_object_is_printed_as_kubectl_get_prints_it() -> None:
    with cluster_of([noted("cni")]) as cluster:
        said = cluster.get("ds", "cni", "-n", NAMESPACE, "-o", "go-template={{.}}")
        assert printed(cluster.objects(NAMESPACE), "{{.}}", single=True) == said.out


def test_a_bad_template_is_refused_in_kubectls_words() -> None:
    with pytest.raises(
        UsageError, match=r"^error parsing template {{.x, template: output:1: unclosed action$"
    ):
        printed([], "{{.x")


def test_missing_keys_are_an_error_when_asked_for() -> None:
    assert printed([], "{{.nope}}") == "<no value>"
    with pytest.raises(UsageError, match=r'map has no entry for key "nope"$'):
        printed([], "{{.nope}}", allow_missing_template_keys=False)


def test_kubectl_path_comes_first() -> None:
    assert KUBECTL
    assert find_kubectl({"KUBECTL_PATH": KUBECTL, "PATH": ""}) == KUBECTL
    assert find_kubectl({"PATH": os.path.dirname(KUBECTL)}) == KUBECTL


def test_without_a_kubectl_the_refusal_says_what_to_do() -> None:
    with pytest.raises(KubectlDsError, match="needs kubectl, and there is none on PATH") as refused:
        find_kubectl({"PATH": ""})
    assert "KUBECTL_PATH" in refused.value.hint
    with pytest.raises(KubectlDsError, match="KUBECTL_PATH names no/such"):
        find_kubectl({"KUBECTL_PATH": "no/such", "PATH": os.environ["PATH"]})
