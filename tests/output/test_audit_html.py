"""`audit -o html`: one page that needs nothing else and runs nothing."""

import re
from base64 import b64encode
from hashlib import sha256

import pytest
from lxml import html
from msgspec.structs import replace

from kubectl_ds.core.audit_report import AuditReport
from kubectl_ds.output.audit_formats import audit_in_format
from tests.output.audits import (
    AUDIT,
    CAUSED,
    DECIDED,
    FINDING,
    HOSTILE_TEXTS,
    INCOMPLETE,
    NOTHING_FOUND,
    hostile,
    is_plain,
)
from tests.output.readers import read_html


def page_of(report: AuditReport) -> html.HtmlElement:
    return read_html(audit_in_format(report, "html", "error").encode("utf-8").decode("utf-8"))


def words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def test_a_table_leads_to_the_findings():
    rows = [[words(cell) for cell in row] for row in page_of(AUDIT).iter("tr")]
    assert rows[:2] == [
        ["Level", "Rule", "DaemonSet", "Nodes"],
        ["error", "DS001 missing-pods", "kube-system/cni", "2"],
    ]
    assert len(rows) == 1 + 4


def test_a_finding_tells_what_where_and_how_to_mend_it():
    found = page_of(AUDIT).get_element_by_id("finding-0")
    assert words(found) == (
        "kube-system/cni 2 of the 3 nodes where it belongs have no pod of it. n2n10 "
        "Mend: Look with kubectl ds coverage cni -n kube-system. "
        """kubectl patch ds cni -n kube-system --type=merge -p '{"spec":{"minReadySeconds":5}}'"""
    )
    assert [item.text_content() for item in found.iter("li")] == ["n2", "n10"]


def test_each_cause_stands_with_its_nodes():
    found = page_of(replace(AUDIT, findings=(CAUSED,))).get_element_by_id("finding-0")
    told = words(found)
    assert told.startswith(
        "kube-system/cni 2 of the 3 nodes where it belongs have no pod of it. The selector is empty"
    )
    assert "as the selector. n2 The controller will delete the pod. n10 Mend:" in told


def test_every_node_is_named():
    many = replace(FINDING, nodes=tuple(f"n{number}" for number in range(5000)))
    assert len(list(page_of(replace(AUDIT, findings=(many,))).iter("li"))) == 5000


def test_the_page_says_of_which_moment_it_is():
    (moment,) = page_of(AUDIT).iter("time")
    assert moment.get("datetime") == "2026-09-01T12:00:00+00:00"


def test_what_could_not_be_read_stands_above_everything_found():
    header = next(page_of(INCOMPLETE).iter("header"))
    assert "Not known: pods is forbidden: User cannot list resource." in words(header)
    assert "Without pods, DS001 could not be applied everywhere" in words(header)


def test_what_was_decided_stands_below_the_findings():
    told = words(page_of(DECIDED))
    assert (
        told.index("expired on 2026-08-31")
        < told.index("Mend:")
        < told.index("Excepted DS001 of edge/probe.v2")
    )
    assert "Gone DS001 of kube-system/kube-proxy, 1 node: in the baseline" in told


def test_nothing_found_has_no_table():
    page = page_of(NOTHING_FOUND)
    assert "Nothing found in 4 DaemonSets" in words(page)
    assert not list(page.iter("table", "article", "section"))


def test_a_rule_stands_once_with_all_that_it_found_and_what_it_means():
    articles = list(page_of(AUDIT).iter("article"))
    assert [words(next(article.iter("h2"))) for article in articles] == [
        "error DS001 missing-pods",
        "warning DS001 missing-pods",
        "info DS001 missing-pods",
    ]
    assert [len(list(article.iter("h3"))) for article in articles] == [1, 1, 2]
    assert all("nobody does for these" in words(article) for article in articles)
    assert words(articles[2]).count("Mend") == 1, "what mends both is told once"


def test_the_policy_lets_nothing_in_but_the_pages_own_style():
    page = page_of(AUDIT)
    (policy,) = (meta.get("content") for meta in page.iter("meta") if meta.get("http-equiv"))
    (style,) = page.iter("style")
    digest = b64encode(sha256(style.text.encode()).digest()).decode()
    assert policy == (f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'")
    assert not re.search(r"url\(|@import|//", style.text)
    assert "prefers-color-scheme: dark" in style.text
    assert "@media print" in style.text


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_no_text_of_a_cluster_breaks_it(text: str):
    page, harmless = page_of(hostile(text)), page_of(hostile("harmless"))
    shape = [element.tag for element in page.iter() if element.tag != "code"]
    assert shape == [element.tag for element in harmless.iter() if element.tag != "code"]
    assert all(is_plain(element.text.replace("\n", "")) for element in page.iter() if element.text)
    if is_plain(text):
        assert f"n{text}" in [item.text_content() for item in page.iter("li")]
