"""The value of `-o`: which forms there are, what `--template` does to them, what the refusals say."""

from typing import get_args

import pytest

from kubectl_ds.errors import UsageError
from kubectl_ds.output.formats import (
    AUDIT_FORMATS,
    DOCUMENT_FORMATS,
    OBJECT_FORMATS,
    FormatName,
    OutputFormat,
    load_template,
    parse_output_format,
)
from tests.output.oracle import printed_object

POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}}


@pytest.mark.parametrize(
    ("value", "template", "wanted"),
    [
        pytest.param("", "", OutputFormat("table"), id="nothing is the table"),
        pytest.param("wide", "", OutputFormat("wide"), id="wide"),
        pytest.param("YAML", "", OutputFormat("yaml"), id="yaml in capitals, as kubectl takes it"),
        pytest.param("Name", "", OutputFormat("name"), id="name in capitals"),
        pytest.param("jsonpath={.a=b}", "", OutputFormat("jsonpath", "{.a=b}"), id="only the first = splits"),
        pytest.param("jsonpath", "{.a}", OutputFormat("jsonpath", "{.a}"), id="--template for jsonpath"),
        pytest.param(
            "", "{{.a}}", OutputFormat("go-template", "{{.a}}"), id="--template alone is a Go template"
        ),
        pytest.param("json", "{{.a}}", OutputFormat("json"), id="--template means nothing to json"),
        pytest.param(
            "custom-columns", "A:.a", OutputFormat("custom-columns", "A:.a"), id="--template as columns"
        ),
        pytest.param("template={{.a}}", "", OutputFormat("template", "{{.a}}"), id="template"),
    ],
)
def test_each_value_becomes_one_format(value: str, template: str, wanted: OutputFormat) -> None:
    assert parse_output_format(value, template=template) == wanted


@pytest.mark.parametrize(
    ("value", "template"),
    [
        pytest.param("foo", "", id="an unknown form"),
        pytest.param("json=x", "", id="json takes no argument"),
        pytest.param("WIDE", "", id="wide in capitals"),
        pytest.param("jsonpath={.a}", "{.b}", id="an argument beside --template"),
        pytest.param('a"b', "", id="quotes are escaped"),
    ],
)
def test_an_unknown_form_lists_the_allowed_ones_sorted(value: str, template: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_output_format(value, template=template)
    said = refused.value.message
    assert said.startswith("unable to match a printer suitable for the output format ")
    listed = said.rpartition(" ")[2].split(",")
    assert listed == sorted(OBJECT_FORMATS)


def test_the_refusal_is_worded_as_kubectl_words_it() -> None:
    kubectls = printed_object(POD, "-o", 'f"oo').err.partition(", allowed")[0].removeprefix("error: ")
    with pytest.raises(UsageError, match="allowed formats are: ") as refused:
        parse_output_format('f"oo')
    assert refused.value.message.startswith(kubectls + ", allowed formats are: ")


@pytest.mark.parametrize(
    "form", ["jsonpath", "jsonpath=", "go-template", "go-template-file=", "jsonpath-as-json"]
)
def test_a_form_without_its_template_is_refused_as_kubectl_refuses_it(form: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_output_format(form)
    assert printed_object(POD, "-o", form).err == f"error: {refused.value.message}\n"


def test_reports_know_fewer_forms() -> None:
    assert parse_output_format("json", allowed=DOCUMENT_FORMATS) == OutputFormat("json")
    with pytest.raises(UsageError, match="allowed formats are: json,kyaml,table,wide,yaml"):
        parse_output_format("name", allowed=DOCUMENT_FORMATS)


def test_the_tuple_holds_every_form_there_is() -> None:
    assert set(get_args(FormatName)) == {*OBJECT_FORMATS, *AUDIT_FORMATS}
    assert set(DOCUMENT_FORMATS) <= set(OBJECT_FORMATS)


def test_a_file_takes_the_place_of_its_name() -> None:
    loaded = load_template(parse_output_format("jsonpath-file=t"), {"t": "{.kind}"}.__getitem__)
    assert (loaded.name, loaded.argument) == ("jsonpath", "{.kind}")
    assert not loaded.names_file


def test_a_file_that_cannot_be_read_is_named_as_kubectl_names_it() -> None:
    def read(name: str) -> str:
        with open(name, encoding="utf-8") as file:
            return file.read()

    form = "jsonpath-file=no/such/file"
    with pytest.raises(UsageError) as refused:
        load_template(parse_output_format(form), read)
    assert printed_object(POD, "-o", form).err == f"error: {refused.value.message}\n"
