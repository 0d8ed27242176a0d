"""Each format of an audit, read by a program that others wrote, and refused where it is not what it should be."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
from junitparser import JUnitXml
from lxml import etree, html
from markdown_it import MarkdownIt
from markdown_it.token import Token
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

SCHEMAS = Path(__file__).parent / "schemas"
SARIF = jsonschema.Draft7Validator(
    json.loads((SCHEMAS / "sarif-schema-2.1.0.json").read_text(encoding="utf-8")),
    format_checker=jsonschema.FormatChecker(),
)
JUNIT = etree.XMLSchema(etree.parse(str(SCHEMAS / "junit-10.xsd")))
MARKDOWN = MarkdownIt("gfm-like", {"linkify": False})


def read_sarif(text: str) -> dict[str, Any]:
    """The one run of the log, after the log has been through the standard's schema."""
    log = json.loads(text)
    SARIF.validate(log)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def read_junit(text: str) -> JUnitXml:
    """As junitparser has it, after Jenkins' schema has passed it."""
    root = etree.fromstring(text.encode("utf-8"))
    JUNIT.assertValid(root)
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert len(names) == len(set(names)), "GitLab looks at the first of a name alone"
    return JUnitXml.fromstring(text.encode("utf-8"))


def read_prometheus(text: str) -> list[Metric]:
    """As the official client's parser has it; all are gauges without times, as the textfile collector wants them."""
    families = list(text_string_to_metric_families(text))
    for family in families:
        assert family.type == "gauge"
        assert family.documentation
        assert {one.name for one in family.samples} <= {family.name}
        assert all(one.timestamp is None for one in family.samples)
        labels = [tuple(sorted(one.labels.items())) for one in family.samples]
        assert len(labels) == len(set(labels)), "the textfile collector refuses a sample that is there twice"
    return families


OF_MARKDOWN = {
    *("heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline", "fence"),
    *("blockquote_open", "blockquote_close", "table_open", "table_close", "thead_open", "thead_close"),
    *("tbody_open", "tbody_close", "tr_open", "tr_close", "th_open", "th_close", "td_open", "td_close"),
    *("bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close"),
    *("text", "code_inline", "strong_open", "strong_close"),
}
"""What the format itself is made of: no link, no picture, no emphasis, no markup."""


def read_markdown(text: str) -> list[Token]:
    """Tokens in order, those within a line behind it."""
    tokens = list(_tokens(text))
    for token in tokens:
        assert token.type in OF_MARKDOWN or token.content in ("<code>", "</code>"), token
    return tokens


def _tokens(text: str) -> Iterator[Token]:
    for token in MARKDOWN.parse(text):
        yield token
        yield from token.children or ()


COMMAND = re.compile(r"::(?P<name>[a-z]+) (?P<properties>[^:]*)::(?P<message>.*)")


def read_github(text: str) -> list[tuple[str, str, str]]:
    """Command, title and message of each annotation; the last line is for the log alone."""
    *lines, last = text.removesuffix("\n").split("\n")
    assert not last.startswith("::")
    told = []
    for line in lines:
        found = COMMAND.fullmatch(line)
        assert found, line
        properties = dict(each.split("=", 1) for each in found["properties"].split(","))
        assert set(properties) == {"title"}
        title = _unescaped(properties["title"], of_property=True)
        told.append((found["name"], title, _unescaped(found["message"], of_property=False)))
    return told


def _unescaped(text: str, *, of_property: bool) -> str:
    """As `ActionCommand.cs` of the runner has it: the sign of the escapes last."""
    for spelled, meant in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","))[
        : 4 if of_property else 2
    ]:
        text = text.replace(spelled, meant)
    return text.replace("%25", "%")


OF_HTML = frozenset(
    [
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "header",
        "section",
        "article",
        "h1",
        "h2",
        "h3",
        "p",
        "table",
        "tr",
        "th",
        "td",
        "a",
        "ul",
        "li",
        "pre",
        "code",
        "span",
        "strong",
        "time",
    ]
)
ATTRIBUTES = {"lang", "charset", "http-equiv", "content", "name", "class", "id", "href", "datetime"}


def read_html(text: str) -> html.HtmlElement:
    """A page of nothing but text: no script, nothing loaded, links within the page alone."""
    page = html.document_fromstring(text.split("\n", 1)[1])
    assert {element.tag for element in page.iter()} <= OF_HTML
    assert {name for element in page.iter() for name in element.attrib} <= ATTRIBUTES
    for link in page.iter("a"):
        assert link.get("href").startswith("#")
        assert page.get_element_by_id(link.get("href")[1:]) is not None
    return page


READERS: dict[str, Callable[[str], object]] = {
    "github": read_github,
    "html": read_html,
    "junit": read_junit,
    "markdown": read_markdown,
    "prometheus": read_prometheus,
    "sarif": read_sarif,
}
